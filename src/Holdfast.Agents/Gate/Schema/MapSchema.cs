using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>A dictionary: any names, values of one kind.</summary>
sealed class MapSchema(SchemaNode values) : SchemaNode
{
    public SchemaNode Values => values;

    public override string Type => "object";

    protected override string Noun => "an object";

    protected override bool FitsKind(JsonKind kind) => kind == JsonKind.Object;

    protected override void CheckValue(JsonTape tape, int token)
    {
        var value = token + 2;
        for (var left = tape.At(token).Length; left > 0 && !tape.Flaws.IsFull; left--)
        {
            values.Check(tape, value);
            value = tape.At(value).Link + 1;
        }
    }
}
