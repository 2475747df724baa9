using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>An old build comes back, and finds runs that were parked because their code was not here.</summary>
public sealed class UnparkTests
{
    const int Many = 1_200;

    static readonly Signal<int> Go = new("go");

    public sealed class Waits : Workflow
    {
        public async Durable<int> Run(int n) => n + await Receive(Go);
    }

    /// <summary>As many runs as that, each parked because nobody had its class when its signal came.</summary>
    static async Task<List<RunId>> ParkAsync(MemoryStore content, int count)
    {
        var ids = new List<RunId>();
        await using (var old = await World.StartAsync([typeof(Waits)], () => content))
        {
            foreach (var run in await old.Client.StartManyAsync<Waits>(Enumerable.Range(0, count).Select(static i => ((object?)i, (string?)null)))) ids.Add(run.Id);
            foreach (var id in ids) await old.UntilAsync(old.Client.GetRun(id), static i => i.Waiting == "signal 'go'");
        }
        await using var newer = await World.StartAsync([], content.Reopen);
        foreach (var id in ids) await newer.Client.GetRun(id).SignalAsync(Go, 1);
        foreach (var id in ids) await newer.ParkedAsync(newer.Client.GetRun(id));
        return ids;
    }

    [Fact]
    public async Task They_are_taken_up_many_in_one_commit()
    {
        var content = new MemoryStore();
        var ids = await ParkAsync(content, Many);
        var store = new Counts(content.Reopen());
        await using var world = await World.StartAsync([typeof(Waits)], () => store);
        for (var i = 0; i < Many; i++) Assert.Equal(i + 1, await world.Client.GetRun(ids[i]).ResultAsync<int>().WaitAsync(World.Patience));
        Assert.Equal(Many, store.Unparks);
        Assert.InRange(store.Commits, 1, 10);
    }

    [Fact]
    public async Task No_start_waits_for_them()
    {
        var content = new MemoryStore();
        var id = Assert.Single(await ParkAsync(content, 1));
        var store = new HeldStore(content.Reopen()) { Holds = static w => w is PostMail { Mail.Kind: MailKind.Unpark } };
        var starting = World.StartAsync([typeof(Waits)], () => store);
        await store.Held.WaitAsync(World.Patience);
        await using var world = await starting.WaitAsync(World.Patience);
        store.Release();
        Assert.Equal(1, await world.Client.GetRun(id).ResultAsync<int>().WaitAsync(World.Patience));
    }

    [Fact]
    public async Task While_there_is_no_room_for_it_they_wait_and_no_start_fails()
    {
        var content = new MemoryStore();
        var id = Assert.Single(await ParkAsync(content, 1));
        var (store, time) = (new Full(content.Reopen()), new ManualTime());
        await using var world = await World.StartAsync([typeof(Waits)], () => store, options: o => o.TimeProvider = time);
        await store.Refused.WaitAsync(World.Patience);
        store.IsFull = false;
        var result = world.Client.GetRun(id).ResultAsync<int>();
        var deadline = DateTime.UtcNow + World.Patience;
        while (await Task.WhenAny(result, Task.Delay(10)) != result)
        {
            Assert.True(DateTime.UtcNow < deadline, "The run was not taken up.");
            time.Advance(TimeSpan.FromSeconds(10));
        }
        Assert.Equal(1, await result);
    }

    sealed class Counts(IStore inner) : StoreWrapper(inner)
    {
        public int Unparks { get; private set; }

        public int Commits { get; private set; }

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            var unparks = writes.Count(static w => w is PostMail { Mail.Kind: MailKind.Unpark });
            Unparks += unparks;
            if (unparks > 0) Commits++;
            return base.AppendAsync(writes, results);
        }
    }

    sealed class Full(IStore inner) : StoreWrapper(inner)
    {
        readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsFull = true;

        public Task Refused => _refused.Task;

        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            if (!IsFull) return base.AppendAsync(writes, results);
            _refused.TrySetResult();
            throw new HoldfastException(HoldfastError.StoreFull, "full");
        }
    }
}
