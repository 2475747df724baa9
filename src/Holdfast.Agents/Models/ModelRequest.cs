using Holdfast.Agents.Conversation;
using Holdfast.Agents.Models;

namespace Holdfast.Agents;

/// <summary>What a model is asked. One that a provider would refuse because of the conversation cannot be made.</summary>
public sealed class ModelRequest
{
    /// <param name="instructions">What the model is to be and to do; may be empty.</param>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="tools">What the model may call.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ConversationFormatException">A call stands without its results right behind it, or a result without its call.</exception>
    /// <exception cref="ArgumentException">Two tools have one name.</exception>
    public ModelRequest(string instructions, IEnumerable<Message> messages, IEnumerable<Tool>? tools = null, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Instructions = Words.Checked(instructions, nameof(instructions));
        (Messages, Tools, Options) = ([.. messages], [.. tools ?? []], options ?? new());
        Pairing.Check(Messages);
        if (Tools.GroupBy(static t => t.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two tools are named '{twice.Key}'; a model could not tell them apart.", nameof(tools));
    }

    /// <summary>What the model is to be and to do.</summary>
    public string Instructions { get; }

    /// <summary>The conversation so far.</summary>
    public IReadOnlyList<Message> Messages { get; }

    /// <summary>What the model may call.</summary>
    public IReadOnlyList<Tool> Tools { get; }

    /// <summary>Settings.</summary>
    public ModelOptions Options { get; }

    /// <summary>Whether the model may call its tools now. Where it may not, they are sent all the same: some providers refuse calls and results in a conversation of which the tools are not there.</summary>
    internal bool MayCall { get; init; } = true;

    /// <summary>Where there are no tools: the names of those that the conversation has calls of, which some providers refuse without any tool. They may not be called, and are no part of what is asked.</summary>
    internal IReadOnlyList<string> LostTools => Tools.Count > 0 ? [] : [.. Messages.OfType<AssistantMessage>().SelectMany(static m => m.Calls).Select(static c => c.Tool).Distinct(StringComparer.Ordinal)];

    /// <summary>The hash of all that the model sees: equal requests have equal hashes, whichever model they go to.</summary>
    public MessageHash Hash => RequestPrint.Of(this).Hash;
}
