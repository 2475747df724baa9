using System.Globalization;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>A list: values of one kind.</summary>
sealed class ListSchema(SchemaNode items) : SchemaNode
{
    public SchemaNode Items => items;

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public override string Type => "array";

    public override string? Impossible => MinItems > MaxItems ? string.Create(CultureInfo.InvariantCulture, $"no list has at least {MinItems} and at most {MaxItems} items") : null;

    protected override string Noun => "a list";

    protected override bool FitsKind(JsonKind kind) => kind == JsonKind.Array;

    protected override void CheckValue(JsonTape tape, int token)
    {
        var count = tape.At(token).Length;
        if (count < MinItems) tape.Flaw(token, string.Create(CultureInfo.InvariantCulture, $"must have at least {MinItems} items"));
        if (count > MaxItems)
        {
            tape.Flaw(token, string.Create(CultureInfo.InvariantCulture, $"must have at most {MaxItems} items"));
            return;
        }
        for (var item = token + 1; count > 0 && !tape.Flaws.IsFull; count--)
        {
            items.Check(tape, item);
            item = tape.At(item).Link;
        }
    }
}
