namespace Holdfast.Kernel;

/// <summary>The run's code is over, or cannot use the op any more: the op goes without an answer, and the journal names it.</summary>
static class AbandonOp
{
    public static void Apply(RunState state, RunEvent.AbandonOp abandon, DateTimeOffset now, Decision decision)
    {
        if (!state.Ops.TryGet(abandon.Op, out var op)) return;
        decision.Note(JournalKind.OpAbandoned, op.Id, Description.Of(op));
        switch (op)
        {
            case StepOp step:
                Steps.Drop(state, step, decision);
                // The state owes nothing for it any more. After a crash there is no attempt left to signal, so nothing need be kept.
                if (step.Phase == StepPhase.Ready && (decision.StartedFrom == 0 || step.Id < decision.StartedFrom))
                    decision.Effects.Add(new Effect.CancelAttempt(step.Id, step.Attempt));
                break;
            case ChildOp child:
                Children.AskToCancel(child, "its parent no longer waits for it", now, decision);
                state.Ops.Remove(op.Id);
                break;
            default:
                state.Ops.Remove(op.Id);
                break;
        }
    }
}
