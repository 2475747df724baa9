using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>True or false.</summary>
sealed class BooleanSchema : SchemaNode
{
    public override string Type => "boolean";

    protected override string Noun => "true or false";

    protected override bool FitsKind(JsonKind kind) => kind is JsonKind.True or JsonKind.False;

    protected override void CheckValue(JsonTape tape, int token)
    {
    }
}
