using System.Text;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Conversation;

/// <summary>Reads messages. Whatever comes is a message in its one form, or a <see cref="ConversationFormatException"/>.</summary>
static class MessageReader
{
    /// <param name="json">The bytes.</param>
    /// <param name="isCanonical">Whether they have to be the one form, or only say the same.</param>
    public static Message Read(ReadOnlySpan<byte> json, bool isCanonical = true)
    {
        var tape = JsonTape.Rent();
        try
        {
            var problem = tape.Load(json);
            if (!problem.IsNone) throw new ConversationFormatException($"The message is not JSON that can be read: {problem}.");
            var message = Read(new Members(tape, 0));
            var form = message.ToJson();
            // Compared as a whole, so that nothing needs a check of its own: more members, another order, spaces, arguments that are not canonical.
            if (!form.AsSpan().SequenceEqual(isCanonical ? json : CanonicalCopy.Of(tape, 0)))
                throw new ConversationFormatException("The JSON says a message and is not its one form. It was not written by ToJson, or was changed since.");
            return message;
        }
        finally
        {
            tape.Return();
        }
    }

    static Message Read(Members of)
    {
        if (of.Number("v") is var version && version != "1") throw new ConversationFormatException($"The message is of the version {version}, and this program knows version {MessageWriter.Version}. Read it with a newer one.");
        return of.Text("kind") switch
        {
            "user" => new UserMessage(of.Text("text"), of.Has("from") ? of.Text("from") : null),
            "assistant" => new AssistantMessage(of.Text("text"), [.. of.Objects("calls").Select(static call => new ToolCall(call.Text("id"), call.Text("tool"), call.Text("arguments")))]),
            "result" => new ToolResult(of.Text("call"), of.Text("tool"), of.Text("text"), of.Flag("error")),
            "note" => new Note(of.Text("text")),
            var other => throw new ConversationFormatException($"'{JsonPointer.Shorten(Encoding.UTF8.GetBytes(other))}' is no kind of message; there are user, assistant, result and note."),
        };
    }

    /// <summary>The members of an object on a tape.</summary>
    readonly struct Members
    {
        readonly JsonTape _tape;
        readonly int _object;

        public Members(JsonTape tape, int token)
        {
            if (tape.Kind(token) != JsonKind.Object) throw new ConversationFormatException("A message must be a JSON object, and so must a call.");
            (_tape, _object) = (tape, token);
        }

        public bool Has(string name) => Find(name) > 0;

        public string Text(string name) => Encoding.UTF8.GetString(_tape.TextOf(Needed(name, "a text", JsonKind.String)));

        public string Number(string name) => Encoding.UTF8.GetString(_tape.TextOf(Needed(name, "a number", JsonKind.Number)));

        public bool Flag(string name) => _tape.Kind(Needed(name, "true or false", JsonKind.True, JsonKind.False)) == JsonKind.True;

        public List<Members> Objects(string name)
        {
            var list = Needed(name, "a list", JsonKind.Array);
            var objects = new List<Members>();
            for (var (left, item) = (_tape.At(list).Length, list + 1); left > 0; left--, item = _tape.At(item).Link) objects.Add(new(_tape, item));
            return objects;
        }

        int Needed(string name, string what, params ReadOnlySpan<JsonKind> kinds)
        {
            var token = Find(name);
            return token > 0 && kinds.Contains(_tape.Kind(token)) ? token : throw new ConversationFormatException($"The member \"{name}\" of the message must be there, and be {what}.");
        }

        int Find(string name)
        {
            Span<byte> bytes = stackalloc byte[16];
            var text = bytes[..Encoding.UTF8.GetBytes(name, bytes)];
            for (var (left, token) = (_tape.At(_object).Length, _object + 1); left > 0; left--, token = _tape.At(token + 1).Link)
                if (_tape.TextOf(token).SequenceEqual(text)) return token + 1;
            return 0;
        }
    }
}
