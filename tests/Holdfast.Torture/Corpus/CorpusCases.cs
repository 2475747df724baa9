using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Torture.Corpus;

/// <summary>All workflows of the corpus, with their inputs and what must come of them.</summary>
static partial class CorpusCases
{
    static readonly CorpusCase[] First =
    [
        Of("for", (ForLoops w) => w.Run(3), "00 01 22 23"),
        Of("while", (WhileLoops w) => w.Run(4), "315"),
        Of("foreach", (ForeachLoops w) => w.Run(3), "l0 l1 l2 a0 a1 a2 x y z one1 two2 three3 h5 h3 h9 q1 q2 s2 s1"),
        Of("foreach over what changes", (ForeachChanged w) => w.Run(), "b2c3x41 changed"),
        Of("nested foreach", (NestedForeach w) => w.Run(), "10;20;||30;|1234"),
        Of("own iterator", (OwnIterator w) => w.Run(3), "1,4,9,7,8,"),
        Of("patterns", (Patterns w) => w.Run(), "big text4 point 1-3 nothing Green 5"),
        Of("spilled temporaries", (SpilledTemporaries w) => w.Run(4), "13 5,13,-7 Point { X = 1, Y = 9 } a4b yes True filled 2 39"),
        Of("tuples", (Tuples w) => w.Run(), "2two3.51(9, r) 9 (x, 2) (x, 2, 3)"),
        Of("values of all kinds", (ValuesOfAllKinds w) => w.Run(), "2024-02-29T01:02:03.0000000+02:00 11111111-2222-3333-4444-555555555555 250 10000 1 ?b=c Friday n3 42 1.50 2.25 2"),
        Of("try, catch, finally", (TryCatchFinally w) => w.Run(3), "try0 ok finally try1 catch bad1 finally try2 ok finally"),
        Of("rethrow", (Rethrow w) => w.Run(), "inner finally, again, outer finally, wrapped, InvalidOperationException outer: deep True"),
        Of("filters", (Filters w) => w.Run(), "other two late"),
        Of("using", (Using w) => w.Run(), "in caught -second -first"),
        Of("returns from try", (ReturnsFromTry w) => w.Run(), "10,20,30 f0,f1,f2"),
        Of("exceptions across frames", (ExceptionsAcrossFrames w) => w.Run(4), "bottom 7 0 False bottom first"),
        Of("base methods", (BaseMethods w) => w.Run(), "101 5 base1,hook"),
        Of("called methods", (CalledMethods w) => w.Run(4), "4 12 24 8 z"),
        Of("generic of int", (Generic<int> w) => w.Run(new[] { 1, 2, 1 }), "1x2 2x1 <1><2><1>"),
        Of("generic of string", (Generic<string> w) => w.Run(new[] { "a", "b" }), "ax1 bx1 <a><b>"),
        Of("recursion", (Recursion w) => w.Run(5), "5 False"),
        Of("deep recursion", (DeepRecursion w) => w.Run(10_000), "10000") with { KillsMax = 2 },
        Of("plain run", (PlainRun w) => w.Run(4), "5"),
        Of("local functions", (LocalFunctions w) => w.Run(3), "5 [0/0][1/1][4/5] 8 3Int325"),
        Of("lambda scopes", (LambdaScopes w) => w.Run(2), "1101,1,1102,2 1102,2,1103,3 105 1007 1001"),
        Of("delegates", (Delegates w) => w.Run(), "x xx 12 6 8 5"),
        Of("steps copy", (StepsCopy w) => w.Run(), "10:3:2 20 3 1 4"),
        Of("fan-out of 10", (FanOut w) => w.Run(10), "10 45 0,2,4"),
        Of("fan-out of 1000", (FanOut w) => w.Run(1_000), "1000 499500 0,2,4") with { KillsMax = 4 },
        Of("races", (Races w) => w.Run(), "True 1 False Timed { Arrived = True, Value = 3 } lost"),
        Of("each", (Each w) => w.Run(5), "8 1"),
        Of("awaited twice", (AwaitedTwice w) => w.Run(), "7,8,9 2 True 66"),
        Of("outcomes", (Outcomes w) => w.Run(), "1 x 3"),
        Of("scopes and shields", (ScopesAndShields w) => w.Run(), "in shielded enough deadline in time"),
        Of("shared between frames", (SharedBetweenFrames w) => w.Run(), "6 6 True"),
        Of("cycles", (Cycles w) => w.Run(4), "0True1True2True3True True 3"),
        Of("long list", (LongList w) => w.Run(100_000), "100000 2") with { KillsMax = 2 },
        Of("workflow fields", (WorkflowFields w) => w.Run(3), "3 3 True made"),
        Of("services", (Services w) => w.Run("abc"), "300 500 400 True True 100"),
        Of("children", (Children w) => w.Run(4), "5 1,2,3 System.ArgumentException") with { Children = [typeof(Children.Leaf)] },
    ];

    public static IReadOnlyList<CorpusCase> All { get; } = [.. First, .. Language, .. Values, .. World];

    /// <summary>Every class that the cases need.</summary>
    public static Type[] Workflows { get; } = [.. All.SelectMany(static c => c.Workflows).Distinct()];

    /// <summary>Adds what the workflows' constructors and calls ask for.</summary>
    public static void Register(HoldfastBuilder builder) => builder
        .AddStep<int, int>("double", static async (n, step) =>
        {
            await StepLedger.RunAsync(step, n);
            return n >= 0 ? n * 2 : throw new ArgumentException("below zero");
        })
        .Services.AddSingleton<IPrices, Prices>().AddSingleton(TimeProvider.System);

    static CorpusCase Of<TWorkflow>(string name, System.Linq.Expressions.Expression<Func<TWorkflow, Durable<string>>> call, string expected) where TWorkflow : Workflow =>
        new(name, typeof(TWorkflow), async client => await client.StartAsync(call), expected);
}
