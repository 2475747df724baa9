using Holdfast.Agents.Conversation;

namespace Holdfast.Agents.Running;

/// <summary>What came of asking the model.</summary>
/// <param name="Text">What it said; empty if it did not answer.</param>
/// <param name="Message">What it said, if that can stand in a conversation.</param>
/// <param name="Problem">Why it cannot, in words for the model.</param>
/// <param name="Judged">What the gate said to each call that was proposed.</param>
/// <param name="Failure">How the message ends without an answer; null if there is one.</param>
/// <param name="Why">Why, for people.</param>
/// <param name="WaitTime">After what time to ask again, if it is too often now; null otherwise.</param>
sealed record ModelTurn(string Text, AssistantMessage? Message, string? Problem, IReadOnlyList<Judgement> Judged, AgentStatus? Failure, string? Why, TimeSpan? WaitTime)
{
    /// <summary>A call with more than that is not kept in the conversation: with enough of them no model could take it any more.</summary>
    const int ArgumentsMax = 20_000;

    /// <summary>Each has a result, and each result some words.</summary>
    const int CallsMax = 100;

    /// <summary>Whether the messages that were offered with the question may not be kept.</summary>
    public bool IsUnkept { get; init; }

    /// <summary>Whether the model was stopped before it had said all, by the limit of tokens or by its provider.</summary>
    public bool IsCut { get; init; }

    /// <summary>Whether the request was refused, and a smaller one may not be.</summary>
    public bool MayBeTooMuch { get; init; }

    public static ModelTurn Failed(AgentStatus status, string why, TimeSpan? wait = null) => new("", null, null, [], status, why, wait);

    /// <param name="gate">The gate.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="bytesMax">How many bytes an answer may have.</param>
    public static ModelTurn Of(Gate gate, ModelReply reply, ModelQuestion question, long bytesMax)
    {
        if (TooMuch(reply, bytesMax) is { } much) return new("", null, much, Unkept(reply, question.Repairs), null, null, null);
        var isCut = reply.FinishReason is FinishReason.Length or FinishReason.Filtered;
        if (!reply.TryToMessage(out var message, out var problem)) return new(reply.Text, null, problem, Unkept(reply, question.Repairs), null, null, null) { IsCut = isCut };
        // What is lost may be what would have made it another call, and what is left may fit the schema all the same.
        if (isCut && message.Calls.Count > 0)
        {
            var cut = reply.FinishReason == FinishReason.Length ? "It was cut off at the limit of tokens, so that what it calls may not be whole. Say less, or call fewer tools at once." : "Its provider kept a part of it back, so that what it calls may not be whole.";
            return new(message.Text, null, cut, Unkept(reply, question.Repairs), null, null, null) { IsCut = true };
        }
        // It was offered none.
        if (!question.HasTools) return new(message.Text, message, null, [.. message.Calls.Select(_ => new Judgement(JudgementArm.Refuse, GateStage.Parse, null, "", "", question.Repairs))], null, null, null) { IsCut = isCut };
        var judged = new List<Judgement>();
        foreach (var call in message.Calls) judged.Add(Judgement.Of(gate, call, judged.Count == 0 ? question.Repairs : judged[^1].RepairsLeft, question.Principal));
        return new(message.Text, message, null, judged, null, null, null) { IsCut = isCut };
    }

    static string? TooMuch(ModelReply reply, long bytesMax) =>
        reply.FinishReason == FinishReason.TooLong ? "It is longer than an answer may be, and was not listened to any further."
        : reply.Calls.Any(static call => call.Arguments.Length > ArgumentsMax) ? $"A call has more than {ArgumentsMax} characters of arguments."
        : reply.Calls.Count > CallsMax ? $"It has more than {CallsMax} calls."
        : Words.BytesOf(reply.Text) + reply.Calls.Sum(static call => Words.BytesOf(call.Arguments)) > bytesMax ? $"It has more than {bytesMax} bytes."
        : null;

    /// <summary>What was proposed with an answer that cannot be kept: all of it may be mended once, or none. One more than may be stands for all that are too many, for each has a row in the commit of the answer.</summary>
    static List<Judgement> Unkept(ModelReply reply, int repairs) =>
        [.. reply.Calls.Take(CallsMax + 1).Select(_ => new Judgement(repairs > 0 ? JudgementArm.Repair : JudgementArm.Refuse, GateStage.Parse, null, "", "", repairs - 1))];
}
