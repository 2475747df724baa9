using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>What happens to runs that cannot go on here.</summary>
static class Parked
{
    /// <summary>A parked run's steps may still end: their results are kept beside the state, so that nothing is done twice when it goes on.</summary>
    public static async ValueTask KeepResultsAsync(LiveRun run, RunMemory memory, List<RunEvent> events, DateTimeOffset now)
    {
        foreach (var ended in events.OfType<RunEvent.AttemptEnded>())
        {
            if (RunKernel.Settlement(memory.State, ended, now) is not { } outcome || !memory.State.Ops.TryGet(ended.Op, out var op)) continue;
            var result = new StoredResult(ended.Op, StateCodec.EncodeOutcome(outcome));
            await run.Engine.Committer.CommitAsync(Beside.Write(run, memory, result, RunKernel.JournalOf((StepOp)op, outcome), now)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Throws a turn away: nothing of it is committed but the results that came in, and the run is parked, or ended, with the reason.
    /// </summary>
    public static async ValueTask<Attempt?> DiscardAsync(LiveRun run, List<RunEvent> events, DiscardReason reason, DateTimeOffset now)
    {
        var engine = run.Engine;
        run.Memory?.DropGraph();
        run.Memory = null;
        var results = events.OfType<RunEvent.AttemptEnded>().ToList();
        if (await Loading.PrepareAsync(run, []).ConfigureAwait(false) is not { } memory || RunKernel.IsFinished(memory.State.Status)) return null;
        await KeepResultsAsync(run, memory, [.. results], now).ConfigureAwait(false);
        var decision = new Decision();
        RunKernel.Decide(memory.State, new RunEvent.Recover(engine.Epoch, false, 0, [.. memory.Unfolded]), now, decision);
        if (reason.Terminates) Terminate.End(memory.State, reason.Text, now, decision);
        else
        {
            // The request to go on was followed, and led here: it is used up, or every later message would try again.
            var unpark = events.OfType<RunEvent.MailArrived>().LastOrDefault(static e => e.Mail.Kind == MailKind.Unpark)?.Mail.Sequence ?? 0;
            RunKernel.Decide(memory.State, new RunEvent.Park(reason.Text, unpark), now, decision);
        }
        if (decision.Journal.Count + decision.ConsumedMail.Count == 0) return null;
        var work = new TurnWork { MailLookedAt = true };
        var state = new System.Buffers.ArrayBufferWriter<byte>(256);
        StateCodec.Encode(memory.State, state);
        work.State = state.WrittenMemory;
        if (RunKernel.IsFinished(memory.State.Status)) work.Snapshot = default(ReadOnlyMemory<byte>);
        var journal = new System.Buffers.ArrayBufferWriter<byte>(64);
        JournalCodec.Encode(decision.Journal, journal);
        work.Journal = journal.WrittenMemory;
        var transition = work.ToTransition(run, memory, decision, now, engine.Epoch);
        var answer = await engine.Committer.CommitAsync(transition).ConfigureAwait(false);
        if (answer.Verdict != Verdict.Committed)
        {
            run.Memory = null;
            engine.LostOwnership(run.Id, answer);
            return null;
        }
        work.Remember(memory, transition);
        Effects.Release(run, memory, decision, now);
        if (decision.Outcome is { } outcome) engine.Finished(run, outcome);
        else
        {
            engine.NoteParked(run.Id, reason.Text);
            // Messages that were kept aside are found again in the mailbox.
            run.Memory = null;
        }
        return null;
    }
}
