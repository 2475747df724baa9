using System.Reflection;
using Holdfast.Frames.Code;

namespace Holdfast.Tests.Frames.Code;

/// <summary>Which variables of a suspended machine are read again. Wrongly dead would lose a value; wrongly live only refuses one.</summary>
public sealed class LivenessTests
{
    const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly Dictionary<bool, Compiled> Corpora = new()
    {
        [false] = Compiled.From(MiniFlow.Source + LivenessCorpus.Source, release: false),
        [true] = Compiled.From(MiniFlow.Source + LivenessCorpus.Source, release: true),
    };

    public static TheoryData<string, bool, int> Corpus
    {
        get
        {
            var table = new TheoryData<string, bool, int>();
            foreach (var method in Corpora[true].Type("Corpus").GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public))
            {
                for (var n = 1; n <= 4; n++)
                {
                    table.Add(method.Name, false, n);
                    table.Add(method.Name, true, n);
                }
            }
            return table;
        }
    }

    [Theory, MemberData(nameof(Corpus))]
    public void Code_runs_the_same_when_dead_fields_are_overwritten_at_every_await(string method, bool release, int n)
    {
        var expected = Run(Corpora[release], method, n, _ => { });
        var overwritten = 0;
        var actual = Run(Corpora[release], method, n, machine => overwritten += Overwrite(machine));
        Assert.Equal(expected, actual);
        Assert.NotEqual("stuck", expected);
        if (!release && method == "Dead") Assert.True(overwritten > 0);
    }

    [Theory, MemberData(nameof(Corpus))]
    public void Every_suspended_state_is_known(string method, bool release, int n)
    {
        Run(Corpora[release], method, n, machine =>
        {
            var state = (int)machine.GetType().GetField("<>1__state", Fields)!.GetValue(machine)!;
            Assert.Contains(state, Liveness.Of(machine.GetType()).States);
        });
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_variable_nobody_reads_again_is_dead(bool release)
    {
        var compiled = Compiled.From(MiniFlow.Source + """
            public class W
            {
                public async Flow<string> Run(int n)
                {
                    var regex = new System.Text.RegularExpressions.Regex("a");
                    var builder = new System.Text.StringBuilder();
                    var random = new Random(1);
                    var kept = "kept";
                    builder.Append(regex).Append(random.Next());
                    await Flow.Pause();
                    kept += n;
                    await Flow.Pause();
                    random = new Random(2);
                    return kept + random.Next();
                }
            }
            """, release);
        var machine = compiled.Machine();
        var live = Liveness.Of(machine);
        Assert.Equal([0, 1], live.States.Order());
        Assert.Equal(["kept", "n"], Live(machine, 0).Intersect(["regex", "builder", "random", "kept", "n"]).Order());
        Assert.Equal(["kept"], Live(machine, 1).Intersect(["regex", "builder", "random", "kept", "n"]));
        Assert.Contains("<>u__1", machine.GetFields(Fields).Where(f => live.IsLive(0, f)).Select(f => f.Name));
        Assert.All(machine.GetFields(Fields).Where(f => f.Name is "<>1__state" or "<>t__builder"), f => Assert.True(live.IsLive(0, f)));
        Assert.DoesNotContain("<>4__this", Live(machine, 0));
    }

    /// <summary>
    /// Release keeps no variable that is dead everywhere, so what lives in Debug must be what Release keeps. Methods whose
    /// variables share a field in Release, and with it the name of the first, are left out.
    /// </summary>
    [Theory]
    [InlineData("Loop"), InlineData("While"), InlineData("Branch"), InlineData("Finally"), InlineData("FinallyOnly"), InlineData("CatchOnly"), InlineData("Structs"), InlineData("ByReference"), InlineData("Nullables"), InlineData("Closures")]
    [InlineData("Outs"), InlineData("Usings"), InlineData("Goto"), InlineData("Switch"), InlineData("Dead"), InlineData("Patterns"), InlineData("Conditional"), InlineData("NestedTries"), InlineData("TryInLoopWithBreak"), InlineData("Compound")]
    public void Debug_keeps_alive_what_Release_hoists(string method)
    {
        var debug = Corpora[false].Machine("Corpus", method);
        var release = Corpora[true].Machine("Corpus", method);
        var hoisted = release.GetFields(Fields).Where(IsVariable).Select(CompilerMade.PlainName).ToHashSet();
        var alive = Liveness.Of(debug).States.SelectMany(state => debug.GetFields(Fields).Where(f => IsVariable(f) && Liveness.Of(debug).IsLive(state, f))).Select(CompilerMade.PlainName).ToHashSet();
        Assert.Empty(alive.Except(hoisted));

        static bool IsVariable(FieldInfo field) => field.Name.StartsWith('<') && !field.Name.StartsWith("<>", StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void What_is_not_known_is_live(bool release)
    {
        var machine = Corpora[release].Machine("Corpus", "Dead");
        Assert.All(machine.GetFields(Fields), f => Assert.True(Liveness.Of(machine).IsLive(99, f)));
        Assert.All(machine.GetFields(Fields), f => Assert.True(Liveness.Of(machine).IsLive(-1, f)));
        Assert.True(Liveness.Of(typeof(string)).IsLive(0, typeof(Version).GetFields(Fields)[0]));
        Assert.Empty(Liveness.Of(typeof(string)).States);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_generic_machine_asks_with_the_fields_of_its_own_type(bool release)
    {
        var machine = Corpora[release].Machine("Corpus", "Generic").MakeGenericType(typeof(int));
        Assert.Contains("list", Live(machine, 0));
        Assert.DoesNotContain("nothing", Live(machine, 0));
        Assert.Contains("nothing", Live(machine, 2));
    }

    /// <summary>Code that nobody wrote for these tests, built in Release by the makers of the framework.</summary>
    [Fact]
    public void The_machines_of_large_assemblies_are_understood()
    {
        Type[] from = [typeof(LivenessTests), typeof(CodeMap), typeof(HttpClient), typeof(System.Text.Json.JsonSerializer), typeof(Microsoft.CodeAnalysis.SyntaxNode)];
        var machines = from.SelectMany(t => t.Assembly.GetTypes()).Where(CompilerMade.IsMachine).ToArray();
        Assert.True(machines.Length > 100);
        Assert.All(machines, m => Assert.NotEmpty(Liveness.Of(m).States));
    }

    static IEnumerable<string> Live(Type machine, int state) => machine.GetFields(Fields).Where(f => Liveness.Of(machine).IsLive(state, f)).Select(CompilerMade.PlainName);

    static int Overwrite(object machine)
    {
        var type = machine.GetType();
        var live = Liveness.Of(type);
        var state = (int)type.GetField("<>1__state", Fields)!.GetValue(machine)!;
        var dead = type.GetFields(Fields).Where(f => !live.IsLive(state, f)).ToArray();
        // A wrong value shows more than none where the field can take one.
        foreach (var field in dead) field.SetValue(machine, field.FieldType == typeof(int) ? 0x5A5A5A : field.FieldType == typeof(string) ? "overwritten" : null);
        return dead.Length;
    }

    static string Run(Compiled corpus, string method, int n, Action<object> beforeResume)
    {
        // One corpus has one host; tests of a class do not run at once.
        var host = corpus.Type("Host");
        host.GetField("BeforeResume")!.SetValue(null, beforeResume);
        var target = Activator.CreateInstance(corpus.Type("Corpus"));
        var called = corpus.Type("Corpus").GetMethod(method)!;
        if (called.IsGenericMethodDefinition) called = called.MakeGenericMethod(typeof(int));
        var flow = corpus.Type("Flow`1").MakeGenericType(typeof(string));
        var start = System.Linq.Expressions.Expression.Lambda(
            typeof(Func<>).MakeGenericType(flow),
            System.Linq.Expressions.Expression.Call(
                System.Linq.Expressions.Expression.Constant(target),
                called,
                System.Linq.Expressions.Expression.Convert(System.Linq.Expressions.Expression.Constant(n), called.GetParameters()[0].ParameterType))).Compile();
        return (string)host.GetMethod("Drive")!.Invoke(null, [start])!;
    }
}
