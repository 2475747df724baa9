using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Ended runs go by themselves, and what their going means to clients.</summary>
public sealed class RetentionTests
{
    public sealed class Greeting : Workflow
    {
        public static readonly Signal<string> Word = new("word");

        public async Durable<string> Run(string name)
        {
            if (name == "waits") name = await Receive(Word);
            await Step(() => Task.CompletedTask);
            return $"Hello {name}";
        }
    }

    [Workflow("books")]
    public sealed class Audited : Workflow
    {
        public async Durable<int> Run(int n)
        {
            await Step(() => Task.CompletedTask);
            return n;
        }
    }

    public sealed class Family : Workflow
    {
        public static readonly Signal<string> Go = new("go");

        public async Durable<string> Run()
        {
            var child = await Child((Greeting w) => w.Run("child"), key: "the child");
            await Receive(Go);
            return child;
        }
    }

    public sealed class Endless : Workflow
    {
        public async Durable<int> Run(int turns)
        {
            for (var i = 0; i < turns; i++) await Step(() => Task.CompletedTask);
            return turns;
        }
    }

    static readonly Type[] Workflows = [typeof(Greeting), typeof(Audited), typeof(Family), typeof(Endless)];

    static async Task GoneAsync(World world, RunId run)
    {
        var deadline = DateTime.UtcNow + World.Patience;
        while (await world.Engine.Store.GetAsync(run, default) is not null)
        {
            Assert.True(DateTime.UtcNow < deadline, $"run {run} is still there");
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task The_sweeper_removes_each_workflows_runs_at_its_age_and_leaves_the_others()
    {
        var clock = new ManualTime();
        await using var world = await World.StartAsync(Workflows, options: o =>
        {
            o.TimeProvider = clock;
            o.Retention = new() { Age = TimeSpan.FromHours(1) };
            o.RetainRunsOf<Audited>(new() { Age = TimeSpan.FromDays(30) });
        });
        var waiting = await world.Client.StartAsync((Greeting w) => w.Run("waits"));
        var greeted = await world.Client.StartAsync((Greeting w) => w.Run("ann"));
        var audited = await world.Client.StartAsync((Audited w) => w.Run(1));
        Assert.Equal("Hello ann", await world.ResultAsync<string>(greeted));
        await world.ResultAsync<int>(audited);

        clock.Advance(TimeSpan.FromMinutes(59));
        await world.Client.PruneAsync();
        Assert.Equal("Hello ann", await greeted.ResultAsync());
        clock.Advance(TimeSpan.FromMinutes(2));
        await GoneAsync(world, greeted.Id);
        Assert.Equal(1, await audited.ResultAsync());
        clock.Advance(TimeSpan.FromDays(31));
        await GoneAsync(world, audited.Id);
        Assert.Equal(RunStatus.Running, (await waiting.GetInfoAsync()).Status);
        await waiting.SignalAsync(Greeting.Word, "at last");
        Assert.Equal("Hello at last", await world.ResultAsync<string>(waiting));
    }

    [Fact]
    public async Task To_clients_a_removed_run_is_unknown_and_its_key_starts_anew()
    {
        await using var world = await World.StartAsync(Workflows, options: o => o.Retention = new() { Age = null, CountMax = 0 });
        var run = await world.Client.StartAsync((Greeting w) => w.Run("ann"), key: "a");
        await world.ResultAsync<string>(run);
        Assert.Equal(run.Id, (await world.Client.StartAsync((Greeting w) => w.Run("ann"), key: "a")).Id);
        Assert.Equal(HoldfastError.RunFinished, (await Assert.ThrowsAsync<HoldfastException>(() => run.SignalAsync(Greeting.Word, "x"))).Error);

        var report = await world.Client.PruneAsync();
        Assert.Equal(1, report.Runs);
        Assert.True(report.Rows > 1);
        foreach (var call in (Func<Task>[])[() => run.SignalAsync(Greeting.Word, "x"), () => run.CancelAsync(), () => run.GetInfoAsync(), () => run.ResultAsync()])
            Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(call)).Error);
        Assert.Null(await world.Client.FindAsync<Greeting>("a"));

        var again = await world.Client.StartAsync((Greeting w) => w.Run("ann"), key: "a");
        Assert.NotEqual(run.Id, again.Id);
        Assert.Equal("Hello ann", await world.ResultAsync<string>(again));
    }

    [Fact]
    public async Task A_parent_goes_on_without_the_child_it_has_heard_of()
    {
        await using var world = await World.StartAsync(Workflows);
        var parent = await world.Client.StartAsync((Family w) => w.Run());
        await world.UntilAsync(parent, static i => i.Waiting.Contains("'go'", StringComparison.Ordinal));
        Assert.Equal(1, (await world.Client.PruneAsync(new() { CountMax = 0 })).Runs);
        Assert.Null(await world.Client.FindAsync<Greeting>("the child"));

        await parent.SignalAsync(Family.Go, "go");
        Assert.Equal("Hello child", await world.ResultAsync<string>(parent));
    }

    [Fact]
    public async Task One_workflow_can_be_pruned_alone()
    {
        await using var world = await World.StartAsync(Workflows);
        var greeted = await world.Client.StartAsync((Greeting w) => w.Run("ann"));
        var audited = await world.Client.StartAsync((Audited w) => w.Run(1));
        await world.ResultAsync<string>(greeted);
        await world.ResultAsync<int>(audited);

        Assert.Equal(0, (await world.Client.PruneAsync(workflow: "books")).Runs);
        Assert.Equal(1, (await world.Client.PruneAsync(new() { Age = TimeSpan.Zero, CountMax = 0 }, "books")).Runs);
        Assert.Equal("Hello ann", await greeted.ResultAsync());
        Assert.Equal(0, (await world.Client.PruneAsync(Retention.Forever)).Runs);
    }

    [Fact]
    public async Task A_misspelt_workflow_is_refused_and_one_that_only_the_store_knows_is_pruned()
    {
        using var directory = new TemporaryDirectory();
        IStore Open() => SqliteStore.Open(directory["runs.db"], new() { ReserveBytes = 0 });
        await using (var before = await World.StartAsync(Workflows, Open)) await before.ResultAsync<int>(await before.Client.StartAsync((Audited w) => w.Run(1)));
        await using var world = await World.StartAsync([typeof(Greeting)], Open, options: static o => o.RetainRunsOf("retired", Retention.Forever, isRetired: true));
        var refused = await Assert.ThrowsAsync<HoldfastException>(() => world.Client.PruneAsync(new() { CountMax = 0 }, "boks"));
        Assert.Equal(HoldfastError.UnknownWorkflow, refused.Error);
        Assert.Contains("'boks'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await world.Client.PruneAsync(new() { CountMax = 0 }, "books")).Runs);
        Assert.Equal(0, (await world.Client.PruneAsync(new() { CountMax = 0 }, "retired")).Runs);
    }

    [Fact]
    public async Task A_run_of_very_many_turns_keeps_a_bounded_journal()
    {
        using var directory = new TemporaryDirectory();
        await using var world = await World.StartAsync(Workflows, () => SqliteStore.Open(directory["runs.db"], new() { ReserveBytes = 0 }), alwaysCold: false, options: o => o.JournalKeep = 100);
        var run = await world.Client.StartAsync((Endless w) => w.Run(1000));
        Assert.Equal(1000, await world.ResultAsync<int>(run));
        var journal = await world.Engine.Store.ReadJournalAsync(run.Id, 0, 10_000, default);
        Assert.InRange(journal.Count, 100, 228);
        Assert.Equal("Completed", (await run.ReadJournalAsync(100_000))[^1].What);
    }

    [Fact]
    public async Task What_was_removed_is_counted()
    {
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Holdfast" && instrument.Name.StartsWith("holdfast.pruned.", StringComparison.Ordinal)) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.AddOrUpdate(instrument.Name, value, (_, old) => old + value));
        listener.Start();
        await using var world = await World.StartAsync(Workflows);
        await world.ResultAsync<int>(await world.Client.StartAsync((Audited w) => w.Run(1)));
        await world.Client.PruneAsync(new() { CountMax = 0 });
        // The listener hears the whole test process, so there may be more.
        Assert.True(seen["holdfast.pruned.runs"] >= 1);
        Assert.True(seen["holdfast.pruned.rows"] > seen["holdfast.pruned.runs"]);
    }

    [Fact]
    public async Task Pruning_is_not_held_up_by_turns_that_wait_for_room()
    {
        var store = new FullStore(new MemoryStore());
        await using var world = await World.StartAsync(Workflows, () => store);
        var ended = await world.Client.StartAsync((Audited w) => w.Run(1));
        await world.ResultAsync<int>(ended);
        var waiting = await world.Client.StartAsync((Greeting w) => w.Run("waits"));
        await world.UntilAsync(waiting, static i => i.Waiting.Contains("'word'", StringComparison.Ordinal));
        store.Arm();
        // Its signal is kept, and from then on its turns wait.
        await waiting.SignalAsync(Greeting.Word, "room");
        await store.Refused.WaitAsync(World.Patience);

        Assert.Equal(1, (await world.Client.PruneAsync(new() { CountMax = 0 }).WaitAsync(World.Patience)).Runs);
        Assert.Equal("Hello room", await world.ResultAsync<string>(waiting));
    }

    /// <summary>A store that takes one more message, and then nothing until something was removed.</summary>
    sealed class FullStore(IStore inner) : StoreWrapper(inner)
    {
        readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        volatile bool _isArmed, _isFull;

        public Task Refused => _refused.Task;

        public void Arm() => _isArmed = true;

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            if (_isFull && writes.All(static w => w is PruneRuns)) _isFull = _isArmed = false;
            if (_isFull)
            {
                _refused.TrySetResult();
                throw new HoldfastException(HoldfastError.StoreFull, "full");
            }
            await Inner.AppendAsync(writes, results);
            if (_isArmed && writes.Any(static w => w is PostMail)) _isFull = true;
        }
    }
}
