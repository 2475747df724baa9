using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Agents;

/// <summary>Why a model stopped.</summary>
public enum FinishReason
{
    /// <summary>Its provider did not say, or says something new.</summary>
    Unknown = 0,

    /// <summary>It had said all.</summary>
    Stop = 1,

    /// <summary>It waits for the results of calls.</summary>
    Calls = 2,

    /// <summary>It ran into the limit of tokens: the text, or the arguments of the last call, may be cut off.</summary>
    Length = 3,

    /// <summary>Its provider kept an answer back.</summary>
    Filtered = 4,

    /// <summary>It said more than <see cref="Model.ReplyBytesMax"/>, and was not listened to any further: only the beginning is there. It may not stand in a conversation.</summary>
    TooLong = 5,
}

/// <summary>A call as the model proposed it: unchecked texts. It is for the gate to say what becomes of it.</summary>
/// <param name="Id">By what the provider names it; may be empty, or another call's.</param>
/// <param name="Tool">What it calls the tool.</param>
/// <param name="Arguments">The text of the arguments. Empty where it was no JSON that the provider's package could read: packages keep such a text to themselves.</param>
public sealed record RawCall(string Id, string Tool, string Arguments);

/// <summary>What a model answered.</summary>
/// <param name="Text">What it said; may be empty.</param>
/// <param name="Calls">What it proposes to call, unchecked.</param>
/// <param name="Usage">What the call took.</param>
/// <param name="FinishReason">Why it stopped.</param>
/// <param name="Model">The name of the <see cref="Model"/> that answered.</param>
public sealed record ModelReply(string Text, IReadOnlyList<RawCall> Calls, Usage Usage, FinishReason FinishReason, string Model)
{
    /// <summary>What this answer cost; null where its provider did not say what it took, or the model has no price. Failed attempts are not in it; one that timed out or broke off may have cost as well.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Which models were asked, in order; the last one answered.</summary>
    public IReadOnlyList<ModelAttempt> Attempts { get; init; } = [];

    /// <summary>The message for the conversation, if the calls are well-formed enough to stand in one, and it is whole.</summary>
    /// <param name="message">The message.</param>
    /// <param name="problem">What is wrong otherwise, in words for the model: it repeats no value.</param>
    public bool TryToMessage([NotNullWhen(true)] out AssistantMessage? message, [NotNullWhen(false)] out string? problem)
    {
        if (FinishReason == FinishReason.TooLong)
        {
            (message, problem) = (null, "The answer is longer than an answer may be.");
            return false;
        }
        try
        {
            message = new(Conversation.Words.Mended(Text), [.. Calls.Select(static call => new ToolCall(call.Id, call.Tool, call.Arguments).Sendable())]);
            problem = null;
            return true;
        }
        catch (ConversationFormatException broken)
        {
            (message, problem) = (null, broken.Message);
            return false;
        }
    }
}

/// <summary>One model that was asked.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Error">How it failed; null if it answered.</param>
/// <param name="Status">The HTTP status of the failure, if there was one.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ModelAttempt(string Model, ModelErrorKind? Error, int? Status, TimeSpan Duration)
{
    /// <summary>Whether it is sure that the provider did nothing, and so that it cost nothing: it refused the request, or there was no connection. False for an answer, and where nobody knows.</summary>
    public bool DidNothing { get; init; }
}

/// <summary>A piece of text while the model still speaks.</summary>
/// <param name="Attempt">Which attempt it belongs to, from 0. With a higher one another model begins anew: drop what came before.</param>
/// <param name="Text">The text, to be put behind the last piece.</param>
public readonly record struct TextPart(int Attempt, string Text);
