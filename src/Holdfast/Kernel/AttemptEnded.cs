namespace Holdfast.Kernel;

/// <summary>An attempt of a step ended: the step is settled, or waits for its next attempt.</summary>
static class AttemptEnded
{
    public static void Apply(RunState state, RunEvent.AttemptEnded ended, DateTimeOffset now, Decision decision)
    {
        if (!IsPresent(state, ended, out var step)) return;
        // Its code came to an end, so it is not what ends the processes.
        state.Crashes = 0;
        if (Settlement(step, ended, now, out var retryUtc) is not { } outcome)
        {
            // Needs no frames, so a parked run takes it too; the wait then ends when the run goes on.
            Retry(step, ended, retryUtc, decision);
        }
        else if (state.Status == RunStatus.Running)
        {
            decision.Journal.Add(Steps.Entry(step, outcome));
            Steps.Settle(state, step, outcome, decision);
        }
        // A parked run has no frames to take the outcome. The runtime stores it beside the state, so the step stays as it is.
    }

    public static Outcome? Settlement(StepOp? step, RunEvent.AttemptEnded ended, DateTimeOffset now) => IsPresent(step, ended) ? Settlement(step!, ended, now, out _) : null;

    static bool IsPresent(RunState state, RunEvent.AttemptEnded ended, out StepOp step)
    {
        step = state.Ops.TryGet(ended.Op, out var op) ? (op as StepOp)! : null!;
        return IsPresent(step, ended);
    }

    /// <summary>Redelivery and late attempts are normal: only the present attempt, and only while it runs, has something to say.</summary>
    static bool IsPresent(StepOp? step, RunEvent.AttemptEnded ended) => step is { Phase: StepPhase.Ready } && step.Attempt == ended.Attempt;

    static Outcome? Settlement(StepOp step, RunEvent.AttemptEnded ended, DateTimeOffset now, out DateTimeOffset retryUtc)
    {
        retryUtc = default;
        var outcome = ended.Outcome;
        if (outcome.Kind == OutcomeKind.Succeeded) return outcome;
        if (step.CancelGraceUtc is not null) return Outcome.Cancelled(outcome.Summary ?? "cancelled");
        if (outcome.Kind == OutcomeKind.Cancelled)
            outcome = new(OutcomeKind.Failed, outcome.Value, outcome.Summary ?? "the attempt ended as cancelled, though nobody had asked for it");

        // An at-most-once attempt that failed may have had its effect before it failed, and nobody here can know.
        if (!ended.Retryable || step.AtMostOnce) return outcome;
        var failures = step.Attempt - step.CrashedAttempts;
        if (step.Retry.MaxAttempts > 0 && failures >= step.Retry.MaxAttempts) return outcome;
        retryUtc = Later.Of(now, Backoff.Delay(step.Retry, failures, ended.Sample));
        return step.Retry.MaxElapsed is { } elapsedMax && retryUtc - step.StartedUtc > elapsedMax ? outcome : null;
    }

    static void Retry(StepOp step, RunEvent.AttemptEnded ended, DateTimeOffset retryUtc, Decision decision)
    {
        step.LastError = Line.Of(ended.Outcome.Summary ?? "failed");
        decision.Withdraw(step.Id);
        decision.Note(JournalKind.AttemptFailed, step.Id, Line.Of($"{step.Label}: {step.LastError}"), step.Attempt);
        step.Crashes = step.Deaths = 0;
        step.Phase = StepPhase.Backoff;
        step.Attempt++;
        // Kept with the failure, which is committed anyway.
        if (ended.Details is { } details) step.Heartbeat = new(step.Heartbeat?.Timeout, details);
        step.RetryUtc = retryUtc;
        step.Epoch = ended.Epoch;
    }
}
