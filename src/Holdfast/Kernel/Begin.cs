namespace Holdfast.Kernel;

/// <summary>The first turn of a run.</summary>
static class Begin
{
    public static void Apply(RunState state, Decision decision)
    {
        // A recovery may have set the run aside in this very turn; it then begins when it goes on.
        if (state.Status != RunStatus.Running) return;
        Invariant.Holds(!state.Begun);
        state.Begun = true;
        decision.Note(JournalKind.Started, 0);
        if (state.RestartOf is { } before) decision.Note(JournalKind.RestartOf, 0, $"of {before}");
        // A run may be asked to cancel before its code first runs: its root scope is then born cancelled.
        if (state.CancelReason is { } reason) decision.CancelRun = reason;
    }
}
