namespace Holdfast.Kernel;

/// <summary>Fires whatever is due: timers, the next attempts of steps, and the graces of steps and of the run. Never early.</summary>
static class TimePassed
{
    public static void Apply(RunState state, RunEvent.TimePassed passed, DateTimeOffset now, Decision decision)
    {
        // A parked run has no frames that a timer could wake; what came due fires when it goes on.
        if (state.Status != RunStatus.Running) return;
        if (passed.UntilUtc < now) now = passed.UntilUtc.Value;
        if (state.CancelGraceUtc <= now)
        {
            Terminate.End(state, Line.Of($"did not end within its grace after it was asked to cancel: {state.CancelReason}"), now, decision);
            return;
        }

        List<(DateTimeOffset DueUtc, Op Op)>? due = null;
        foreach (var op in state.Ops)
            if (WakeTime.Of(op) is var dueUtc && dueUtc <= now) (due ??= []).Add((dueUtc, op));
        if (due is null) return;
        // Code that sleeps until noon wakes before code that sleeps until one, also when both are long over.
        due.Sort(static (left, right) => left.DueUtc != right.DueUtc ? left.DueUtc.CompareTo(right.DueUtc) : left.Op.Id.CompareTo(right.Op.Id));
        foreach (var (_, op) in due) Fire(state, op, passed.Epoch, decision);
    }

    static void Fire(RunState state, Op op, long epoch, Decision decision)
    {
        switch (op)
        {
            case TimerOp:
                state.Ops.Remove(op.Id);
                decision.Note(JournalKind.TimerFired, op.Id);
                decision.Deliveries.Add(new(op.Id, Outcome.Done));
                break;
            case StepOp { Phase: StepPhase.Backoff } step:
                Steps.Run(step, epoch, decision);
                break;
            case StepOp step:
                // The attempt did not end within its grace. It may still run; its result will find no op and change nothing.
                var outcome = Outcome.Cancelled("given up: the attempt did not end within its grace");
                decision.Journal.Add(Steps.Entry(step, outcome));
                Steps.Settle(state, step, outcome, decision);
                break;
            default:
                Invariant.Holds(false, $"nothing is due for a {op.GetType().Name}");
                break;
        }
    }
}
