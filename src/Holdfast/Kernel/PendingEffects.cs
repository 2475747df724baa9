namespace Holdfast.Kernel;

/// <summary>What a committed state owes to the world. Effects are not stored: they follow from the state.</summary>
static class PendingEffects
{
    public static IEnumerable<Effect> Of(RunState state)
    {
        if (state.Status != RunStatus.Running) yield break;
        foreach (var op in state.Ops)
        {
            if (op is not StepOp { Phase: StepPhase.Ready } step) continue;
            yield return new Effect.RunAttempt(step.Id, step.Attempt);
            if (step.CancelGraceUtc is not null) yield return new Effect.CancelAttempt(step.Id, step.Attempt);
        }
    }

    /// <summary>Whether anything is owed, the first turn and updates that were looked at included.</summary>
    public static bool Any(RunState state)
    {
        if (state.Status != RunStatus.Running) return false;
        if (!state.Begun || Updates.Next(state) is not null) return true;
        foreach (var op in state.Ops)
            if (op is StepOp { Phase: StepPhase.Ready }) return true;
        return false;
    }

    /// <summary>Checks op by op, for it is asked at every turn.</summary>
    public static void AssertOwed(RunState state, Decision decision)
    {
        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case Effect.RunAttempt run:
                    Invariant.Holds(state.Status == RunStatus.Running && Present(state, run.Op, run.Attempt) is not null);
                    break;
                case Effect.CancelAttempt cancel:
                    // An op that is gone owes nothing: the signal is a courtesy to an attempt that would not survive a crash either.
                    Invariant.Holds(!state.Ops.TryGet(cancel.Op, out _) || Present(state, cancel.Op, cancel.Attempt) is { CancelGraceUtc: not null });
                    break;
                default:
                    Invariant.Holds(false, $"nothing owes a {effect.GetType().Name}");
                    break;
            }
        }
    }

    static StepOp? Present(RunState state, long op, int attempt) =>
        state.Ops.TryGet(op, out var found) && found is StepOp { Phase: StepPhase.Ready } step && step.Attempt == attempt ? step : null;
}
