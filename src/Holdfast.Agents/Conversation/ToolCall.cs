using System.Text;
using Holdfast.Agents.Conversation;
using Holdfast.Agents.Json;

namespace Holdfast.Agents;

/// <summary>A call as a message holds it: well-formed, which does not say that the gate would admit it.</summary>
/// <param name="Id">By what its result names it: up to 128 printable characters of ASCII, without spaces.</param>
/// <param name="Tool">The tool's name as a tool may have it, whether there is such a tool or not.</param>
/// <param name="Arguments">A JSON object. It is kept in its canonical form: no spaces, names in order.</param>
/// <exception cref="ConversationFormatException">One of them is not what it must be.</exception>
public sealed record ToolCall(string Id, string Tool, string Arguments)
{
    const int IdLengthMax = 128;

    /// <summary>Packages write arguments inside of their own JSON, and refuse what becomes deeper than 64: each request with such a call would fail, for good.</summary>
    const int DepthMax = 32;

    /// <summary>By what its result names it.</summary>
    public string Id { get; init => field = CheckedId(value); } = CheckedId(Id);

    /// <summary>The tool's name.</summary>
    public string Tool { get; init => field = CheckedName(value); } = CheckedName(Tool);

    /// <summary>The arguments as canonical JSON.</summary>
    public string Arguments { get; init => field = Canonical(value); } = Canonical(Arguments);

    /// <summary>The call, if every provider's package can send it. Looked at where it enters a conversation, and not where one is read: a message that is kept already stays readable.</summary>
    /// <exception cref="ConversationFormatException">It cannot.</exception>
    internal ToolCall Sendable() =>
        DepthOf(Arguments) <= DepthMax ? this : throw new ConversationFormatException($"The arguments of a call are lists and objects inside of each other more than {DepthMax} deep.");

    static int DepthOf(string json)
    {
        var (depth, most, isText) = (0, 0, false);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] == '"') isText = !isText;
            else if (isText) i += json[i] == '\\' ? 1 : 0;
            else if (json[i] is '{' or '[') most = Math.Max(most, ++depth);
            else if (json[i] is '}' or ']') depth--;
        }
        return most;
    }

    internal static string CheckedId(string id) =>
        id is { Length: > 0 and <= IdLengthMax } && id.All(static c => c is > ' ' and < '\u007f') ? id
        : throw new ConversationFormatException($"The id of a call must have 1 to {IdLengthMax} printable characters of ASCII without spaces{(id is null ? "" : $"; this one has {id.Length}")}.");

    internal static string CheckedName(string tool) =>
        Agents.Tool.IsName(tool) ? tool
        : throw new ConversationFormatException($"'{(tool is null ? "" : JsonPointer.Shorten(Encoding.UTF8.GetBytes(tool)))}' cannot be the name of a tool: up to {Agents.Tool.NameLengthMax} letters a-z and A-Z, digits, _ and -, and a letter first.");

    static string Canonical(string arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var text = Encoding.UTF8.GetBytes(Words.Checked(arguments, nameof(arguments)));
        var tape = JsonTape.Rent();
        var problem = tape.Load(text);
        var isObject = problem.IsNone && tape.Kind(0) == JsonKind.Object;
        var canonical = isObject ? CanonicalCopy.Of(tape, 0) : [];
        tape.Return();
        if (isObject) return Encoding.UTF8.GetString(canonical);
        throw new ConversationFormatException(problem.IsNone ? "The arguments of a call must be a JSON object." : $"The arguments of a call are not JSON that can be read: {problem}.");
    }
}
