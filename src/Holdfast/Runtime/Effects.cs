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
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
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
