using Holdfast.Frames.Code;

namespace Holdfast.Tests.Frames.Code;

/// <summary>Awaits that are not durable are found before a workflow runs, wherever the workflow's code reaches.</summary>
public sealed class WorkflowInspectionTests
{
    /// <summary>Members around a good Run; each row puts a bad await somewhere it reaches, or does not.</summary>
    const string Source = """
        public interface IPart { Flow<string> Play(); }
        public class Part : IPart { public async Flow<string> Play() { await Flow.Pause(); /*part*/ return ""; } }
        public class Other { public async Flow<string> Run() { await Task.Yield(); return ""; } }
        public static class Outside { public static Flow<string> Start() => Inner(""); static async Flow<string> Inner<T>(T value) { await Flow.Pause(); /*helper*/ return ""; } }
        public class Base { protected async Flow<string> Shared() { await Flow.Pause(); /*base*/ return ""; } }
        public class W(IPart part) : Base
        {
            public async Flow<string> Run(int n)
            {
                Func<Task<int>> step = async () => { await Task.Delay(1); return 1; };
                Func<Flow<string>> lambda = async () => { await Flow.Pause(); /*lambda*/ return ""; };
                async Flow<string> Local() { await Flow.Pause(); /*local*/ return ""; }
                await lambda(); await Local(); await Outside.Start(); await part.Play();
                foreach (var one in Many()) await one;
                await Flow.Pause(); /*run*/
                return "";
            }
            IEnumerable<Flow<string>> Many() { yield return Generic(1); }
            async Flow<string> Generic<T>(T value) { await Flow.Pause(); /*generic*/ return ""; }
            async Flow<string> NeverCalled() { await Flow.Pause(); /*uncalled*/ return ""; }
            public async Task NotDurable() { await Task.Yield(); }
        }
        """;

    [Theory, InlineData(false), InlineData(true)]
    public void A_durable_workflow_has_no_problems(bool release) => Assert.Empty(Problems(Source, release));

    [Theory]
    [InlineData("run", "await Task.Yield();", "W.Run(int)", "YieldAwaiter")]
    [InlineData("run", "await Task.Delay(1);", "W.Run(int)", "TaskAwaiter")]
    [InlineData("run", "await Task.FromResult(1);", "W.Run(int)", "TaskAwaiter")]
    [InlineData("run", "await Task.Delay(1).ConfigureAwait(false);", "W.Run(int)", "ConfiguredTaskAwaiter")]
    [InlineData("run", "await using (var s = new MemoryStream()) { }", "W.Run(int)", "ValueTaskAwaiter")]
    [InlineData("run", "dynamic d = n; await d;", "W.Run(int)", "dynamic")]
    [InlineData("run", "await new Ready();", "W.Run(int)", "Ready")]
    [InlineData("lambda", "await Task.Yield();", "W.Run(int)/lambda1", "YieldAwaiter")]
    [InlineData("local", "await Task.Yield();", "W.Run(int)/local0", "YieldAwaiter")]
    [InlineData("generic", "await Task.Yield();", "W.Generic`1($$0)", "YieldAwaiter")]
    [InlineData("helper", "await Task.Yield();", "Outside.Inner`1($$0)", "YieldAwaiter")]
    [InlineData("base", "await Task.Yield();", "Base.Shared()", "YieldAwaiter")]
    [InlineData("part", "await Task.Yield();", "Part.Play()", "YieldAwaiter")]
    [InlineData("uncalled", "await Task.Yield();", "W.NeverCalled()", "YieldAwaiter")]
    public void A_foreign_await_is_named(string place, string await, string method, string awaiter)
    {
        const string ready = "public class Ready : ICriticalNotifyCompletion { public Ready GetAwaiter() => this; public bool IsCompleted => true; public void GetResult() { } public void OnCompleted(Action a) { } public void UnsafeOnCompleted(Action a) { } }";
        foreach (var release in new[] { false, true })
        {
            var problem = Assert.Single(Problems(Source.Replace($"/*{place}*/", await, StringComparison.Ordinal) + ready, release));
            Assert.Contains($"'{method}'", problem, StringComparison.Ordinal);
            Assert.Contains(awaiter, problem, StringComparison.Ordinal);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Durable_methods_of_another_assembly_are_looked_at(bool release)
    {
        var library = Compiled.From(MiniFlow.Source + "public static class Lib { public static async Flow<string> Bad() { async Flow<string> Deep() { await Task.Yield(); return \"\"; } await Flow.Pause(); return await Deep(); } public static async Task Fine() => await Task.Yield(); }", release, name: "Lib");
        var compiled = Compiled.From("public class W { public async Flow<string> Run() { Lib.Fine(); return await Lib.Bad(); } }", release, references: library);
        var problem = Assert.Single(WorkflowInspection.Problems(compiled.Type("W"), IsDurableAwaiter, IsDurableBuilder));
        Assert.Contains("'Lib.Bad()/local0'", problem, StringComparison.Ordinal);
    }

    static IReadOnlyList<string> Problems(string source, bool release) =>
        WorkflowInspection.Problems(Compiled.From(MiniFlow.Source + source, release).Type("W"), IsDurableAwaiter, IsDurableBuilder);

    static bool IsDurableAwaiter(Type type) => type.Name == "FlowAwaiter`1";

    static bool IsDurableBuilder(Type type) => type.Name == "FlowBuilder`1";
}
