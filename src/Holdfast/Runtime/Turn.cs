using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// One turn: events go through the kernel, what they settle goes to the frames, the frames run until all are parked, and what
/// changed is committed in one transition. Only then are the effects carried out.
/// </summary>
/// <remarks>
/// In three parts, because the turn of a run in memory waits for nothing but its commit: whoever runs it waits for that one and needs no second method that waits.
/// </remarks>
static class Turn
{
    /// <summary>Runs a turn. Returns an attempt that the caller may run at once on its own thread.</summary>
    public static async ValueTask<Attempt?> RunAsync(LiveRun run, List<RunEvent> events)
    {
        var begun = await BeginAsync(run, events).ConfigureAwait(false);
        if (begun.Transition is not { } transition) return begun.Inline;
        return await EndAsync(run, events, transition, await run.CommitAsync(transition).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>The turn up to its commit; or all of it, when there is nothing to commit or it was committed by another way.</summary>
    public static async ValueTask<BegunTurn> BeginAsync(LiveRun run, List<RunEvent> events)
    {
        var engine = run.Engine;
        if (events.Exists(static e => e is ReadAnew))
        {
            run.Memory?.DropGraph();
            run.Memory = null;
        }
        var memory = run.Memory;
        if (memory is null || events.Exists(static e => e is MailWaiting))
        {
            memory = await Loading.PrepareAsync(run, events).ConfigureAwait(false);
            if (memory is null)
            {
                Reported(run, events);
                return default;
            }
        }
        var wasParked = memory.State.Status == RunStatus.Parked;
        AttemptRefused? refusal = null;
        foreach (var happened in events)
        {
            if (happened is AttemptRefused last) refusal = last;
        }
        Reported(run, events);
        events.RemoveAll(static e => e is MailWaiting or TakeUp or JustCreated or ReadAnew or AttemptLeft or AttemptRefused);
        if (RunKernel.IsFinished(memory.State.Status))
        {
            engine.Forget(run);
            return default;
        }
        var now = engine.Time.GetUtcNow();
        if (refusal is not null && !wasParked)
        {
            var where = $", step '{refusal.Label}' (op {refusal.Op})";
            return new(Inline: await Parked.DiscardAsync(run, events, await Migration.ReasonAsync(engine.Store, memory.Info, refusal.Why, where).ConfigureAwait(false), now).ConfigureAwait(false));
        }
        if (wasParked)
        {
            if (events.Exists(static e => e is RunEvent.MailArrived { Mail.Kind: MailKind.Unpark }))
            {
                // Attempts that ended meanwhile are heard once the run goes on, by the same turn.
                var ended = events.FindAll(static e => e is RunEvent.AttemptEnded);
                events.RemoveAll(static e => e is RunEvent.AttemptEnded);
                events.AddRange(ended);
            }
            else
            {
                await Parked.KeepResultsAsync(run, memory.Key, memory.State, events, now).ConfigureAwait(false);
            }
        }
        // An update that refuses drops the frames, and the turn may then need them anew.
        var needsFrames = memory.Graph is null || events.Exists(static e => e is UpdateWaiting);
        if (needsFrames && await Loading.TryFetchBlobsAsync(engine, memory).ConfigureAwait(false) is { } unreadable)
            return new(Inline: await Parked.DiscardAsync(run, events, unreadable, now).ConfigureAwait(false));

        var decision = run.Decision;
        decision.Clear();
        run.Work.WasRunning = !wasParked;
        var work = Compute(run, memory, events, now, decision);
        if (work.Discarded is { Mismatch: { } mismatch }) work.Discarded = await Migration.ReasonAsync(engine.Store, memory.Info, mismatch).ConfigureAwait(false);
        if (work.Discarded is { } reason) return new(Inline: await Parked.DiscardAsync(run, events, reason, now).ConfigureAwait(false));
        if (work.IsNothing) return memory.IsFresh ? new(Inline: Effects.Release(run, memory, decision, now)) : default;
        if (!work.IsBeside) return new(work.ToTransition(run, memory, decision, now, engine.Epoch));
        return await Beside.CommitAsync(run, memory, work, decision, now).ConfigureAwait(false) ? new(Inline: Release(run, memory, now)) : default;
    }

    /// <summary>The turn after its commit.</summary>
    public static ValueTask<Attempt?> EndAsync(LiveRun run, List<RunEvent> events, Transition transition, WriteResult answer)
    {
        var (engine, memory, work) = (run.Engine, run.Memory!, run.Work);
        if (answer.Verdict != Verdict.Committed) return RefusedAsync(run, memory, events, answer, transition.Utc);
        work.Remember(memory, transition);
        engine.Codec.Catalog.NewCode.Kept(transition.Code);
        engine.Metrics.Turn(transition.Snapshot?.Length ?? 0);
        var inline = Release(run, memory, transition.Utc);
        // A child was not started, and a message says so.
        if (answer.MailSequence > 0) engine.MailPosted(run.Id);
        return new(inline);
    }

    /// <summary>What was committed is carried out, and told to whoever waits for it.</summary>
    static Attempt? Release(LiveRun run, RunMemory memory, DateTimeOffset now)
    {
        var (engine, decision) = (run.Engine, run.Decision);
        var inline = Effects.Release(run, memory, decision, now);
        if (memory.State.Status is not RunStatus.Running || engine.DropsFrames()) memory.DropGraph();
        if (RunKernel.IsFinished(memory.State.Status)) engine.Finished(run, decision.Outcome!);
        else if (memory.State.Status == RunStatus.Parked && run.Work.WasRunning) engine.NoteParked(run.Id, memory.State.ParkReason!);
        return inline;
    }

    /// <summary>An attempt that has reported, by whatever way, is no longer waited for.</summary>
    static void Reported(LiveRun run, List<RunEvent> events)
    {
        foreach (var happened in events)
        {
            var (op, number) = happened switch
            {
                RunEvent.AttemptEnded ended => (ended.Op, ended.Attempt),
                AttemptLeft left => (left.Op, left.Attempt),
                AttemptRefused refused => (refused.Op, refused.Attempt),
                RunEvent.ResultStored stored => (stored.Op, 0),
                _ => default,
            };
            if (op != 0 && run.Attempts.TryGetValue(op, out var attempt) && (number == 0 || attempt.Number == number)) run.Attempts.Remove(op);
        }
    }

    /// <summary>The part of a turn that computes: synchronous, and all in memory.</summary>
    static TurnWork Compute(LiveRun run, RunMemory memory, List<RunEvent> events, DateTimeOffset now, Decision decision)
    {
        var engine = run.Engine;
        var started = engine.Time.GetTimestamp();
        try
        {
            var updated = UpdateCode.Run(run, memory, events, now, decision);
            var (seen, crashes) = (memory.State.MailSeen, memory.State.Crashes);
            foreach (var happened in events)
            {
                if (happened is RunEvent.ResultStored stored) memory.NoteStored(stored);
                // The timer that was held has fired. The next one may be due at the very same time, and is another one.
                if (happened is RunEvent.TimePassed) memory.ScheduledWake = null;
                RunKernel.Decide(memory.State, happened, now, decision);
            }
            // Also a run that was parked before its first turn, and goes on now.
            var begins = memory.State is { Status: RunStatus.Running, Begun: false };
            if (begins) RunKernel.Decide(memory.State, new RunEvent.Begin(), now, decision);
            var deliveries = decision.Deliveries.Count;
            var work = run.Work.Begin(memory.State.MailSeen != seen, decision.Deliveries, updated);
            if (memory.State.Status == RunStatus.Running && (deliveries > 0 || begins || decision.CancelRun is not null))
            {
                var graph = memory.Graph ??= Loading.Graph(run, memory, now, decision, begins);
                // Only the user's code is marked. Reading frames for the first time takes the compiler a while, and a process that is ended from
                // outside in that while would blame whichever run is the first at every start.
                var mark = engine.Marks.Enter(run.Id);
                try
                {
                    FrameRunner.Run(run, memory, graph, now, decision, begins);
                }
                finally
                {
                    engine.Marks.Leave(mark);
                }
                if (graph.Misuse is { } misuse)
                {
                    work.Discarded = graph.IgnoresCancellation ? new(misuse, Terminates: true) : new($"misuse: {misuse}", Terminates: false);
                    return work;
                }
                work.GraphChanged = true;
                work.FramesRan = graph.Ran;
                if (graph.Ran && memory.State.Status == RunStatus.Running) memory.State.Crashes = 0;
            }
            RunKernel.AssertOwed(memory.State, decision);
            // A count of deaths that has come to its end is part of the state.
            if (memory.State.Crashes == crashes && work.FitsBeside(events, decision)) work.IsBeside = true;
            else Encode(run, memory, work, decision);
            return work;
        }
        catch (HoldfastException error) when (error.Error is HoldfastError.NotSavable or HoldfastError.NeedsMigration or HoldfastError.CorruptSnapshot or HoldfastError.UnknownWorkflow or HoldfastError.InvalidWorkflow or HoldfastError.Misuse)
        {
            var why = error.Error switch { HoldfastError.NotSavable => "not savable", HoldfastError.Misuse => "misuse", _ => "cannot be loaded" };
            var isMismatch = error.Error is HoldfastError.NeedsMigration or HoldfastError.UnknownWorkflow;
            return new() { Discarded = new($"{why}: {error.Message}", Terminates: false) { Mismatch = isMismatch ? error : null } };
        }
        finally
        {
            engine.NoteTurn(run.Id, memory.Info.Workflow, started);
        }
    }

    static void Encode(LiveRun run, RunMemory memory, TurnWork work, Decision decision)
    {
        work.State = StateBytes.Of(memory.State);
        var finished = RunKernel.IsFinished(memory.State.Status);
        if (finished) work.Snapshot = default(ReadOnlyMemory<byte>);
        else if (work.GraphChanged)
        {
            var encoded = run.Engine.Codec.EncodeRun(memory.Graph!);
            work.Snapshot = encoded.Bytes;
            work.NewBlobs = encoded.Blobs.Count == 0 && memory.Graph!.NewBlobs.Count == 0 ? [] : [.. encoded.Blobs, .. memory.Graph!.NewBlobs];
            work.SnapshotBlobs = encoded.Blobs.Count == 0 ? [] : [.. encoded.Blobs.Select(static b => b.Hash)];
        }
        work.IsNothing = work.Snapshot is null && !work.MailLookedAt && decision.Journal.Count == 0 && decision.Effects.Count == 0
            && decision.ConsumedMail.Count == 0 && decision.DeadMail.Count == 0 && work.State.Span.SequenceEqual(memory.StateBytes.Span);
        if (decision.Journal.Count == 0) return;
        work.Journal = StateBytes.Of(decision.Journal);
    }

    /// <summary>The live graph ran ahead of what is durable: it is dropped, never rolled back.</summary>
    static async ValueTask<Attempt?> RefusedAsync(LiveRun run, RunMemory memory, List<RunEvent> events, WriteResult answer, DateTimeOffset now)
    {
        memory.DropGraph();
        run.Memory = null;
        if (memory is { IsAssumed: true, Revision: 0 } && answer.Verdict != Verdict.Refused)
        {
            // It was created, had its first turn and left memory again before its creator came to say so; or the owner was replaced, and the store says so again.
            run.TryPost(TakeUp.Instance);
            return null;
        }
        if (answer.Verdict == Verdict.Refused) return await Parked.DiscardAsync(run, events, new($"the store refused the turn: {answer.Reason}", Terminates: false), now).ConfigureAwait(false);
        run.Engine.LostOwnership(run.Id, answer);
        return null;
    }
}

/// <summary>How far a turn came by itself: to a transition that is to be committed, or to its end, and then to an attempt that the caller may run.</summary>
readonly record struct BegunTurn(Transition? Transition = null, Attempt? Inline = null);
