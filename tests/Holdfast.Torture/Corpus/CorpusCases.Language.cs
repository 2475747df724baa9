namespace Holdfast.Torture.Corpus;

static partial class CorpusCases
{
    /// <summary>Statements, expressions, methods and what they throw.</summary>
    static CorpusCase[] Language =>
    [
        Of("switch statements", (SwitchStatements w) => w.Run(), "?"),
        Of("deep patterns", (DeepPatterns w) => w.Run(), "?"),
        Of("nested jumps", (NestedJumps w) => w.Run(4), "?"),
        Of("own async sequence", (OwnSequence w) => w.Run(4), "?"),
        Of("arguments", (Arguments w) => w.Run(), "?"),
        Of("awaits in try, catch and finally", (AwaitsInEach w) => w.Run(), "?"),
        Of("deep finally", (DeepFinally w) => w.Run(6), "?"),
        Of("filters across frames", (FiltersAcrossFrames w) => w.Run(), "?"),
        Of("rethrown kinds", (RethrownKinds w) => w.Run(), "?"),
        Of("exceptions kept", (ExceptionsKept w) => w.Run(), "?"),
        Of("shared failure", (SharedFailure w) => w.Run(), "?"),
        Of("ends in failure", (EndsInFailure w) => w.Run(), "?") with { FailsOrIsCancelled = true },
        Of("using frames", (UsingFrames w) => w.Run(), "?"),
        Of("await using", (AwaitUsing w) => w.Run(), "?"),
        Of("spilled places", (SpilledPlaces w) => w.Run(3), "?"),
        Of("with expressions", (WithExpressions w) => w.Run(), "?"),
        Of("spilled calls", (SpilledCalls w) => w.Run(), "?"),
        Of("deep tuples", (DeepTuples w) => w.Run(), "?"),
        Of("generic members", (GenericMembers w) => w.Run(), "?"),
        Of("generic overrides", (GenericOverrides w) => w.Run(), "?"),
        Of("recursive local functions", (RecursiveLocals w) => w.Run(4), "?"),
        Of("nested lambdas", (NestedLambdas w) => w.Run(2), "?"),
        Of("async lambdas", (AsyncLambdas w) => w.Run(), "?"),
        Of("captured parameters", (CapturedParameters w) => w.Run("abc"), "?"),
        Of("odd methods", (OddMethods w) => w.Run(), "?"),
        Of("tree of frames", (TreeOfFrames w) => w.Run(5), "?") with { KillsMax = 5 },
        Of("own iterators", (OwnIterators w) => w.Run(4), "?"),
        Of("multicast", (Multicast w) => w.Run(), "?"),
        Of("delegate targets", (DelegateTargets w) => w.Run(), "?"),
        Of("a loop of 1000", (LongLoop w) => w.Run(1_000), "?") with { KillsMax = 3 },
    ];
}
