namespace Holdfast.Agents.Conversation;

/// <summary>Which results belong to which calls. A provider refuses a request in which one is without the other, and would refuse it every time after.</summary>
static class Pairing
{
    public static IReadOnlyList<ToolCall> Distinct(IReadOnlyList<ToolCall> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        if (calls.GroupBy(static c => c.Id, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new ConversationFormatException($"Two calls of one message have the id '{twice.Key}'; their results could not be told apart.");
        return [.. calls];
    }

    /// <summary>The results in the order of the calls: one for each, and no other.</summary>
    public static IReadOnlyList<ToolResult> InOrder(AssistantMessage message, IReadOnlyList<ToolResult> results)
    {
        var left = results.ToList();
        var ordered = message.Calls.Select(call => Take(call, left)).ToList();
        return left.Count == 0 ? ordered : throw new ConversationFormatException($"There is a result for the call '{left[0].CallId}', and the message has no such call, or has its result already.");
    }

    /// <summary>Throws unless the results of every message follow right behind it.</summary>
    public static void Check(IReadOnlyList<Message> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is ToolResult stray) throw new ConversationFormatException($"Message {i} is a result for the call '{stray.CallId}', and no message before it waits for that.");
            if (messages[i] is not AssistantMessage { Calls.Count: > 0 } message) continue;
            InOrder(message, [.. messages.Skip(i + 1).Take(message.Calls.Count).OfType<ToolResult>()]);
            i += message.Calls.Count;
        }
    }

    static ToolResult Take(ToolCall call, List<ToolResult> from)
    {
        var at = from.FindIndex(result => result.CallId == call.Id);
        if (at < 0) throw new ConversationFormatException($"The call '{call.Id}' of {call.Tool} has no result. Say what came of it, also where nothing was done.");
        var result = from[at];
        from.RemoveAt(at);
        return result.Tool == call.Tool ? result : throw new ConversationFormatException($"The call '{call.Id}' is one of {call.Tool}, and its result says {result.Tool}.");
    }
}
