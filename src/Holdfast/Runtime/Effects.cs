using Holdfast.Kernel;

namespace Holdfast.Runtime;

/// <summary>Carries out what a committed turn asked for.</summary>
static class Effects
{
    /// <summary>Returns the one attempt that may run on the caller's own thread: starting it elsewhere would only cost a hand-over.</summary>
    public static Attempt? Release(LiveRun run, RunMemory memory, Decision decision, DateTimeOffset now)
    {
        var engine = run.Engine;
        Attempt? only = null;
        if (memory.IsFresh)
        {
            // What the state owed before it was read again in this process, and what does not run here, is owed still.
            memory.IsFresh = false;
            var ordered = new HashSet<Effect>(decision.Effects);
            foreach (var owed in RunKernel.Pending(memory.State))
                if (owed is Effect.RunAttempt && ordered.Add(owed)) decision.Effects.Add(owed);
        }
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                // Taking a run up orders every open attempt anew; one that runs here already goes on.
                case Effect.RunAttempt start when run.Attempts.TryGetValue(start.Op, out var present) && present.Number == start.Attempt:
                    break;
                case Effect.RunAttempt start when memory.State.Ops.TryGet(start.Op, out var op) && op is StepOp step:
                    var attempt = new Attempt(run, memory, step, start.Attempt);
                    run.Attempts[start.Op] = attempt;
                    if (!engine.Admission.TryEnter(attempt)) break;
                    if (only is null) only = attempt;
                    else
                    {
                        attempt.StartElsewhere();
                    }
                    break;
                case Effect.CancelAttempt cancel when run.Attempts.TryGetValue(cancel.Op, out var running) && running.Number == cancel.Attempt:
                    running.Cancel();
                    break;
            }
        }
        foreach (var entry in decision.Journal)
        {
            if (entry.Kind == JournalKind.StepInDoubt) engine.Metrics.InDoubt(1);
            if (entry.Kind is JournalKind.StepInDoubt or JournalKind.StepDecided or JournalKind.Parked or JournalKind.Unparked) engine.Attention.Changed();
        }
        if (decision.Answers is not null && run.Answered is { } answered) engine.Answers.Complete(run.Id, answered.Call, answered.Outcome);
        if (memory.State.Inbox.Count > 0 && RunKernel.NextUpdate(memory.State) is not null) run.TryPost(UpdateWaiting.Instance);
        foreach (var mail in decision.Outgoing) engine.MailPosted(mail.Run);
        foreach (var child in decision.Children) engine.Activate(child.Id);
        // A deadline that stands through a million turns is one timer, not a million.
        if (memory.StoredWake != memory.ScheduledWake)
        {
            memory.ScheduledWake = memory.StoredWake;
            if (memory.StoredWake is { } wake) engine.Timers.Schedule(run.Id, wake, now);
        }
        return only;
    }
}
