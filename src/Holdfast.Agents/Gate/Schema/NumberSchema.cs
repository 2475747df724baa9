using System.Globalization;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>A number within bounds. The bounds are decimals: what is written in a schema is compared exactly.</summary>
sealed class NumberSchema : SchemaNode
{
    public bool IsInteger { get; init; }

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    public decimal? ExclusiveMinimum { get; init; }

    public decimal? ExclusiveMaximum { get; init; }

    public override string Type => IsInteger ? "integer" : "number";

    public override string? Impossible
    {
        get
        {
            var (low, high) = IsInteger ? (Ceiling(Minimum), Floor(Maximum)) : (Minimum, Maximum);
            var (above, below) = IsInteger ? (Floor(ExclusiveMinimum), Ceiling(ExclusiveMaximum)) : (ExclusiveMinimum, ExclusiveMaximum);
            var isImpossible = low > high || above >= high || low >= below || above >= below || (IsInteger && above < below && below - 1 <= above);
            if (!isImpossible) return null;
            // The two that are next to each other.
            var isOpenBelow = above is not null && !(low > above);
            var isOpenAbove = below is not null && !(high < below);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"no {(IsInteger ? "whole number" : "number")} is {(isOpenBelow ? "more than" : "at least")} {(isOpenBelow ? ExclusiveMinimum : Minimum)} and {(isOpenAbove ? "less than" : "at most")} {(isOpenAbove ? ExclusiveMaximum : Maximum)}");
        }
    }

    protected override string Noun => IsInteger ? "a whole number" : "a number";

    protected override bool FitsKind(JsonKind kind) => kind == JsonKind.Number;

    protected override void CheckValue(JsonTape tape, int token)
    {
        var text = tape.TextOf(token);
        var flaw = JsonNumber.TryExact(text, out var exact) ? FlawOf(exact) : JsonNumber.TryDouble(text, out var near) ? FlawOf(near) : "is too large a number";
        if (flaw is not null) tape.Flaw(token, flaw);
    }

    string? FlawOf(decimal value) =>
        IsInteger && value.Scale != 0 && value != decimal.Truncate(value) ? Wanted
        : value < Minimum ? Bound("at least", Minimum)
        : value > Maximum ? Bound("at most", Maximum)
        : value <= ExclusiveMinimum ? Bound("more than", ExclusiveMinimum)
        : value >= ExclusiveMaximum ? Bound("less than", ExclusiveMaximum)
        : null;

    string? FlawOf(double value) =>
        IsInteger && value != Math.Truncate(value) ? Wanted
        : value < (double?)Minimum ? Bound("at least", Minimum)
        : value > (double?)Maximum ? Bound("at most", Maximum)
        : value <= (double?)ExclusiveMinimum ? Bound("more than", ExclusiveMinimum)
        : value >= (double?)ExclusiveMaximum ? Bound("less than", ExclusiveMaximum)
        : null;

    static decimal? Ceiling(decimal? bound) => bound is { } there ? decimal.Ceiling(there) : null;

    static decimal? Floor(decimal? bound) => bound is { } there ? decimal.Floor(there) : null;

    static string Bound(string which, decimal? bound) => string.Create(CultureInfo.InvariantCulture, $"must be {which} {bound}");
}
