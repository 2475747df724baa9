using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A new owner takes a run over: attempts of the dead process were cut off, and a run that keeps killing processes is set aside.</summary>
static class Recover
{
    public static void Apply(RunState state, RunEvent.Recover recover, Decision decision)
    {
        if (recover.WasRunning && state.Status == RunStatus.Running)
        {
            state.Crashes++;
            if (recover.CrashesMax > 0 && state.Crashes >= recover.CrashesMax)
                Parking.Park(state, $"suspect: the process died {state.Crashes} times in a row during a turn or a step of this run", decision);
        }
        CutOff(state, recover.Epoch, recover.Results, decision);
    }

    /// <summary>Gives every attempt that an earlier epoch left running its due. Orders new attempts only while the run is running.</summary>
    public static void CutOff(RunState state, long epoch, IReadOnlyList<StoredResult>? results, Decision decision)
    {
        HashSet<long>? settled = null;
        if (results is { Count: > 0 })
        {
            settled = new(results.Count);
            foreach (var result in results) settled.Add(result.Op);
        }
        foreach (var op in state.Ops)
        {
            if (op is not StepOp { Phase: StepPhase.Ready } step || step.Epoch >= epoch) continue;
            if (settled is not null && settled.Contains(step.Id)) step.Epoch = epoch;
            else CutOff(state, step, epoch, decision);
        }
    }

    static void CutOff(RunState state, StepOp step, long epoch, Decision decision)
    {
        // A transaction commits with its result or not at all. There is no result, so it did not happen, and there is no doubt.
        if (step.Kind != StepKind.Transaction)
        {
            step.CrashedAttempts++;
            if (step.AtMostOnce)
            {
                step.Phase = StepPhase.InDoubt;
                decision.Note(JournalKind.StepInDoubt, step.Id, step.Label, step.Attempt);
                return;
            }
            decision.Note(JournalKind.AttemptCutOff, step.Id, step.Label, step.Attempt);
            // A new number, so that a late word of the old attempt cannot be taken for the new one's.
            step.Attempt++;
        }
        step.Epoch = epoch;
        if (state.Status == RunStatus.Running) Steps.Run(step, epoch, decision);
    }
}
