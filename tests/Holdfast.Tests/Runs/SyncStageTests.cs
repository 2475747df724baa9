using System.Threading.Channels;
using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>A batch is applied while the one before it is synced, and nobody hears of either before a sync that began after it was applied.</summary>
public sealed class SyncStageTests
{
    public sealed class Echo : Workflow
    {
        public async Durable<int> Run(int n) => await Step(_ => Task.FromResult(n));
    }

    [Fact]
    public async Task A_batch_is_applied_while_the_one_before_is_synced_and_is_not_durable_with_it()
    {
        var store = new SlowDisk();
        await using var world = await World.StartAsync([typeof(Echo)], () => store);
        store.Hold();
        var first = world.Client.StartAsync((Echo w) => w.Run(1));
        var sync = await store.SyncAsked();
        var second = world.Client.StartAsync((Echo w) => w.Run(2));
        await store.CreatedAsync(2);
        Assert.False(first.IsCompleted);

        sync.SetResult();
        await first.WaitAsync(World.Patience);
        // The sync that is over began before the second was applied.
        var next = await store.SyncAsked();
        Assert.False(second.IsCompleted);
        store.LetGo();
        next.SetResult();
        Assert.Equal(2, await (await second).ResultAsync().WaitAsync(World.Patience));
        Assert.Equal(1, await (await first).ResultAsync().WaitAsync(World.Patience));
    }

    [Fact]
    public async Task What_is_small_beside_what_is_synced_waits_for_more_or_for_the_disk()
    {
        var store = new SlowDisk();
        await using var world = await World.StartAsync([typeof(Echo)], () => store);
        store.Hold();
        List<Task> starts = [world.Client.StartAsync((Echo w) => w.Run(1))];
        var sync = await store.SyncAsked();
        for (var n = 2; n <= 4; n++) starts.Add(world.Client.StartAsync((Echo w) => w.Run(n)));
        // One is synced and two wait for the disk: the fourth is less than half of that.
        Assert.Equal(3, store.Created);
        starts.Add(world.Client.StartAsync((Echo w) => w.Run(5)));
        await store.CreatedAsync(5);
        store.LetGo();
        sync.SetResult();
        await Task.WhenAll(starts).WaitAsync(World.Patience);
    }

    [Fact]
    public async Task A_sync_that_fails_leaves_all_unknown_that_was_applied_since_the_last_and_the_rest_certainly_not_kept()
    {
        var store = new SlowDisk();
        await using var world = await World.StartAsync([typeof(Echo)], () => store);
        store.Hold();
        var synced = world.Client.StartAsync((Echo w) => w.Run(1));
        var sync = await store.SyncAsked();
        var applied = new[] { world.Client.StartAsync((Echo w) => w.Run(2)), world.Client.StartAsync((Echo w) => w.Run(3)) };
        var gathered = world.Client.StartAsync((Echo w) => w.Run(4));
        store.LetGo();
        sync.SetException(new HoldfastException(HoldfastError.OutcomeUnknown, "The disk has failed."));
        foreach (var unknown in (Task[])[synced, .. applied])
            Assert.Equal(HoldfastError.OutcomeUnknown, (await Assert.ThrowsAsync<HoldfastException>(() => unknown.WaitAsync(World.Patience))).Error);
        Assert.Equal(HoldfastError.NotRunning, (await Assert.ThrowsAsync<HoldfastException>(() => gathered.WaitAsync(World.Patience))).Error);
        Assert.Equal(3, store.Created);
    }

    [Fact]
    public async Task An_engine_that_stops_waits_for_the_disk()
    {
        var store = new SlowDisk();
        var world = await World.StartAsync([typeof(Echo)], () => store);
        store.Hold();
        var first = world.Client.StartAsync((Echo w) => w.Run(1));
        var sync = await store.SyncAsked();
        var second = world.Client.StartAsync((Echo w) => w.Run(2));
        await store.CreatedAsync(2);
        var stops = world.DisposeAsync().AsTask();
        sync.SetResult();
        var next = await store.SyncAsked();
        Assert.False(store.IsClosed);
        store.LetGo();
        next.SetResult();
        await first.WaitAsync(World.Patience);
        await second.WaitAsync(World.Patience);
        await stops.WaitAsync(World.Patience);
        Assert.True(store.IsClosed);
    }

    /// <summary>Whoever gives up the lead has nothing more to do with the batch: the next leader has it by then.</summary>
    [Fact]
    public async Task Every_write_is_answered_whoever_leads()
    {
        await using var world = await World.StartAsync([typeof(Echo)]);
        var committer = world.Engine.Committer;
        var lanes = Enumerable.Range(0, 4).Select(lane => Task.Run(async () =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                var nobody = new PostMail(RunId.Create(DateTimeOffset.UnixEpoch, new(lane)), new(MailKind.Signal, "go", default, null, DateTimeOffset.UnixEpoch));
                if ((await committer.CommitAsync(nobody)).Verdict != Verdict.UnknownRun) throw new InvalidOperationException("An answer is another's.");
                // Once with many that bring something at the same time, and once alone.
                if (i % 8 == lane) await Task.Yield();
            }
        }));
        await Task.WhenAll(lanes).WaitAsync(World.Patience);
    }

    /// <summary>Takes what it is given at once, and syncs when the test says so.</summary>
    sealed class SlowDisk() : StoreWrapper(new MemoryStore())
    {
        readonly Channel<TaskCompletionSource> _asked = Channel.CreateUnbounded<TaskCompletionSource>();
        readonly Lock _lock = new();
        readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
        volatile bool _holds;

        /// <summary>How many runs were created since it began to hold.</summary>
        public int Created { get; private set; }

        public bool IsClosed { get; private set; }

        public void Hold() => _holds = true;

        /// <summary>Syncs that are asked for from now on are not held.</summary>
        public void LetGo() => _holds = false;

        public async Task<TaskCompletionSource> SyncAsked() => await _asked.Reader.ReadAsync().AsTask().WaitAsync(World.Patience);

        public Task CreatedAsync(int count)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (Created >= count) reached.SetResult();
                else _waiting.Add((count, reached));
            }
            return reached.Task.WaitAsync(World.Patience);
        }

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            await base.AppendAsync(writes, results);
            lock (_lock)
            {
                if (_holds) Created += writes.Count(static w => w is CreateRun);
                foreach (var (_, reached) in _waiting.FindAll(w => Created >= w.Count)) reached.TrySetResult();
            }
        }

        public override async ValueTask SyncAsync()
        {
            if (_holds)
            {
                var sync = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _asked.Writer.TryWrite(sync);
                // A test that failed must not keep its engine from stopping.
                await sync.Task.WaitAsync(World.Patience);
            }
            await base.SyncAsync();
        }

        public override ValueTask DisposeAsync()
        {
            IsClosed = true;
            return base.DisposeAsync();
        }
    }
}
