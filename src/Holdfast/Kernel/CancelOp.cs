namespace Holdfast.Kernel;

/// <summary>The run's code gives an op up and waits for how it ends.</summary>
static class CancelOp
{
    public static void Apply(RunState state, RunEvent.CancelOp cancel, DateTimeOffset now, Decision decision)
    {
        // An op that was settled in this very turn needs no cancelling.
        if (!state.Ops.TryGet(cancel.Op, out var op)) return;
        switch (op)
        {
            case ChildOp child:
                Children.AskToCancel(child, cancel.Reason, now, decision);
                break;
            case StepOp step:
                Step(state, step, cancel, now, decision);
                break;
            default:
                state.Ops.Remove(op.Id);
                decision.Note(JournalKind.OpCancelled, op.Id, Line.Of(cancel.Reason));
                decision.Deliveries.Add(new(op.Id, Outcome.Cancelled(cancel.Reason)));
                break;
        }
    }

    static void Step(RunState state, StepOp step, RunEvent.CancelOp cancel, DateTimeOffset now, Decision decision)
    {
        // The first request wins: asking again must not prolong the grace.
        if (step.CancelGraceUtc is not null) return;
        // Between two attempts, or before the first one could start, there is nothing to wait for.
        if (step.Phase == StepPhase.Backoff || (decision.StartedFrom != 0 && step.Id >= decision.StartedFrom))
        {
            var outcome = Outcome.Cancelled(cancel.Reason);
            decision.Journal.Add(Steps.Entry(step, outcome));
            Steps.Settle(state, step, outcome, decision);
            return;
        }
        step.CancelGraceUtc = cancel.Grace < TimeSpan.Zero ? Later.Never : Later.Of(now, cancel.Grace);
        // A step in doubt is never guessed away: it stays, with its reason stated, until somebody decides.
        if (step.Phase == StepPhase.Ready) decision.Effects.Add(new Effect.CancelAttempt(step.Id, step.Attempt));
    }
}
