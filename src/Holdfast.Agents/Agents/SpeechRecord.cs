using System.Text.Json;
using Holdfast.Agents.Ledgers;

namespace Holdfast.Agents.Running;

/// <summary>Answers as they are kept, for those who came back too late to hear them.</summary>
static class SpeechRecord
{
    /// <summary>More models than this are never asked in one attempt.</summary>
    const int ModelsMax = 1_000;

    /// <summary>A step's attempt and, within it, the attempts of its models, in one number that only rises.</summary>
    public static int AttemptOf(int step, int model) => (step * ModelsMax) + model;

    /// <summary>The number of a question's first attempt.</summary>
    public static int FirstAttempt => AttemptOf(1, 0);

    /// <summary>The answer to the next question that has one; null when there is none.</summary>
    public static Task<AgentSpeech?> NextAsync(IHoldfastClient client, RunId run, long after, CancellationToken cancellation) => FromOutside.TransactAsync(
        client, tx =>
        {
            if (ModelRows.NextAnswered(tx, run, after) is not { Reply: { } kept } call) return null;
            var reply = JsonSerializer.Deserialize<ModelReply>(TextRows.Get(tx, kept))!;
            return new AgentSpeech(call.Number, AttemptOf(call.Attempt, reply.Attempts.Count - 1), 0, reply.Text) { IsLast = true };
        }, cancellation);
}
