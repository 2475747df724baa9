namespace Holdfast.Kernel;

/// <summary>When time alone makes a run go on.</summary>
static class WakeTime
{
    /// <summary>The earliest time at which something of the run is due, or null. Asked at every turn, so it allocates nothing.</summary>
    public static DateTimeOffset? Of(RunState state)
    {
        if (state.Status != RunStatus.Running) return null;
        var earliest = state.CancelGraceUtc ?? Later.Never;
        foreach (var op in state.Ops)
            if (Of(op) is var dueUtc && dueUtc < earliest) earliest = dueUtc;
        return earliest == Later.Never ? null : earliest;
    }

    /// <summary>When the op is due, or <see cref="Later.Never"/>.</summary>
    public static DateTimeOffset Of(Op op) => op switch
    {
        TimerOp timer => timer.DueUtc,
        StepOp { Phase: StepPhase.Backoff } step => step.RetryUtc,
        // A step in doubt has no grace: only a decision ends the doubt, and that is a reason that is stated.
        StepOp { Phase: StepPhase.Ready } step => step.CancelGraceUtc ?? Later.Never,
        _ => Later.Never,
    };
}
