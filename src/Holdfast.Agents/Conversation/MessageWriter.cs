using System.Globalization;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Conversation;

/// <summary>The one JSON form of a message. Names stand in order. What was hashed once is hashed for ever, so a change here is a new version beside the old one.</summary>
static class MessageWriter
{
    public const int Version = 1;

    public static byte[] Write(Message message)
    {
        var writer = new CanonicalWriter();
        writer.Open('{');
        switch (message)
        {
            case UserMessage user:
                if (user.From is not null) Text(writer, "from"u8, user.From);
                Text(writer, "kind"u8, "user");
                Text(writer, "text"u8, user.Text);
                break;
            case AssistantMessage assistant:
                writer.Name("calls"u8);
                writer.Open('[');
                foreach (var call in assistant.Calls) Write(writer, call);
                writer.Close(']');
                Text(writer, "kind"u8, "assistant");
                Text(writer, "text"u8, assistant.Text);
                break;
            case ToolResult result:
                Text(writer, "call"u8, result.CallId);
                writer.Name("error"u8);
                writer.Raw(result.IsError ? "true"u8 : "false"u8);
                Text(writer, "kind"u8, "result");
                Text(writer, "text"u8, result.Text);
                Text(writer, "tool"u8, result.Tool);
                break;
            case Note note:
                Text(writer, "kind"u8, "note");
                Text(writer, "text"u8, note.Text);
                break;
            default: throw new InvalidOperationException($"There is no JSON form of a {message.GetType().Name}.");
        }
        writer.Name("v"u8);
        writer.Raw(Version.ToString(CultureInfo.InvariantCulture));
        writer.Close('}');
        return writer.ToArray();
    }

    /// <summary>Arguments are a text within the text: they may be as deep as the scanner reads, and must not be deeper for standing in here.</summary>
    static void Write(CanonicalWriter writer, ToolCall call)
    {
        writer.Open('{');
        Text(writer, "arguments"u8, call.Arguments);
        Text(writer, "id"u8, call.Id);
        Text(writer, "tool"u8, call.Tool);
        writer.Close('}');
    }

    static void Text(CanonicalWriter writer, ReadOnlySpan<byte> name, string text)
    {
        writer.Name(name);
        writer.String(text);
    }
}
