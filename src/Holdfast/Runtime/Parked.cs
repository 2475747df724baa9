using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>What happens to runs that cannot go on here.</summary>
static class Parked
{
    /// <summary>A parked run's steps may still end: their results are kept beside the state, so that nothing is done twice when it goes on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">Its key in the store.</param>
    /// <param name="state">Its state; null when it cannot be read: then the attempts themselves know what their steps are.</param>
    /// <param name="events">What came in.</param>
    /// <param name="now">The time.</param>
    public static async ValueTask KeepResultsAsync(LiveRun run, RunKey key, RunState? state, List<RunEvent> events, DateTimeOffset now)
    {
        foreach (var ended in events.OfType<RunEvent.AttemptEnded>())
        {
            var step = state is null ? ended.Step : state.Ops.TryGet(ended.Op, out var op) ? op as StepOp : null;
            if (RunKernel.Settlement(step, ended, now) is not { } outcome) continue;
            var result = new StoredResult(ended.Op, StateCodec.EncodeOutcome(outcome));
            var entry = RunKernel.JournalOf(step!, outcome);
            var answer = await run.Engine.Committer.CommitAsync(Beside.Write(run, key, result, entry, now)).ConfigureAwait(false);
            if (answer.Verdict == Verdict.Refused) await Beside.FailAsync(run, key, entry, answer.Reason, now).ConfigureAwait(false);
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
        var ended = events.FindAll(static e => e is RunEvent.AttemptEnded);
        if (await Loading.PrepareAsync(run, [.. ended]).ConfigureAwait(false) is not { } memory || RunKernel.IsFinished(memory.State.Status)) return null;
        await KeepResultsAsync(run, memory.Key, memory.State, ended, now).ConfigureAwait(false);
        var decision = new Decision();
        RunKernel.Decide(memory.State, new RunEvent.Recover(engine.Epoch, null, [.. memory.Unfolded]), now, decision);
        var refused = events.OfType<RunEvent.MailArrived>().LastOrDefault(static e => e.Mail.Kind == MailKind.Unpark)?.Mail.Sequence ?? 0;
        if (reason.Terminates) Terminate.End(memory.State, reason.Text, now, decision);
        else RunKernel.Decide(memory.State, new RunEvent.Park(reason.Text, refused), now, decision);
        // Attempts that failed count all the same, and wait for their next one until the run goes on.
        foreach (var failed in ended) RunKernel.Decide(memory.State, failed, now, decision);
        if (decision.Journal.Count == 0 && decision.ConsumedMail.Count == 0) return null;
        if (!await CommitStateAsync(run, memory, decision, now).ConfigureAwait(false))
        {
            if (engine.Failure is not null) return null;
            // A turn that breaks is tried again. A run that waits for a reason that nobody knows would not be.
            throw new HoldfastException(HoldfastError.StoreUnavailable, $"Run {run.Id} is to wait or to end, and the store does not keep why: {reason.Text}");
        }
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

    /// <summary>Commits a change of the kernel's state alone; the frames stay as they are. False when the store has not taken it: the run is out of memory then.</summary>
    public static async ValueTask<bool> CommitStateAsync(LiveRun run, RunMemory memory, Decision decision, DateTimeOffset now)
    {
        var engine = run.Engine;
        var work = new TurnWork { MailLookedAt = true };
        work.State = StateBytes.Of(memory.State);
        if (RunKernel.IsFinished(memory.State.Status)) work.Snapshot = default(ReadOnlyMemory<byte>);
        work.Journal = StateBytes.Of(decision.Journal);
        var transition = work.ToTransition(run, memory, decision, now, engine.Epoch);
        var answer = await engine.Committer.CommitAsync(transition).ConfigureAwait(false);
        if (answer.Verdict != Verdict.Committed)
        {
            run.Memory = null;
            engine.LostOwnership(run.Id, answer);
            return false;
        }
        work.Remember(memory, transition);
        return true;
    }
}
