using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A run is ended without running any more of its code.</summary>
static class Terminate
{
    public static void End(RunState state, string reason, DateTimeOffset now, Decision decision)
    {
        // What this turn had for the frames reaches nobody: they do not run again.
        decision.Deliveries.Clear();
        decision.CancelRun = null;
        decision.Effects.RemoveAll(static effect => effect is Effect.RunAttempt);
        foreach (var op in state.Ops)
        {
            switch (op)
            {
                case ChildOp child:
                    Children.TellTerminate(child, Line.Of($"its parent was terminated: {reason}"), now, decision);
                    break;
                case StepOp { Phase: not StepPhase.Backoff } step:
                    // It may or may not happen, or have happened: the journal keeps its name for whoever has to look.
                    decision.Note(JournalKind.OpAbandoned, step.Id, Description.Of(step));
                    if (step.Phase == StepPhase.Ready) decision.Effects.Add(new Effect.CancelAttempt(step.Id, step.Attempt));
                    break;
                default:
                    break;
            }
        }
        state.Ops.Clear();
        state.Status = RunStatus.Terminated;
        state.CancelReason = reason;
        state.CancelGraceUtc = null;
        decision.Outcome = new RunOutcome(RunStatus.Terminated, default, default);
        decision.Note(JournalKind.Terminated, 0, reason);
        Children.TellParent(state, new(OutcomeKind.Failed, default, $"terminated: {reason}"), now, decision);
    }
}
