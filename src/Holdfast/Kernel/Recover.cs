using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A new owner takes a run over: attempts of the dead process were cut off, and a run that keeps killing processes is set aside.</summary>
static class Recover
{
    public static void Apply(RunState state, RunEvent.Recover recover, Decision decision)
    {
        if (recover.Death == Death.OnThread && state.Status == RunStatus.Running)
        {
            state.Crashes++;
            if (IsTooMany(state.Crashes, recover)) Parking.Park(state, Suspect(state.Crashes, "while code of this run had a thread"), decision);
        }
        var suspect = recover.Death == Death.InStep ? CountDeath(state, recover) : null;
        CutOff(state, recover.Epoch, recover.Results, decision);
        if (suspect is not null && state.Status == RunStatus.Running)
            Parking.Park(state, Suspect(suspect.Deaths, $"in the middle of step '{suspect.Label}' (op {suspect.Id})"), decision);
    }

    /// <summary>Counts a death for each step that had begun, and returns one that has had too many.</summary>
    static StepOp? CountDeath(RunState state, RunEvent.Recover recover)
    {
        StepOp? suspect = null;
        foreach (var op in state.Ops)
        {
            // What became in doubt is not begun again, so it ends no other process.
            if (op is not StepOp { Phase: StepPhase.Ready, AtMostOnce: false } step || step.Epoch >= recover.Epoch || recover.Results?.Any(r => r.Op == op.Id) == true) continue;
            step.Deaths++;
            if (IsTooMany(step.Deaths, recover)) suspect = step;
        }
        return suspect;
    }

    static bool IsTooMany(int deaths, RunEvent.Recover recover) => recover.DeathsMax > 0 && deaths >= recover.DeathsMax;

    static string Suspect(int deaths, string where) =>
        $"suspect: the process died {deaths} times in a row {where}. If this run is what ends the process, start a build that mends it, or terminate the run; if not, take it up again with ResumeAsync";

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
