using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Holdfast.Agents.Tests;

public enum Speed { Slow, Fast, [JsonStringEnumMemberName("at-once")] AtOnce }

public sealed record Address([property: StringLength(40)] string Street, [RegularExpression("[A-Z]{2}")] string Country, string? Zip = null);

public readonly record struct Weight([Range(0, 100)] double Kilograms);

/// <summary>Has everything that the vocabulary knows.</summary>
[Description("What is ordered.")]
public sealed record Order(
    [Description("The customer's number."), RegularExpression(@"C-\d{4}")] string Customer,
    [Range(typeof(decimal), "0", "1000", MinimumIsExclusive = true)] decimal Amount,
    [Range(1, 20)] int Count,
    Speed Speed,
    DateOnly Day,
    Address To,
    [Length(1, 3)] IReadOnlyList<string> Tags,
    bool Gift = false,
    Guid? Batch = null,
    Dictionary<string, byte>? Extras = null)
{
    public DateTimeOffset? At { get; init; }

    public Weight[] Parts { get; init; } = [];

    public required long Number { get; init; }

    public string Summary => $"{Count} for {Customer}";
}
