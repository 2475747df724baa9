using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Agents.Conversation;
using Holdfast.Agents.Json;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Models;

/// <summary>All that a model sees of a request, piece by piece: what requests are told apart by, and what is shown where two differ.</summary>
sealed class RequestPrint(IReadOnlyList<PrintedPart> parts)
{
    public IReadOnlyList<PrintedPart> Parts => parts;

    public MessageHash Hash { get; } = HashOf(parts);

    public static RequestPrint Of(ModelRequest request) => Of(ChatMapping.Messages(request), ChatMapping.Options(request));

    /// <exception cref="UnexpectedCallException">The request has something else than texts, calls and results.</exception>
    public static RequestPrint Of(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var parts = new List<PrintedPart>();
        if (options?.Instructions is { } instructions) parts.Add(new("instructions", instructions));
        // What may not be called is not part of the question; so it is in recordings of builds that did not send it then.
        foreach (var tool in options?.ToolMode is NoneChatToolMode ? [] : options?.Tools ?? [])
            parts.Add(new($"tool {tool.Name}", tool is AIFunctionDeclaration declared ? $"{tool.Description}\n{Canonical(declared.JsonSchema.GetRawText())}" : tool.Description));
        if (options?.Temperature is { } temperature) parts.Add(new("temperature", temperature.ToString("R", CultureInfo.InvariantCulture)));
        if (options?.MaxOutputTokens is { } tokens) parts.Add(new("output tokens", tokens.ToString(CultureInfo.InvariantCulture)));
        if (options?.ResponseFormat is ChatResponseFormatJson { Schema: { } schema }) parts.Add(new("answer", Canonical(schema.GetRawText())));
        foreach (var (at, message) in messages.Index()) parts.Add(new(string.Create(CultureInfo.InvariantCulture, $"{PrintedPart.Message}{at + 1} ({message.Role.Value})"), Text(message)));
        return new(parts);
    }

    static string Text(ChatMessage message)
    {
        var lines = new List<string>();
        foreach (var content in message.Contents)
        {
            lines.Add(content switch
            {
                TextContent text => text.Text,
                FunctionCallContent call => $"calls {call.Name} {Canonical(ReplyMapping.Arguments(call))} as {call.CallId}",
                FunctionResultContent result => $"{(result.Exception is null ? "result" : "error")} of {result.CallId}: {result.Result as string ?? JsonSerializer.Serialize(result.Result, AIJsonUtilities.DefaultOptions)}",
                _ => throw new UnexpectedCallException($"Message '{message.Role.Value}' has a {content.GetType().Name}. Requests are told apart by their texts, calls and results, and two with other contents could not be."),
            });
        }
        return string.Join('\n', lines);
    }

    static string Canonical(string json)
    {
        var tape = JsonTape.Rent();
        var canonical = tape.Load(Encoding.UTF8.GetBytes(json)).IsNone ? Encoding.UTF8.GetString(CanonicalCopy.Of(tape, 0)) : json;
        tape.Return();
        return canonical;
    }

    static MessageHash HashOf(IReadOnlyList<PrintedPart> parts)
    {
        var writer = new CanonicalWriter();
        writer.Open('[');
        foreach (var part in parts)
        {
            writer.Open('[');
            writer.String(part.Name);
            writer.String(Words.Mended(part.Text));
            writer.Close(']');
        }
        writer.Close(']');
        return MessageHash.Of(writer.ToArray());
    }
}

/// <summary>A piece of a request.</summary>
/// <param name="Name">What it is: the instructions, a tool, a setting, or a message by its place.</param>
/// <param name="Text">What it says.</param>
readonly record struct PrintedPart(string Name, string Text)
{
    /// <summary>How the names of messages begin.</summary>
    public const string Message = "message ";

    public bool IsMessage => Name.StartsWith(Message, StringComparison.Ordinal);
}
