using System.Diagnostics.CodeAnalysis;
using Holdfast.Agents.Json;

namespace Holdfast.Agents;

/// <summary>A call of a tool as it came through the gate: typed, and checked.</summary>
public sealed class Call
{
    internal Call(Tool tool, object arguments) => (Tool, Arguments) = (tool, arguments);

    /// <summary>The tool.</summary>
    public Tool Tool { get; }

    /// <summary>The arguments, of the tool's type.</summary>
    public object Arguments { get; }

    /// <summary>The arguments if the call is one of this tool.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="arguments">Its arguments; the default value if the call is one of another tool.</param>
    public bool Is<TArguments>(Tool<TArguments> tool, [MaybeNullWhen(false)] out TArguments arguments)
        where TArguments : notnull
    {
        var isIt = ReferenceEquals(tool, Tool);
        arguments = isIt ? (TArguments)Arguments : default;
        return isIt;
    }

    /// <summary>
    /// The arguments as JSON of which there is one form only, written from what would be carried out: calls with equal arguments have equal bytes, whatever their text was. Moments keep their
    /// offset, which a person who approves is shown: two that are the same by different clocks have different bytes.
    /// For a hash that an approval is bound to.
    /// </summary>
    public byte[] CanonicalArguments() => CanonicalArguments(momentsAreUtc: false);

    /// <param name="momentsAreUtc">Whether moments are written in UTC, so that calls have equal bytes exactly if their arguments are equal.</param>
    internal byte[] CanonicalArguments(bool momentsAreUtc)
    {
        var writer = new CanonicalWriter { MomentsAreUtc = momentsAreUtc };
        Tool.Plan.Converter.WriteObject(writer, Arguments);
        return writer.ToArray();
    }
}
