using System.Text;
using System.Text.Json;
using Holdfast.Agents.Conversation;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Models;

/// <summary>An answer as it comes from an <see cref="IChatClient"/>, and back again for those that are played.</summary>
static class ReplyMapping
{
    public static ModelReply From(ChatResponse response, Model model)
    {
        var usage = response.Usage is { } details ? Usage.Plausible(details.InputTokenCount, details.OutputTokenCount, details.CachedInputTokenCount) : Usage.Unknown;
        var bounds = new ReplyBounds(model.ReplyBytesMax);
        var text = new StringBuilder();
        var calls = new List<RawCall>();
        foreach (var content in response.Messages.SelectMany(static m => m.Contents))
        {
            if (content is TextContent said) text.Append(bounds.Fitting(said.Text));
            else if (content is FunctionCallContent call) calls.Add(bounds.Fitting(From(call)));
            // What comes behind would be copied for nothing.
            if (bounds.IsOver) break;
        }
        return new(Words.Mended(text.ToString()), calls, usage, bounds.IsOver ? FinishReason.TooLong : From(response.FinishReason), model.Name)
        {
            Cost = model.Price?.CostOf(usage),
        };
    }

    public static ChatResponse To(ModelReply reply)
    {
        var message = new ChatMessage(ChatRole.Assistant, [.. reply.Text.Length == 0 ? Array.Empty<AIContent>() : [new TextContent(reply.Text)], .. reply.Calls.Select(To)]);
        return new(message)
        {
            ModelId = reply.Model,
            FinishReason = reply.FinishReason switch
            {
                FinishReason.Stop => ChatFinishReason.Stop,
                FinishReason.Calls => ChatFinishReason.ToolCalls,
                FinishReason.Length => ChatFinishReason.Length,
                FinishReason.Filtered => ChatFinishReason.ContentFilter,
                FinishReason.TooLong => ReplyBounds.TooLong,
                _ => new ChatFinishReason("unknown"),
            },
            Usage = reply.Usage == Usage.Unknown ? null : new() { InputTokenCount = reply.Usage.InputTokens, OutputTokenCount = reply.Usage.OutputTokens, CachedInputTokenCount = reply.Usage.CachedTokens },
        };
    }

    /// <summary>The parts in which an answer would come: the text word by word, then everything else.</summary>
    public static IEnumerable<ChatResponseUpdate> Parts(ChatResponse response)
    {
        foreach (var update in response.ToChatResponseUpdates())
        {
            foreach (var word in update.Contents.OfType<TextContent>().SelectMany(static c => InWords(c.Text)))
                yield return new(ChatRole.Assistant, word) { ModelId = update.ModelId, ResponseId = update.ResponseId, MessageId = update.MessageId };
            update.Contents = [.. update.Contents.Where(static c => c is not TextContent)];
            yield return update;
        }
    }

    static RawCall From(FunctionCallContent call) => call.RawRepresentation as RawCall ?? new(call.CallId, call.Name, Arguments(call));

    static FunctionCallContent To(RawCall call)
    {
        var content = FunctionCallContent.CreateFromParsedArguments(call.Arguments, call.Id, call.Tool, static text => JsonSerializer.Deserialize<Dictionary<string, object?>>(text));
        // So that what is not JSON, too, arrives as it was.
        content.RawRepresentation = call;
        return content;
    }

    public static string Arguments(FunctionCallContent call)
    {
        if (call.Exception is not null) return "";
        // Not an object without members: what the model did not say is not put in its place.
        if (call.Arguments is null) return "null";
        var text = new StringBuilder("{");
        foreach (var (name, value) in call.Arguments)
        {
            if (text.Length > 1) text.Append(',');
            // What the model wrote goes to the gate letter by letter where it is still there.
            text.Append(JsonSerializer.Serialize(name)).Append(':').Append(value is JsonElement json ? json.GetRawText() : JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions));
        }
        return text.Append('}').ToString();
    }

    static FinishReason From(ChatFinishReason? reason) =>
        reason == ChatFinishReason.Stop ? FinishReason.Stop
        : reason == ChatFinishReason.ToolCalls ? FinishReason.Calls
        : reason == ChatFinishReason.Length ? FinishReason.Length
        : reason == ChatFinishReason.ContentFilter ? FinishReason.Filtered
        : reason == ReplyBounds.TooLong ? FinishReason.TooLong
        : FinishReason.Unknown;

    static IEnumerable<string> InWords(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var space = text.IndexOf(' ', at);
            var end = space < 0 ? text.Length : space + 1;
            yield return text[at..end];
            at = end;
        }
    }
}
