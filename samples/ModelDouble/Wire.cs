using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelDouble;

/// <summary>One format: how a request is read, and how an answer or an error is written.</summary>
abstract class Wire
{
    public abstract WireFormat Format { get; }

    public abstract Question Read(JsonElement body);

    /// <summary>What the provider itself refuses about a question, or null.</summary>
    public abstract string? Refuse(Question question);

    public abstract string Whole(DoubleRequest request, DoubleReply reply);

    /// <summary>The events of a stream, each as it stands on the wire.</summary>
    public abstract IEnumerable<string> Events(DoubleRequest request, DoubleReply reply);

    public abstract JsonObject Error(string type, string message);

    /// <summary>A text that stands there plainly, or as a list of parts.</summary>
    protected static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Where(static part => TypeOf(part) == "text").Select(static part => part.GetProperty("text").GetString())),
        _ => "",
    };

    protected static string TypeOf(JsonElement part) => part.TryGetProperty("type", out var type) ? type.GetString()! : "";

    protected static JsonElement Member(JsonElement of, string name) => of.TryGetProperty(name, out var member) ? member : default;

    protected static IEnumerable<JsonElement> Items(JsonElement of, string name) => Member(of, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    protected static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var space = text.IndexOf(' ', at);
            var end = space < 0 ? text.Length : space + 1;
            yield return text[at..end];
            at = end;
        }
    }

    /// <summary>Arguments come in pieces, and no piece is JSON.</summary>
    protected static IEnumerable<string> Pieces(string arguments) => [arguments[..(arguments.Length / 2)], arguments[(arguments.Length / 2)..]];

    /// <summary>What both providers refuse: a call without its result right behind it, or a result without its call.</summary>
    protected static string? Unpaired(Question question)
    {
        HashSet<string> open = [];
        foreach (var turn in question.Messages)
        {
            if (turn.Results.FirstOrDefault(r => !open.Remove(r.Id)) is { } stray) return $"the result '{stray.Id}' has no call before it";
            if (open.Count > 0 && turn.Results.Count == 0) return $"the call '{open.First()}' has no result right behind it";
            if (turn.Calls.FirstOrDefault(c => !open.Add(c.Id)) is { } twice) return $"the id '{twice.Id}' stands twice";
        }
        return open.Count == 0 ? null : $"the call '{open.First()}' has no result";
    }
}
