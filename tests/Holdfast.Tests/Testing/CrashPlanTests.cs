using Holdfast.Testing;

namespace Holdfast.Tests.Testing;

/// <summary>A plan that cannot prove what it was written for is refused, and what it can decide about a run is decided.</summary>
public sealed class CrashPlanTests
{
    public sealed class World
    {
        public List<string> Lines { get; } = [];
    }

    public sealed class Once : Workflow
    {
        public async Durable<int> Run() => await Step(() => Task.FromResult(7), new() { AtMostOnce = true });
    }

    public sealed class Books : Workflow
    {
        public async Durable<int> Run() => await Transaction(static _ => 7, new() { Label = "Book" });
    }

    public sealed class Waits : Workflow
    {
        public async Durable<int> Run()
        {
            await Delay(TimeSpan.FromDays(1));
            return 7;
        }
    }

    public sealed class Raised : Workflow
    {
        public static readonly Signal<int> Go = new("go");
        int _sum;

        [Update]
        public int Raise(int by) => _sum += by;

        public async Durable<int> Run() => await Receive(Go) + _sum;
    }

    static CrashPlan<World, int> Plan<TWorkflow>() where TWorkflow : Workflow => new()
    {
        World = static () => new(),
        Configure = static (builder, _) => builder.AddWorkflow<TWorkflow>(),
    };

    [Fact]
    public async Task A_step_in_doubt_that_nobody_decides_is_called_so()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(() => CrashTest.CrashEverywhereAsync((Once w) => w.Run(), Plan<Once>()));
        Assert.Contains("in doubt", found.Message, StringComparison.Ordinal);
        Assert.EndsWith("Say with the plan's InDoubt what such steps are decided to have done.", found.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("static field", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_without_a_database_proves_nothing()
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => CrashTest.CrashEverywhereAsync((Books w) => w.Run(), Plan<Books>()));
        Assert.Equal(HoldfastError.Misuse, error.Error);
        Assert.Contains("A transaction step needs a database", error.Message, StringComparison.Ordinal);
        Assert.Contains("StubStep", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits for a person in a life that a death cuts off, and in no other.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_step_in_doubt_is_decided_by_the_plan(bool happened)
    {
        var decided = new List<string>();
        var report = await CrashTest.CrashEverywhereAsync((Once w) => w.Run(), new CrashPlan<World, int>
        {
            World = Plan<Once>().World,
            Configure = Plan<Once>().Configure,
            InDoubt = (step, _) =>
            {
                decided.Add(step.Label);
                return happened ? InDoubtDecision.Succeeded(7) : InDoubtDecision.Retry();
            },
            Check = static (_, result) => Assert.Equal(7, result),
        });
        Assert.Equal(2 * report.Commits, report.Kills);
        Assert.NotEmpty(decided);
    }

    [Fact]
    public async Task A_transaction_is_stubbed_by_its_label()
    {
        var report = await CrashTest.CrashEverywhereAsync((Books w) => w.Run(), new CrashPlan<World, int>
        {
            World = Plan<Books>().World,
            Configure = Plan<Books>().Configure,
            Check = static (world, result) => Assert.Equal((7, 1), (result, world.Lines.Distinct().Count())),
        }.StubStep("Book", static (step, world) =>
        {
            world.Lines.Add(step.IdempotencyKey);
            return 7;
        }));
        Assert.Equal("7", report.Result);
    }

    [Fact]
    public async Task A_plan_without_a_world_is_refused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => CrashTest.CrashEverywhereAsync((Waits w) => w.Run(), new CrashPlan<World, int> { World = null!, Configure = Plan<Waits>().Configure }));
        Assert.Contains("World", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => CrashTest.CrashEverywhereAsync((Waits w) => w.Run(), new CrashPlan<World, int> { World = Plan<Waits>().World, Configure = null! }));
    }

    [Fact]
    public async Task A_world_that_all_lives_share_is_refused()
    {
        var world = new World();
        var error = await Assert.ThrowsAsync<HoldfastException>(() => CrashTest.CrashEverywhereAsync((Waits w) => w.Run(), new CrashPlan<World, int> { World = () => world, Configure = Plan<Waits>().Configure }));
        Assert.Contains("gave the same World to two lives", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_kills_nothing_is_refused() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => CrashTest.CrashEverywhereAsync((Waits w) => w.Run(), new CrashPlan<World, int> { World = Plan<Waits>().World, Configure = Plan<Waits>().Configure, KillsMax = 0 }));

    [Fact]
    public async Task An_act_that_is_never_played_is_told()
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => CrashTest.CrashEverywhereAsync((Raised w) => w.Run(), new CrashPlan<World, int>
        {
            World = Plan<Raised>().World,
            Configure = Plan<Raised>().Configure,
            Acts = [run => run.SignalAsync(Raised.Go, 1), run => run.SignalAsync(Raised.Go, 2)],
        }));
        Assert.Contains("ended before act 2 of 2 was played", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stub_that_no_step_asks_for_is_told()
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => CrashTest.CrashEverywhereAsync((Once w) => w.Run(), Plan<Once>().StubStep("Onze", static (_, _) => 7)));
        Assert.StartsWith("No step has the label 'Onze' that the plan stubs, so its code ran, if there is one. The steps that ran: '", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_act_may_be_an_update()
    {
        CrashPlan<World, int> Acting(Func<RunHandle, Task> act) => new()
        {
            World = Plan<Raised>().World,
            Configure = Plan<Raised>().Configure,
            Acts = [act, run => run.SignalAsync(Raised.Go, 1, dedupKey: "go")],
            Check = static (_, result) => Assert.Equal(6, result),
        };
        var report = await CrashTest.CrashEverywhereAsync((Raised w) => w.Run(), Acting(CrashTest.Act((RunHandle<Raised, int> run) => run.UpdateAsync(w => w.Raise(5), key: "raise"))));
        Assert.Equal("6", report.Result);
        var error = await Assert.ThrowsAsync<HoldfastException>(() => CrashTest.CrashEverywhereAsync((Raised w) => w.Run(), Acting(CrashTest.Act((RunHandle<Raised, string> run) => Task.CompletedTask))));
        Assert.Equal(HoldfastError.Misuse, error.Error);
    }
}
