using System.Text.Json.Serialization;
using Holdfast.Agents.Conversation;

namespace Holdfast.Agents;

/// <summary>
/// One piece of a conversation. There are four kinds, and no other can be derived. A message has one JSON form, and a hash of that by which it is kept once. What could not be kept and sent again is not a message.
/// </summary>
[JsonConverter(typeof(MessageConverter))]
public abstract record Message
{
    private protected Message()
    {
    }

    /// <summary>The hash of the JSON form: equal messages have equal hashes, in every process and version.</summary>
    [JsonIgnore]
    public MessageHash Hash => MessageHash.Of(ToJson());

    /// <summary>Reads what <see cref="ToJson"/> wrote, and nothing else: every message has one sequence of bytes.</summary>
    /// <exception cref="ConversationFormatException">These are not the bytes of a message.</exception>
    public static Message Read(ReadOnlySpan<byte> json) => MessageReader.Read(json);

    /// <summary>The one JSON form, in UTF-8.</summary>
    public byte[] ToJson() => MessageWriter.Write(this);
}

/// <summary>Somebody outside speaks: a person, another agent, a system.</summary>
/// <param name="Text">What was said.</param>
/// <param name="From">Who said it, where that matters to the model.</param>
/// <exception cref="ConversationFormatException">A text has half of a surrogate pair.</exception>
[JsonConverter(typeof(MessageConverter))]
public sealed record UserMessage(string Text, string? From = null) : Message
{
    /// <summary>What was said.</summary>
    public string Text { get; init => field = Words.Checked(value, nameof(Text)); } = Words.Checked(Text, nameof(Text));

    /// <summary>Who said it; null where that does not matter.</summary>
    public string? From { get; init => field = value is null ? null : Words.Checked(value, nameof(From)); } = From is null ? null : Words.Checked(From, nameof(From));
}

/// <summary>The model speaks, and may call tools.</summary>
/// <param name="Text">What it said; may be empty.</param>
/// <param name="Calls">What it called; none where it only spoke.</param>
/// <exception cref="ConversationFormatException">The text has half of a surrogate pair, or two calls have one id.</exception>
[JsonConverter(typeof(MessageConverter))]
public sealed record AssistantMessage(string Text, params IReadOnlyList<ToolCall> Calls) : Message
{
    /// <summary>What it said; may be empty.</summary>
    public string Text { get; init => field = Words.Checked(value, nameof(Text)); } = Words.Checked(Text, nameof(Text));

    /// <summary>What it called, in its order.</summary>
    public IReadOnlyList<ToolCall> Calls { get; init => field = Pairing.Distinct(value); } = Pairing.Distinct(Calls);

    /// <inheritdoc/>
    public bool Equals(AssistantMessage? other) => other is not null && Text == other.Text && Calls.SequenceEqual(other.Calls);

    /// <inheritdoc/>
    public override int GetHashCode() => Calls.Aggregate(Text.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}

/// <summary>What came of a call.</summary>
/// <param name="CallId">The id of the call.</param>
/// <param name="Tool">The tool that was called.</param>
/// <param name="Text">The result as the model reads it.</param>
/// <param name="IsError">Whether the call was refused or failed.</param>
/// <exception cref="ConversationFormatException">The id or the name is none, or the text has half of a surrogate pair.</exception>
[JsonConverter(typeof(MessageConverter))]
public sealed record ToolResult(string CallId, string Tool, string Text, bool IsError = false) : Message
{
    /// <summary>The id of the call.</summary>
    public string CallId { get; init => field = ToolCall.CheckedId(value); } = ToolCall.CheckedId(CallId);

    /// <summary>The tool that was called.</summary>
    public string Tool { get; init => field = ToolCall.CheckedName(value); } = ToolCall.CheckedName(Tool);

    /// <summary>The result as the model reads it.</summary>
    public string Text { get; init => field = Words.Checked(value, nameof(Text)); } = Words.Checked(Text, nameof(Text));
}

/// <summary>The program speaks, such as of a proposal that could not be read, or with a summary of what was said before.</summary>
/// <param name="Text">What it says.</param>
/// <exception cref="ConversationFormatException">The text has half of a surrogate pair.</exception>
[JsonConverter(typeof(MessageConverter))]
public sealed record Note(string Text) : Message
{
    /// <summary>What it says.</summary>
    public string Text { get; init => field = Words.Checked(value, nameof(Text)); } = Words.Checked(Text, nameof(Text));
}
