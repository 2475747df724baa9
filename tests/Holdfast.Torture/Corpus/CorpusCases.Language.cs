namespace Holdfast.Torture.Corpus;

static partial class CorpusCases
{
    /// <summary>Statements, expressions, methods and what they throw.</summary>
    static CorpusCase[] Language =>
    [
        Of("switch statements", (SwitchStatements w) => w.Run(), "zero two two 30 default 40 default default"),
        Of("deep patterns", (DeepPatterns w) => w.Run(), "a1 7:1:3 same5 pair z"),
        Of("nested jumps", (NestedJumps w) => w.Run(4), "041 f042 ff.fff041 f042 ff.fff... 4"),
        Of("own async sequence", (OwnSequence w) => w.Run(4), "4,3,2,"),
        Of("arguments", (Arguments w) => w.Run(), "25 abcover first-last 51 99 Arguments 8 00:00:00"),
        Of("awaits in try, catch and finally", (AwaitsInEach w) => w.Run(), "try-pass inner more in finally passed try-throw catch inner more in finally try-throw inner more in finally passed try-return inner more in finally returned try-break inner more in finally broken"),
        Of("deep finally", (DeepFinally w) => w.Run(6), "0 11 22 33 44 55 66 bottom1353"),
        Of("filters across frames", (FiltersAcrossFrames w) => w.Run(), "unwound ArgumentException p0 unwound ArgumentException caught2 unwound ArgumentException caught3"),
        Of("rethrown kinds", (RethrownKinds w) => w.Run(), "True set True, 4 True, 2 n1 deep"),
        Of("exceptions kept", (ExceptionsKept w) => w.Run(), "ArgumentNullException/m ArgumentOutOfRangeException/range KeyNotFoundException/key TimeoutException/late FormatException/form OperationCanceledException/gone IOException/io DivideByZeroException/Attempted NotSupportedException/no Rich/rich p 5 n 3 inner 77 src help"),
        Of("shared failure", (SharedFailure w) => w.Run(), "1 shared True"),
        Of("ends in failure", (EndsInFailure w) => w.Run(), "RunFailed: Run RUN ended as Failed. Holdfast.Torture.Corpus.OwnException: the end") with { FailsOrIsCancelled = true },
        Of("using frames", (UsingFrames w) => w.Run(), "is -s -i -cell -cell -o0 is -s -i stop -cell -cell -o1"),
        Of("await using", (AwaitUsing w) => w.Run(), "io0 -i after -o0 io1 -i -o1 failed io2 -i -o2"),
        Of("spilled places", (SpilledPlaces w) => w.Run(3), "7,8,9 5,8,-96 11 12 (3,7,) (1,0,n)(6,0,) 12 t3u12 17 -8"),
        Of("with expressions", (WithExpressions w) => w.Run(), "Order { Id = o, Count = 3, Size = (1,3,p), Tags = System.Collections.Generic.List`1[System.String] } q { Id = q, Count = 9 } Order { Id = r, Count = 6, Size = (7,8,s), Tags = System.Collections.Generic.List`1[System.String] } t1|t2|same 9 True"),
        Of("operators", (Operators w) => w.Run(), "True -3 -6 2 True seven 200 44 3 2 -16 15 2 16 True True False 0,1,2,3 1 3 20,40 5 instead 8 9 0 1 two one no word before 6"),
        Of("spilled calls", (SpilledCalls w) => w.Run(), "100112 ab100112c True 100112|1.50|z  | 20 101 yes 6 4"),
        Of("deep tuples", (DeepTuples w) => w.Run(), "(4, (nm, System.Collections.Generic.List`1[System.Int32])) True (5, 7) 23 2 True True"),
        Of("generic members", (GenericMembers w) => w.Run(), "3 2:Int32 6 4 15 made text c [5, s] List`1"),
        Of("generic overrides", (GenericOverrides w) => w.Run(), "True 3 you String"),
        Of("recursive local functions", (RecursiveLocals w) => w.Run(4), "51 29 13 4,3,2,1,0,1,0,2,1,0,2,1,0 True a+a+a16"),
        Of("nested lambdas", (NestedLambdas w) => w.Run(2), "6012 6512 2515 6516 500,1500,2516,6516 48 12 6"),
        Of("async lambdas", (AsyncLambdas w) => w.Run(), "1 2 3 106"),
        Of("captured parameters", (CapturedParameters w) => w.Run("abc"), "abc+4abc400 abc+4changed400"),
        Of("odd methods", (OddMethods w) => w.Run(), "abab 21 [4] 10 10 2 2"),
        Of("tree of frames", (TreeOfFrames w) => w.Run(5), "192 32 rlllll rrrrrr") with { KillsMax = 5 },
        Of("own iterators", (OwnIterators w) => w.Run(4), "0a 0b 1a 1b 2a 2b (1, x) (2, y) 0a0b0a0b 1 2 3 4 1 2 3 4 | letters over 4,letters over 4,letters over 4,outer over,pair,pair,letters over 1,outer over,letters over 1,outer over"),
        Of("multicast", (Multicast w) => w.Run(), "1212 1103 1000 7 ab,local,0,1,2,0,1,2 True1 <4> 3 True False 6"),
        Of("delegate targets", (DelegateTargets w) => w.Run(), "3:10:7:1:1 hi t3 2 later4 2 True True"),
        Of("a loop of 1000", (LongLoop w) => w.Run(1_000), "729977 12:43,11:66,10:41,9:36,8:34,7:31,6:25,5:20,4:15,3:21,2:20,1:19,0:17,16:10,15:9,14:2") with { KillsMax = 3 },
    ];
}
