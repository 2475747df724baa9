namespace Holdfast.Torture.Corpus;

static partial class CorpusCases
{
    /// <summary>Time, cancellation, services, other runs, and whatever else comes from outside.</summary>
    static CorpusCase[] World =>
    [
        Of("race until empty", (RaceUntilEmpty w) => w.Run(5), "?") with { WaitsLong = true },
        Of("within everything", (WithinEverything w) => w.Run(), "?") with { WaitsLong = true },
        Of("ordered timers", (OrderedTimers w) => w.Run(), "?") with { WaitsLong = true },
        Of("queue between frames", (QueueBetweenFrames w) => w.Run(10), "?") with { WaitsLong = true },
        Of("many waiters", (ManyWaiters w) => w.Run(), "?") with { WaitsLong = true },
        Of("nested deadlines", (NestedDeadlines w) => w.Run(), "?") with { WaitsLong = true },
        Of("cancelled from beside", (CancelledFromBeside w) => w.Run(), "?") with { WaitsLong = true },
        Of("shields in shields", (ShieldsInShields w) => w.Run(), "?") with { WaitsLong = true },
        Of("asked to cancel, cancels", (AskedToCancel w) => w.Run(false), "?") with { Script = [CorpusAct.Cancel("please")] },
        Of("asked to cancel, returns", (AskedToCancel w) => w.Run(true), "?") with { Script = [CorpusAct.Cancel("please")] },
        Of("cancelled children", (CancelledChildren w) => w.Run(), "?") with { WaitsLong = true, Children = [typeof(CancelledChildren.Sleeper)] },
        Of("services everywhere", (ServicesEverywhere w) => w.Run("abc"), "?"),
        Of("fields of all kinds", (FieldsOfAllKinds w) => w.Run(), "?"),
        Of("signals", (Signals w) => w.Run(), "?") with { Script = Signals.Script },
        Of("family", (Family w) => w.Run(2), "?") with { WaitsLong = true, Children = [typeof(Family.Descendant)] },
        Of("bookings", (Bookings w) => w.Run(), "?") with { NeedsDatabase = true },
        Of("retries", (Retries w) => w.Run(), "?") with { WaitsLong = true },
        Of("steps on copies", (StepsOnCopies w) => w.Run(), "?"),
        Of("in flight across awaits", (InFlightAcrossAwaits w) => w.Run(), "?") with { WaitsLong = true, Children = [typeof(CancelledChildren.Sleeper)] },
    ];
}
