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
        var commits = new Task<WriteResult>[work.Deliveries.Count];
        var results = new StoredResult[commits.Length];
        for (var i = 0; i < commits.Length; i++)
        {
            var delivery = work.Deliveries[i];
            results[i] = new(delivery.Op, StateCodec.EncodeOutcome(delivery.Outcome));
            commits[i] = run.Engine.Committer.CommitAsync(Write(run, memory.Key, results[i], decision.Journal[i], now)).AsTask();
        }
        var kept = true;
        for (var i = 0; i < commits.Length; i++)
        {
            var answer = await commits[i].ConfigureAwait(false);
            if (answer.Verdict is Verdict.Committed or Verdict.Duplicate) memory.Unfolded.Add(results[i]);
            else
            {
                kept = false;
                run.Engine.LostOwnership(run.Id, answer);
            }
        }
        if (!kept) run.Memory = null;
        return kept;
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
