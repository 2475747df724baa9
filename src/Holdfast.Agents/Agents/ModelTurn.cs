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

    public static ModelTurn Failed(AgentStatus status, string why, TimeSpan? wait = null) => new("", null, null, [], status, why, wait);

    public static ModelTurn Of(Gate gate, ModelReply reply, ModelQuestion question)
    {
        var isTooLong = reply.Calls.Any(static call => call.Arguments.Length > ArgumentsMax);
        AssistantMessage? message = null;
        var problem = $"A call has more than {ArgumentsMax} characters of arguments.";
        if (isTooLong || !reply.TryToMessage(out message, out problem)) return new(reply.Text, null, problem, Unkept(reply, question.Repairs), null, null, null);
        // It was offered none.
        if (!question.HasTools) return new(message.Text, message, null, [.. message.Calls.Select(_ => new Judgement(JudgementArm.Refuse, GateStage.Parse, null, "", "", question.Repairs))], null, null, null);
        var judged = new List<Judgement>();
        foreach (var call in message.Calls) judged.Add(Judgement.Of(gate, call, judged.Count == 0 ? question.Repairs : judged[^1].RepairsLeft, question.Principal));
        return new(message.Text, message, null, judged, null, null, null);
    }

    /// <summary>What was proposed with an answer that cannot be kept: all of it may be mended once, or none.</summary>
    static List<Judgement> Unkept(ModelReply reply, int repairs) =>
        [.. reply.Calls.Select(_ => new Judgement(repairs > 0 ? JudgementArm.Repair : JudgementArm.Refuse, GateStage.Parse, null, "", "", repairs - 1))];
}
