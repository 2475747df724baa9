using Holdfast.Agents.Conversation;

namespace Holdfast.Agents;

/// <summary>What the model said together with the results of all that it called: the piece in which a conversation grows. It is made whole or not at all.</summary>
public sealed class Exchange
{
    /// <param name="message">What the model said.</param>
    /// <param name="results">What came of its calls, in any order: one for each.</param>
    /// <exception cref="ConversationFormatException">A call has no result, or two; or a result is for another call or another tool.</exception>
    public Exchange(AssistantMessage message, params IReadOnlyList<ToolResult> results)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(results);
        (Message, Results) = (message, Pairing.InOrder(message, results));
    }

    /// <summary>What the model said.</summary>
    public AssistantMessage Message { get; }

    /// <summary>What came of its calls, in their order.</summary>
    public IReadOnlyList<ToolResult> Results { get; }

    /// <summary>All of it in the order in which a conversation holds it.</summary>
    public IReadOnlyList<Message> Messages => [Message, .. Results];
}
