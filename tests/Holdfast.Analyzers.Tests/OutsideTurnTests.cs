namespace Holdfast.Analyzers.Tests;

public sealed class OutsideTurnTests
{
    const string Members = """
        async Durable<int> Nested(int n) { await Delay(TimeSpan.FromDays(n)); return n; }
        sealed class Echo : Workflow { public async Durable<int> Run(int n) { await Delay(TimeSpan.Zero); return n; } }
        static void Use(params object?[] all) { }
        """;

    [Fact]
    public async Task A_durable_that_a_step_awaits_is_named_with_what_happens_and_where_it_belongs()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD011", Analysis.Workflow("await Step(async () => { [|await Delay(TimeSpan.Zero)|]; }); return 1;")));
        Assert.Equal(
            "'Delay(TimeSpan.Zero)' works in the turns of a run only, but the step 'Step(async () => { await Delay(TimeSpan.Zero); })' uses it: "
            + "the step fails with Misuse. Move it into the durable method, before or after the step.",
            text);
    }

    [Fact]
    public async Task A_method_that_is_not_durable_is_told_what_to_return()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD011", Analysis.Workflow("return await Step(Wait);", "async Task<int> Wait() { [|await Delay(TimeSpan.Zero)|]; return 1; }")));
        Assert.Equal(
            "'Delay(TimeSpan.Zero)' works in the turns of a run only, but 'Wait' awaits it, which returns Task<int>: "
            + "nothing can be saved of it while it waits, so a step fails with Misuse and a turn parks its run. Let it return Durable or Durable<T>.",
            text);
    }

    [Theory]
    [InlineData("await Step(async () => { var n = [|await Receive(Approved)|]; await mail.Send(\"a\" + n); });")]
    [InlineData("await Step(async step => { [|await Step(() => mail.Send(\"a\"))|]; });")]
    [InlineData("await Step(async () => { [|await Nested(1)|]; });")]
    [InlineData("await Step(async () => [|await Child((Echo w) => w.Run(1))|]);")]
    [InlineData("var pending = Delay(TimeSpan.Zero); await Step(async () => { [|await pending|]; });")]
    [InlineData("await Step(() => { [|Delay(TimeSpan.Zero)|]; return mail.Send(\"a\"); });")]
    [InlineData("await Step(() => mail.Send([|RunId|].ToString()));")]
    [InlineData("await Step(() => { void Later() => [|Durable.Delay(TimeSpan.Zero)|]; Later(); return mail.Send(\"a\"); });")]
    [InlineData("var all = new[] { Nested(1) }; await Step(async () => { await foreach (var part in [|Durable.WhenEach(all)|]) { } });")]
    [InlineData("await Transaction(tx => { [|Delay(TimeSpan.Zero)|]; return 1; });")]
    [InlineData("await InSaga(async saga => { saga.Compensate(async () => { [|await Delay(TimeSpan.Zero)|]; }); await Delay(TimeSpan.Zero); });")]
    [InlineData("async Task Wait() { [|await Delay(TimeSpan.Zero)|]; } await Step(Wait);")]
    [InlineData("Func<Task> wait = async () => [|await Delay(TimeSpan.Zero)|]; await Step(wait);")]
    public async Task Whatever_needs_a_turn_is_reported_where_there_is_none(string body)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD011", Analysis.Workflow(body + " return 1;", Members)));
        Assert.Contains("works in the turns of a run only", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_durable_that_a_step_captures_is_named_with_what_its_copy_holds()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD011", Analysis.Workflow("var later = Nested(1); await Step(() => { Use([|later|]); return mail.Send(\"a\"); }); return await later;", Members)));
        Assert.Equal(
            "'later' works in the turns of a run only, but the step 'Step(() => { Use(later); return mail.Send(\"a\"); })' captures it: in the step's copy there is null in its place. "
            + "Await it before the step, and capture what comes of it.",
            text);
    }

    [Theory]
    [InlineData("var d = Delay(TimeSpan.Zero); await Step(() => mail.Send([|d|] is null ? \"a\" : \"b\"));")]
    [InlineData("var d = Delay(TimeSpan.Zero); await Step(async () => { await mail.Send(\"\" + [|d|].GetHashCode()); });")]
    [InlineData("Durable? d = Delay(TimeSpan.Zero); await Step(step => mail.Send(\"\" + [|d|]?.GetHashCode()));")]
    [InlineData("var all = request.Items.Select(i => Nested(i.Count)).ToList(); await Step(() => mail.Send(\"\" + [|all|][0].GetHashCode()));")]
    [InlineData("var all = new[] { Nested(1) }; await Step(() => { foreach (var one in [|all|]) Use(one); return mail.Send(\"a\"); });")]
    [InlineData("var all = new Dictionary<string, Durable<int>>(); await Step(() => { Use([|all|]); return mail.Send(\"a\"); });")]
    [InlineData("var pair = (1, Nested(1)); await Step(() => { Use([|pair|]); return mail.Send(\"a\"); });")]
    [InlineData("await Step(() => { Use([|_pending|]); return mail.Send(\"a\"); });")]
    [InlineData("await Step(() => { Use([|Pending|]); return mail.Send(\"a\"); });")]
    [InlineData("var d = Nested(1); await Step([|Work|]); Task Work() { Use(d); return mail.Send(\"a\"); }")]
    [InlineData("await Send(Nested(1)); Durable Send(Durable<int> n) => Step(() => { Use([|n|]); return mail.Send(\"a\"); });")]
    [InlineData("var d = Delay(TimeSpan.Zero); await InSaga(async saga => { saga.Compensate(() => { Use([|d|]); return mail.Send(\"a\"); }); await d; });")]
    public Task Whatever_way_a_step_captures_a_durable(string body) =>
        Analysis.Reports("HOLD011", Analysis.Workflow(body + " return 1;", Members + "Durable? _pending; List<Durable> Pending { get; } = [];"));

    [Fact]
    public Task Code_outside_of_workflows_cannot_await_a_durable_either() => Analysis.Reports("HOLD011", """
        static class Outside
        {
            public static async Task Main(Durable<int> never) => Console.WriteLine([|await never|]);
        }
        """);

    [Fact]
    public async Task The_constructor_of_a_workflow_can_start_nothing()
    {
        var texts = await Analysis.Reports("HOLD011", """
            sealed class Trial : Workflow
            {
                Durable _first = [|Durable.Delay(TimeSpan.Zero)|];
                Durable<int> Second { get; } = [|Two()|];
                readonly List<Durable> _all = new() { [|Durable.Delay(TimeSpan.Zero)|] };
                readonly Func<Durable> _later = () => Durable.Delay(TimeSpan.Zero);
                readonly string _name = nameof(Durable.Delay);

                public Trial() { [|Delay(TimeSpan.FromDays(1))|]; _later = async () => await Delay(TimeSpan.Zero); }

                public Trial(int n) : this(n, [|Two()|]) { }

                Trial(int n, Durable<int> given) => Second = given;

                public async Durable<int> Run() { await _first; await _later(); return await Second; }

                static async Durable<int> Two() { await Durable.Delay(TimeSpan.Zero); return 2; }
            }
            """);
        Assert.Equal(
            "'Durable.Delay(TimeSpan.Zero)' works in the turns of a run only, but the constructor of 'Trial' uses it, which is called outside of them: it fails with Misuse. "
            + "Start it in Run.",
            texts[0]);
        Assert.Contains("'Delay(TimeSpan.FromDays(1))' works in the turns of a run only, but the constructor of 'Trial' uses it", texts[3], StringComparison.Ordinal);
    }

    [Fact]
    public Task Nor_can_what_the_constructor_calls_itself() => Analysis.Reports("HOLD011", """
        sealed class Trial : Workflow
        {
            readonly List<Func<Durable>> _later = [];

            public Trial()
            {
                Local();
                Action now = () => [|Delay(TimeSpan.FromDays(1))|];
                now();
                Begin(1);
                Func<Durable> later = () => Delay(TimeSpan.FromDays(1));
                _later.Add(later);
                _later.Add(Kept);
                void Local() => Deeper();
                void Deeper() => [|Delay(TimeSpan.FromDays(2))|];
                Durable Kept() => Delay(TimeSpan.FromDays(3));
                void Never() => Delay(TimeSpan.FromDays(4));
            }

            public async Durable Run() { Also(); await _later[0](); }

            void Begin(int n) { if (n > 0) Begin(n - 1); [|Delay(TimeSpan.FromDays(5))|]; }

            void Also() => Delay(TimeSpan.FromDays(6));
        }
        """);

    [Fact]
    public Task An_object_that_a_turn_makes_may_start_something() => Analysis.Silent("""
        sealed class Reminder(IMail mail)
        {
            readonly Durable _wait = Durable.Delay(TimeSpan.FromDays(1));

            public async Durable Send() { await _wait; await Durable.Step(() => mail.Send("a")); }
        }

        sealed class Trial(IMail mail) : Workflow
        {
            public async Durable Run() => await new Reminder(mail).Send();
        }
        """);

    [Theory]
    [InlineData("var d = Nested(1); var n = await d; await Step(() => mail.Send(\"\" + n)); return await d;")]
    [InlineData("var all = request.Items.Select(i => Nested(i.Count)).ToList(); await Step(() => mail.Send(\"\" + all.Count)); return (await Durable.WhenAll(all)).Length;")]
    [InlineData("var d = Nested(1); await Step(() => mail.Send(nameof(d))); return await d;")]
    [InlineData("var id = RunId; await Step(() => mail.Send(id.ToString())); return 1;")]
    [InlineData("await Step(() => mail.Send(nameof(Delay) + nameof(RunId))); return 1;")]
    [InlineData("Func<Durable> later = () => Delay(TimeSpan.Zero); await later(); return 1;")]
    [InlineData("Durable? pending = null; void Later() => pending = Delay(TimeSpan.Zero); Later(); if (pending is not null) await pending; return 1;")]
    [InlineData("var all = request.Items.Select(i => Step(() => mail.Send(i.Name))).ToList(); await Durable.WhenAll(all); return 1;")]
    public Task What_runs_in_a_turn_is_fine(string body) => Analysis.Silent(Analysis.Workflow(body, Members));

    [Fact]
    public Task A_step_may_start_runs_through_the_client() => Analysis.Silent("""
        sealed class Trial(IHoldfastClient holdfast) : Workflow
        {
            public static readonly Signal<int> Go = new("go");

            public async Durable<int> Run(int n)
            {
                await Step(async () =>
                {
                    var run = await holdfast.StartAsync((Trial w) => w.Run(n - 1));
                    await run.SignalAsync(Go, 1);
                    return await run.ResultAsync();
                });
                return await Receive(Go);
            }
        }
        """);
}
