namespace Holdfast.Kernel;

/// <summary>A timer is asked for. One that is due already fires when time is next looked at.</summary>
static class StartTimer
{
    public static void Apply(RunState state, RunEvent.StartTimer start, Decision decision)
    {
        OpNumbers.Take(state, start.Op, decision);
        state.Ops.Add(new TimerOp(start.Op, start.DueUtc));
        decision.Note(JournalKind.TimerSet, start.Op, Line.Of(start.DueUtc));
    }
}
