namespace Holdfast.Kernel;

/// <summary>A run is set aside with a stated reason, and taken up again. Its ops stay as they are.</summary>
static class Parking
{
    const int ReasonLengthMax = 2000;

    public static void Park(RunState state, RunEvent.Park park, Decision decision)
    {
        if (park.RefusedMail > 0)
        {
            decision.ConsumedMail.Add(park.RefusedMail);
            state.MailSeen = Math.Max(state.MailSeen, park.RefusedMail);
        }
        Park(state, park.Reason, decision);
    }

    public static void Park(RunState state, string reason, Decision decision)
    {
        // An outcome that left the state and never reached the frames would be lost: a turn that cannot run is discarded whole first.
        Invariant.Holds(decision.Deliveries.Count == 0);
        reason = Line.Of(reason, ReasonLengthMax);
        if (state.Status == RunStatus.Parked && state.ParkReason == reason) return;
        state.Status = RunStatus.Parked;
        state.ParkReason = reason;
        // Nothing of a parked run runs, and this turn's orders would not be owed. What is Ready is ordered again when it goes on.
        decision.Effects.Clear();
        decision.Note(JournalKind.Parked, 0, reason);
    }

    public static void Unpark(RunState state, TimeSpan cancelGrace, long epoch, DateTimeOffset now, Decision decision)
    {
        if (state.Status != RunStatus.Parked) return;
        decision.Note(JournalKind.Unparked, 0);
        // Cut off before the run counts as running again: attempts of a dead process must be known as such before any starts.
        Recover.CutOff(state, epoch, null, runsFrames: true, decision);
        state.Status = RunStatus.Running;
        state.Crashes = 0;
        foreach (var op in state.Ops)
            if (op is StepOp step) step.Crashes = step.Deaths = 0;
        foreach (var effect in PendingEffects.Of(state)) decision.Effects.Add(effect);
        // The request to cancel may have been taken and not heard, when the run was parked in between. Hearing it twice is harmless.
        if (state.CancelReason is { } reason) decision.CancelRun = reason;
        Mail.TakeKept(state, cancelGrace, epoch, now, decision);
    }
}
