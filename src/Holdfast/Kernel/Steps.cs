namespace Holdfast.Kernel;

/// <summary>What every way of ending a step has in common.</summary>
static class Steps
{
    /// <summary>Ends the step with an outcome for the frames.</summary>
    public static void Settle(RunState state, StepOp step, Outcome outcome, Decision decision, DateTimeOffset? keptUtc = null)
    {
        Drop(state, step, decision);
        decision.Deliveries.Add(new(step.Id, outcome, KeptUtc: keptUtc));
    }

    /// <summary>Takes the step out. An attempt that this turn ordered must not start: nobody would owe it.</summary>
    public static void Drop(RunState state, StepOp step, Decision decision)
    {
        state.Ops.Remove(step.Id);
        decision.Withdraw(step.Id);
    }

    /// <summary>Makes the step's present attempt owed now, under the given epoch.</summary>
    public static void Run(StepOp step, long epoch, Decision decision)
    {
        step.Phase = StepPhase.Ready;
        step.RetryUtc = default;
        step.Epoch = epoch;
        decision.Effects.Add(new Effect.RunAttempt(step.Id, step.Attempt));
        // A step that was asked to cancel runs with its token signalled from the start.
        if (step.CancelGraceUtc is not null) decision.Effects.Add(new Effect.CancelAttempt(step.Id, step.Attempt));
    }

    /// <summary>The journal entry for the step's outcome.</summary>
    public static JournalEntry Entry(StepOp step, Outcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Succeeded => new(JournalKind.StepSucceeded, step.Id, step.Label, step.Attempt),
        OutcomeKind.Failed => new(JournalKind.StepFailed, step.Id, Line.Of($"{step.Label}: {outcome.Summary}"), step.Attempt),
        _ => new(JournalKind.StepCancelled, step.Id, step.Label, step.Attempt),
    };
}
