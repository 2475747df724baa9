using System.Globalization;

namespace Holdfast.Kernel;

/// <summary>Says for people what a run waits for.</summary>
static class Description
{
    const int NamedMax = 5;

    public static string Of(RunState state, IReadOnlyList<long> stored) => state.Status switch
    {
        RunStatus.Parked => $"parked: {state.ParkReason}",
        RunStatus.Running => Waiting(state, [.. stored]),
        RunStatus.Terminated => $"terminated: {state.CancelReason}",
        RunStatus.Completed => "completed",
        RunStatus.Failed => "failed",
        _ => state.CancelReason is null ? "cancelled" : $"cancelled: {state.CancelReason}",
    };

    static string Waiting(RunState state, HashSet<long> stored)
    {
        var text = new System.Text.StringBuilder();
        if (state.CancelReason is not null)
        {
            text.Append("asked to cancel: ").Append(state.CancelReason);
            if (state.CancelGraceUtc is { } grace) text.Append(", terminated at ").Append(Line.Of(grace)).Append(" at the latest");
        }
        if (state.Ops.Count == 0) Join(text, state.Begun ? "running" : "waiting for its first turn");
        var named = 0;
        // What waits for a person comes first: among thousands of timers it must not be one of "and more".
        Name(inDoubt: true);
        Name(inDoubt: false);
        var ended = 0;
        foreach (var op in state.Ops)
            if (stored.Contains(op.Id)) ended++;
        if (state.Ops.Count - ended > named) text.Append(" and ").Append(state.Ops.Count - ended - named).Append(" more");
        if (ended > 0) Join(text, string.Create(CultureInfo.InvariantCulture, $"{ended} {(ended == 1 ? "step has" : "steps have")} ended"));
        return text.ToString();

        void Name(bool inDoubt)
        {
            foreach (var op in state.Ops)
            {
                if (named == NamedMax) return;
                if (IsInDoubt(op) != inDoubt || stored.Contains(op.Id)) continue;
                Join(text, Of(op));
                named++;
            }
        }
    }

    /// <summary>What one op waits for.</summary>
    public static string Of(Op op) => op switch
    {
        StepOp step => Of(step),
        TimerOp timer => $"timer until {Line.Of(timer.DueUtc)}",
        ReceiveOp receive => $"signal '{receive.Signal}'",
        ChildOp child => $"child {child.Workflow} {child.Child} (op {child.Id}){(child.CancelRequested ? ", asked to cancel" : "")}",
        _ => $"op {op.Id}",
    };

    static string Of(StepOp step)
    {
        var name = $"step '{step.Label}' (op {step.Id})";
        return step.Phase switch
        {
            StepPhase.InDoubt => $"in doubt: {name} may or may not have happened; it waits for a decision: its outcome, or to try again",
            StepPhase.Backoff => $"{name}: attempt {step.Attempt - 1} failed with {step.LastError}; next attempt at {Line.Of(step.RetryUtc)}",
            _ => $"{name}, attempt {step.Attempt}, running{(step.CancelGraceUtc is null ? "" : ", asked to cancel")}",
        };
    }

    static bool IsInDoubt(Op op) => op is StepOp { Phase: StepPhase.InDoubt };

    static void Join(System.Text.StringBuilder text, string part)
    {
        if (text.Length > 0) text.Append("; ");
        text.Append(part);
    }
}
