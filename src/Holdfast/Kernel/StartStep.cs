namespace Holdfast.Kernel;

/// <summary>A step is asked for: its first attempt is owed as soon as the step is durable.</summary>
static class StartStep
{
    public static void Apply(RunState state, RunEvent.StartStep start, DateTimeOffset now, Decision decision)
    {
        var step = start.Step;
        Invariant.Holds(step is { Attempt: 1, CrashedAttempts: 0, Phase: StepPhase.Ready });
        OpNumbers.Take(state, step.Id, decision);
        step.StartedUtc = now;
        state.Ops.Add(step);
        decision.Note(JournalKind.StepStarted, step.Id, step.Label, step.Attempt);
        decision.Effects.Add(new Effect.RunAttempt(step.Id, step.Attempt));
    }
}
