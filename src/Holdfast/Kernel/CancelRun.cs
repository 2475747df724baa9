namespace Holdfast.Kernel;

/// <summary>A run is asked to cancel. Its code hears of it at its awaits and ends as it sees fit, within a grace.</summary>
static class CancelRun
{
    public static void Apply(RunState state, string reason, TimeSpan grace, DateTimeOffset now, Decision decision)
    {
        // The first request wins: a second one must not prolong the grace.
        if (state.CancelReason is not null) return;
        state.CancelReason = reason;
        state.CancelGraceUtc = grace > TimeSpan.Zero ? Later.Of(now, grace) : null;
        decision.CancelRun = reason;
        decision.Note(JournalKind.CancelRequested, 0, reason);
    }
}
