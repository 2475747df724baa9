namespace Holdfast.Kernel;

/// <summary>The first turn of a run.</summary>
static class Begin
{
    public static void Apply(RunState state, Decision decision)
    {
        Invariant.Holds(!state.Begun);
        state.Begun = true;
        decision.Note(JournalKind.Started, 0);
        // A run may be asked to cancel before its code first runs: its root scope is then born cancelled.
        if (state.CancelReason is { } reason) decision.CancelRun = reason;
    }
}
