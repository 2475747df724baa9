using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A new owner takes a run over: attempts of the dead process were cut off, and a run that keeps killing processes is set aside.</summary>
static class Recover
{
    public static void Apply(RunState state, RunEvent.Recover recover, Decision decision)
    {
        if (recover.Deaths is { } deaths && state.Status == RunStatus.Running && Count(state, recover, deaths) is { } suspect) Parking.Park(state, suspect, decision);
        // A death is counted in a commit before the turn: what was told there, no frame would hear.
        CutOff(state, recover.Epoch, recover.Results, recover.Deaths is null && state.Status == RunStatus.Running, decision);
    }

    /// <summary>Counts a death for all that was going on, and says what has had too many.</summary>
    static string? Count(RunState state, RunEvent.Recover recover, Deaths deaths)
    {
        string? suspect = null;
        foreach (var mark in deaths.Marks.Distinct())
        {
            // What became in doubt is not begun again, so it ends no other process.
            if (!state.Ops.TryGet(mark.Op, out var op) || op is not StepOp { Phase: StepPhase.Ready, AtMostOnce: false } step) continue;
            if (step.Epoch >= recover.Epoch || recover.Results?.Any(r => r.Op == op.Id) == true) continue;
            var isOnThread = mark.Death == Death.OnThread;
            var count = isOnThread ? ++step.Crashes : ++step.Deaths;
            if (IsTooMany(count, isOnThread ? deaths.OnThreadMax : deaths.InStepMax))
                suspect = Suspect(count, $"{(isOnThread ? "while code of" : "in the middle of")} step '{step.Label}' (op {step.Id}){(isOnThread ? " had a thread" : "")}");
        }
        // Where each death met another step, and none has ended since, it may be any of them.
        if (deaths.Marks.Any(static mark => mark.Death == Death.OnThread) && IsTooMany(++state.Crashes, deaths.OnThreadMax))
            suspect ??= Suspect(state.Crashes, "while code of this run had a thread");
        return suspect;
    }

    static bool IsTooMany(int deaths, int max) => max > 0 && deaths >= max;

    static string Suspect(int deaths, string where) =>
        $"suspect: the process died {deaths} times in a row {where}. If this run is what ends the process, start a build that mends it, or terminate the run; if not, take it up again with ResumeAsync";

    /// <summary>Gives every attempt that an earlier epoch left running its due. Orders new attempts only while the run is running.</summary>
    /// <param name="state">The run.</param>
    /// <param name="epoch">The present owner's epoch.</param>
    /// <param name="results">Results that the store keeps beside the state.</param>
    /// <param name="runsFrames">Whether frames run in this turn, and so can be told of what has failed. Otherwise that stays as it is, and is found when the run goes on.</param>
    /// <param name="decision">What the turn changes.</param>
    public static void CutOff(RunState state, long epoch, IReadOnlyList<StoredResult>? results, bool runsFrames, Decision decision)
    {
        List<StepOp>? failed = null;
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
            else if (step is not { AtMostOnce: true, FailsInDoubt: true, Kind: not StepKind.Transaction }) CutOff(state, step, epoch, decision);
            else if (runsFrames) (failed ??= []).Add(step);
        }
        foreach (var step in failed ?? [])
        {
            decision.Note(JournalKind.StepInDoubt, step.Id, step.Label, step.Attempt);
            Steps.Settle(state, step, Outcome.InDoubt, decision);
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
