using System.Text;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents;

/// <summary>A JSON Schema (2020-12) in the vocabulary that C# types produce. What it says is checked, all of it; what it does not know it does not load.</summary>
public sealed class JsonSchema
{
    internal JsonSchema(SchemaNode root) => Root = root;

    internal SchemaNode Root { get; }

    /// <summary>The schema of a record, as a <see cref="Tool{TArguments}"/> has it.</summary>
    /// <exception cref="ArgumentException">The type has no JSON form that the gate knows; the message names the property.</exception>
    public static JsonSchema Of<T>() => new(Planner.Of(typeof(T)).Schema);

    /// <summary>Reads a schema.</summary>
    /// <exception cref="GateFormatException">It is not JSON, or has a keyword or a value that is not supported; the exception points to it.</exception>
    public static JsonSchema Load(ReadOnlySpan<byte> json) => new(SchemaLoader.Load(json));

    /// <summary>What is wrong with a JSON text, up to eight things; nothing if it fits. Never throws.</summary>
    public IReadOnlyList<Flaw> Validate(ReadOnlySpan<byte> json)
    {
        var tape = JsonTape.Rent();
        var problem = tape.Load(json);
        if (problem.IsNone) Root.Check(tape, 0);
        else tape.Flaws.Add("", $"is not JSON that can be read: {problem}");
        var flaws = tape.Flaws.ToArray();
        tape.Return();
        return flaws;
    }

    /// <summary>The schema as JSON.</summary>
    public byte[] ToJson() => SchemaWriter.Write(Root);

    /// <summary>The schema as JSON.</summary>
    public override string ToString() => Encoding.UTF8.GetString(ToJson());
}
