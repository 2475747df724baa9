using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Commits results on which no code could run yet beside the state: a fan-out of a thousand then writes a thousand results, not a
/// thousand snapshots.
/// </summary>
static class Beside
{
    public static async ValueTask<bool> CommitAsync(LiveRun run, RunMemory memory, TurnWork work, Decision decision, DateTimeOffset now)
    {
        var results = new StoredResult[work.Deliveries.Count];
        var writes = new StoreWrite[results.Length];
        for (var i = 0; i < results.Length; i++)
        {
            var delivery = work.Deliveries[i];
            results[i] = new(delivery.Op, StateCodec.EncodeOutcome(delivery.Outcome));
            writes[i] = Write(run, memory.Key, results[i], decision.Journal[i], now);
        }
        // All at once: brought one by one, each would be a commit of its own wherever no other is under way.
        var answers = await run.Engine.Committer.CommitAsync(writes).ConfigureAwait(false);
        var (kept, isOwner) = (true, true);
        for (var i = 0; i < answers.Length; i++)
        {
            var answer = answers[i];
            if (answer.Verdict is Verdict.Committed or Verdict.Duplicate) memory.Unfolded.Add(results[i]);
            else
            {
                kept = false;
                if (answer.Verdict == Verdict.Refused) await FailAsync(run, memory.Key, decision.Journal[i], answer.Reason, now).ConfigureAwait(false);
                else
                {
                    isOwner = false;
                    run.Engine.LostOwnership(run.Id, answer);
                }
            }
        }
        if (kept) return true;
        // The frames have taken what was not kept: they are read anew, with what was, unless somebody else goes on with the run.
        memory.DropGraph();
        run.Memory = null;
        if (isOwner) run.TryPost(TakeUp.Instance);
        return false;
    }

    /// <summary>
    /// Keeps, in the place of a result that the store does not take, that its step has failed. The step was done: with nothing kept of it, it would begin again.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="key">Its key in the store.</param>
    /// <param name="entry">The journal entry of the result.</param>
    /// <param name="reason">Why the store does not take it.</param>
    /// <param name="now">The time of the turn.</param>
    public static ValueTask<WriteResult> FailAsync(LiveRun run, RunKey key, JournalEntry entry, string? reason, DateTimeOffset now)
    {
        var outcome = run.Engine.Codec.EncodeError(new HoldfastException(
            HoldfastError.NotSavable, $"The store did not take the result of step '{entry.Text}' (op {entry.Op}): {reason}. The step was done. Let it return less, or where its result is."));
        var failed = entry with { Kind = JournalKind.StepFailed, Text = Line.Of($"{entry.Text}: {outcome.Summary}") };
        return run.Engine.Committer.CommitAsync(Write(run, key, new(entry.Op, StateCodec.EncodeOutcome(outcome)), failed, now));
    }

    public static ResultOnly Write(LiveRun run, RunKey key, StoredResult result, JournalEntry entry, DateTimeOffset now)
    {
        return new()
        {
            Run = run.Id,
            Key = key,
            Epoch = run.Engine.Epoch,
            Utc = now,
            Op = result.Op,
            Outcome = result.Outcome,
            Journal = StateBytes.Of([entry]),
            JournalKeep = run.Engine.Options.JournalKeep,
        };
    }
}
