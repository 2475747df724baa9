using Holdfast.Agents.Json;

namespace Holdfast.Agents.Schemas;

/// <summary>A schema, or a part of one. What it checks is all that its JSON says, and the other way round.</summary>
abstract class SchemaNode
{
    public bool IsNullable { get; init; }

    public string? Description { get; init; }

    /// <summary>The JSON Schema name of the type.</summary>
    public abstract string Type { get; }

    /// <summary>Why no value fits, whatever it is; null where some do. What it has within is asked for itself.</summary>
    public virtual string? Impossible => null;

    /// <summary>What the value must be, for people.</summary>
    protected string Wanted => IsNullable ? $"must be {Noun} or null" : $"must be {Noun}";

    protected abstract string Noun { get; }

    /// <summary>Looks at a value, and notes on the tape what is wrong with it.</summary>
    public void Check(JsonTape tape, int token)
    {
        if (!Fits(tape.Kind(token))) Refuse(tape, token);
        else if (tape.Kind(token) != JsonKind.Null) CheckValue(tape, token);
    }

    protected abstract bool FitsKind(JsonKind kind);

    protected abstract void CheckValue(JsonTape tape, int token);

    bool Fits(JsonKind kind) => kind == JsonKind.Null ? IsNullable : FitsKind(kind);

    void Refuse(JsonTape tape, int token) => tape.Flaw(token, Wanted);
}
