namespace Holdfast.Torture.Corpus;

static partial class CorpusCases
{
    /// <summary>Time, cancellation, services, other runs, and whatever else comes from outside.</summary>
    static CorpusCase[] World =>
    [
        Of("race until empty", (RaceUntilEmpty w) => w.Run(5), "1 two 3 4 5") with { WaitsLong = true },
        Of("within everything", (WithinEverything w) => w.Run(), "True False True 3 3 True False (1, 2, 9) failing") with { WaitsLong = true },
        Of("ordered timers", (OrderedTimers w) => w.Run(), "5,4,1,3,2,0") with { WaitsLong = true },
        Of("queue between frames", (QueueBetweenFrames w) => w.Run(10), "45 10 0") with { WaitsLong = true },
        Of("many waiters", (ManyWaiters w) => w.Run(), "1,2,3,5,6,7,9,10,11,13,14,15,17,18,19,0,4,8,12,16 140 7") with { WaitsLong = true },
        Of("nested deadlines", (NestedDeadlines w) => w.Run(), "outer inner TrueFalse inner over longer outer over") with { WaitsLong = true },
        Of("cancelled from beside", (CancelledFromBeside w) => w.Run(), "b2 a2 b shielded a shielded OperationCanceledException enough enough 5") with { WaitsLong = true },
        Of("shields in shields", (ShieldsInShields w) => w.Run(), "one own two scope") with { WaitsLong = true },
        Of("ended scopes", (EndedScopes w) => w.Run(), "-quick -slow quick -left failed0 OperationCanceledException -outside outside") with { WaitsLong = true },
        Of("asked to cancel, cancels", (AskedToCancel w) => w.Run(false), "RunCancelled: Run RUN ended as Cancelled. System.OperationCanceledException: please") with { Script = [CorpusAct.Cancel("please")] },
        Of("asked to cancel, returns", (AskedToCancel w) => w.Run(true), "hang please cleanup cleaned") with { Script = [CorpusAct.Cancel("please")] },
        Of("cancelled children", (CancelledChildren w) => w.Run(), "waited no more children 1") with { WaitsLong = true, Children = [typeof(CancelledChildren.Sleeper)] },
        Of("services everywhere", (ServicesEverywhere w) => w.Run("abc"), "1300 200 200 202 602 True 11 600"),
        Of("fields of all kinds", (FieldsOfAllKinds w) => w.Run(), "one below,again 21 1000 second 4 2 5 True 100"),
        Of("signals", (Signals w) => w.Run(), "1 2 False early wörd6 True (a3, b4) end") with { Script = Signals.Script },
        Of("family", (Family w) => w.Run(2), "<<r..4>> <a.4> b3 ChildFailedException System.InvalidOperationException d3 2") with { WaitsLong = true, Children = [typeof(Family.Descendant)] },
        Of("bookings", (Bookings w) => w.Run(), "12 1,2 3") with { NeedsDatabase = true },
        Of("retries", (Retries w) => w.Run(), "not again Unknown always 8 System.ArgumentException below zero") with { WaitsLong = true },
        Of("steps on copies", (StepsOnCopies w) => w.Run(), "1,2,3,4,7 2 True 1 1 True 3 11"),
        Of("in flight across awaits", (InFlightAcrossAwaits w) => w.Run(), "4 2 two 0") with { WaitsLong = true, Children = [typeof(CancelledChildren.Sleeper)] },
    ];
}
