using Holdfast.Agents.Json;

namespace Holdfast.Agents;

/// <summary>A call as one JSON text. Its two members may come in either order.</summary>
static class CallShape
{
    public const string Text = """A call is a JSON object with "tool", a text, and "arguments", and nothing else.""";

    public static bool TryFind(JsonTape tape, out int tool, out int arguments)
    {
        (tool, arguments) = (0, 0);
        if (tape.Kind(0) != JsonKind.Object || tape.At(0).Length != 2) return false;
        var second = tape.At(2).Link;
        (tool, arguments) = tape.TextOf(1).SequenceEqual("tool"u8) ? (2, second + 1) : (second + 1, 2);
        return tape.TextOf(tool - 1).SequenceEqual("tool"u8) && tape.TextOf(arguments - 1).SequenceEqual("arguments"u8) && tape.Kind(tool) == JsonKind.String;
    }
}
