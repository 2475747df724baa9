using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Queries read what is durable, change nothing, and leave nothing behind.</summary>
public sealed class QueryTests
{
    static readonly Signal<int> Paid = new("paid");

    public sealed class Account(Probe probe) : Workflow
    {
        readonly List<int> _payments = [];
        int _asked;

        [Query]
        public string Status => _payments.Count == 0 ? "new" : "paying";

        [Query]
        public List<int> Payments => _payments;

        [Query]
        public string Id => RunId.ToString();

        [Query]
        public int Above(int limit, string? currency = null) => _payments.Where(p => p > limit).Sum() + (currency?.Length ?? 0);

        [Query]
        public int Count() => ++_asked;

        [Query]
        public int Fails() => throw new InvalidDataException("the books are closed");

        [Query]
        public string Starts() => Delay(TimeSpan.FromDays(1)).ToString()!;

        [Query]
        public int Waits()
        {
            probe.Gate("waiting").TrySetResult();
            probe.ReachedAsync("go on").GetAwaiter().GetResult();
            return 1;
        }

        public int NoQuery() => 1;

        public async Durable<string> Run(int n)
        {
            for (var i = 0; i < n; i++) _payments.Add(await Receive(Paid));
            return $"{string.Join(',', _payments)} {_asked}";
        }
    }

    public sealed class Spoiled : Workflow
    {
        string _stage = "begun";

        [Query]
        public string Stage => _stage;

        public async Durable<int> Run()
        {
            _stage = "waiting";
            await Receive(Paid);
            var stream = new MemoryStream();
            await Delay(TimeSpan.FromDays(1));
            return (int)stream.Length;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_query_reads_properties_and_methods_of_a_waiting_run(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Account)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Account w) => w.Run(3));
        Assert.Equal("new", await run.QueryAsync(w => w.Status));
        await run.SignalAsync(Paid, 5);
        await run.SignalAsync(Paid, 7);
        await world.UntilAsync(run, static i => i.Waiting == "signal 'paid'");
        var limit = 5;
        // A signal may still be on its way when the run is asked; what it sees is always the state between two turns.
        while (await run.QueryAsync(w => w.Payments) is { Count: < 2 }) await Task.Yield();
        Assert.Equal("paying", await run.QueryAsync(w => w.Status));
        Assert.Equal([5, 7], await run.QueryAsync(w => w.Payments));
        Assert.Equal(7 + 3, await run.QueryAsync(w => w.Above(limit, "EUR")));
        Assert.Equal(run.Id.ToString(), await run.QueryAsync(w => w.Id));
        await run.SignalAsync(Paid, 1);
        Assert.Equal("5,7,1 0", await world.ResultAsync<string>(run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_query_that_changes_the_state_is_refused_and_its_changes_are_gone(bool alwaysCold)
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Account)], alwaysCold: alwaysCold, configure: probe.Register);
        var run = await world.Client.StartAsync((Account w) => w.Run(1));
        for (var i = 0; i < 3; i++)
        {
            var error = await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Count()));
            Assert.Equal(HoldfastError.QueryChangedState, error.Error);
            Assert.Contains("Count", error.Message, StringComparison.Ordinal);
        }
        await run.SignalAsync(Paid, 1);
        Assert.Equal("1 0", await world.ResultAsync<string>(run));
    }

    [Fact]
    public async Task What_a_query_throws_reaches_the_caller_and_not_the_run()
    {
        var probe = new Probe();
        await using var world = await World.StartAsync([typeof(Account)], configure: probe.Register);
        var run = await world.Client.StartAsync((Account w) => w.Run(1));
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Fails()));
        Assert.Equal(HoldfastError.QueryFailed, failed.Error);
        Assert.Contains("the books are closed", failed.Message, StringComparison.Ordinal);
        Assert.Equal(typeof(InvalidDataException).FullName, Assert.IsType<StepFailedException>(failed.InnerException).TypeName);

        var started = await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Starts()));
        Assert.Equal(HoldfastError.QueryFailed, started.Error);
        Assert.Contains("Queries and updates start nothing", started.Message, StringComparison.Ordinal);

        Assert.Equal(HoldfastError.UnknownMember, (await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.NoQuery()))).Error);
        await Assert.ThrowsAsync<ArgumentException>(() => run.QueryAsync(w => w.Status.Length));
        await run.SignalAsync(Paid, 1);
        Assert.Equal("1 0", await world.ResultAsync<string>(run));
    }

    [Fact]
    public async Task A_run_that_is_not_in_memory_answers_and_an_ended_one_does_not()
    {
        var (probe, content) = (new Probe(), new MemoryStore());
        RunId id;
        await using (var before = await World.StartAsync([typeof(Account)], () => content.Reopen(), configure: probe.Register))
        {
            var begun = await before.Client.StartAsync((Account w) => w.Run(2));
            await begun.SignalAsync(Paid, 3);
            while (await begun.QueryAsync(w => w.Status) == "new") await Task.Yield();
            id = begun.Id;
        }
        await using var world = await World.StartAsync([typeof(Account)], () => content.Reopen(), configure: probe.Register);
        var run = world.Client.GetRun<Account, string>(id);
        Assert.Equal([3], await run.QueryAsync(w => w.Payments));
        await run.SignalAsync(Paid, 4);
        Assert.Equal("3,4 0", await world.ResultAsync<string>(run));
        Assert.Equal(HoldfastError.RunFinished, (await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Status))).Error);
        var unknown = world.Client.GetRun<Account, string>(RunId.Create(DateTimeOffset.UtcNow, Random.Shared));
        Assert.Equal(HoldfastError.UnknownRun, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.QueryAsync(w => w.Status))).Error);
    }

    [Fact]
    public async Task A_parked_run_answers_from_what_was_last_kept()
    {
        await using var world = await World.StartAsync([typeof(Spoiled)]);
        var run = await world.Client.StartAsync((Spoiled w) => w.Run());
        await world.UntilAsync(run, static i => i.Waiting == "signal 'paid'");
        await run.SignalAsync(Paid, 1);
        await world.ParkedAsync(run);
        Assert.Equal("waiting", await run.QueryAsync(w => w.Stage));
        Assert.Equal(RunStatus.Parked, (await run.GetInfoAsync()).Status);
    }

    [Fact]
    public async Task Only_what_is_durable_is_told_and_the_wait_for_it_has_an_end()
    {
        var (probe, store) = (new Probe(), new HeldStore(new MemoryStore()));
        await using var world = await World.StartAsync([typeof(Account)], () => store, configure: probe.Register);
        var run = await world.Client.StartAsync((Account w) => w.Run(2));
        Assert.Equal("new", await run.QueryAsync(w => w.Status));
        store.Holds = static write => write is Transition;
        await run.SignalAsync(Paid, 3);
        await store.Held.WaitAsync(World.Patience);
        // The turn that took the payment has run; its commit is under way.
        var asked = run.QueryAsync(w => w.Status);
        var error = await Assert.ThrowsAsync<HoldfastException>(() => run.QueryAsync(w => w.Status, timeout: TimeSpan.FromMilliseconds(20)));
        Assert.Equal(HoldfastError.AnswerTimeout, error.Error);
        Assert.False(asked.IsCompleted);
        store.Release();
        Assert.Equal("paying", await asked);
    }

    [Fact]
    public async Task A_query_leaves_nothing_in_the_store_and_holds_up_no_other_run()
    {
        var (probe, store) = (new Probe(), new HeldStore(new MemoryStore()));
        await using var world = await World.StartAsync([typeof(Account)], () => store, configure: probe.Register);
        var run = await world.Client.StartAsync((Account w) => w.Run(1));
        Assert.Equal("new", await run.QueryAsync(w => w.Status));
        var writes = store.Writes;
        var slow = run.QueryAsync(w => w.Waits(), timeout: World.Patience);
        await probe.ReachedAsync("waiting");
        Assert.Equal(writes, store.Writes);
        var other = await world.Client.StartAsync((Account w) => w.Run(1));
        await other.SignalAsync(Paid, 1);
        await world.EndAsync(other);
        // It comes while the query runs, is kept, and waits its turn.
        await run.SignalAsync(Paid, 9);
        Assert.False(slow.IsCompleted);
        probe.Gate("go on").TrySetResult();
        Assert.Equal(1, await slow);
        Assert.Equal("9 0", await world.ResultAsync<string>(run));
    }

    public sealed class AsyncQuery : Workflow
    {
        [Query]
        public async Task<int> Status()
        {
            await Task.Yield();
            return 1;
        }

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    public sealed class SilentQuery : Workflow
    {
        [Query]
        public void Status()
        {
        }

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    public sealed class TwiceNamed : Workflow
    {
        [Query]
        public int Status() => 1;

        [Query]
        public int Status(int by) => by;

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    public sealed class GenericQuery : Workflow
    {
        [Query]
        public T Status<T>() => default!;

        public async Durable Run() => await Delay(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(typeof(AsyncQuery), "must be synchronous")]
    [InlineData(typeof(SilentQuery), "gives no answer")]
    [InlineData(typeof(TwiceNamed), "the query 'Status'")]
    [InlineData(typeof(GenericQuery), "type parameters")]
    public async Task What_could_not_be_answered_is_refused_at_registration(Type workflow, string why)
    {
        var error = await Assert.ThrowsAsync<HoldfastException>(() => World.StartAsync([workflow]));
        Assert.Equal(HoldfastError.InvalidWorkflow, error.Error);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}

/// <summary>A store that counts writes, and holds the first append with a chosen one until it is let go.</summary>
sealed class HeldStore(IStore inner) : StoreWrapper(inner)
{
    readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _writes;

    public Func<StoreWrite, bool> Holds { get; set; } = static _ => false;

    public Task Held => _held.Task;

    public int Writes => Volatile.Read(ref _writes);

    /// <param name="error">What the held write fails with; null when it goes on.</param>
    public void Release(Exception? error = null) => _ = error is null ? _released.TrySetResult() : _released.TrySetException(error);

    public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        Interlocked.Add(ref _writes, writes.Count);
        if (writes.Any(Holds))
        {
            _held.TrySetResult();
            await _released.Task;
        }
        await Inner.AppendAsync(writes, results);
    }
}
