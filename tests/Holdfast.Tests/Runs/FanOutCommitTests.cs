using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Results that come together are committed together: each commit is a sync of the disk, and a fan-out of a hundred steps is not to wait for a hundred of them.</summary>
public sealed class FanOutCommitTests
{
    public sealed class Fan(Probe probe) : Workflow
    {
        public async Durable<int> Run(int n)
        {
            var results = await Durable.WhenAll(Enumerable.Range(0, n).Select(i => Step(step => probe.Do($"step {i}", step))));
            return results.Sum();
        }
    }

    [Fact]
    public async Task Results_that_come_while_one_is_committed_are_one_commit()
    {
        var gates = Enumerable.Range(0, 21).Select(static _ => new TaskCompletionSource<int>()).ToArray();
        var probe = new Probe { Answer = (what, _) => gates[int.Parse(what["step ".Length..], null)].Task };
        var store = new Ledger();
        await using var world = await World.StartAsync([typeof(Fan)], () => store, alwaysCold: false, probe.Register);
        var run = await world.Client.StartAsync((Fan w) => w.Run(21));
        await world.UntilAsync(run, _ => probe.Entries.Count == 21);

        var held = store.HoldNextSync();
        await EndAsync(gates[0]);
        await held.Asked.Task.WaitAsync(World.Patience);
        await EndAsync(gates[1..20]);
        held.GoesOn.SetResult();
        await store.KeptAsync(20);
        Assert.Equal([1, 19], store.Batches);
        await EndAsync(gates[20]);
        Assert.Equal(21, await world.ResultAsync<int>(run));
    }

    /// <summary>The attempts' ends are heard before this is over: nothing in between goes on elsewhere.</summary>
    static Task EndAsync(params TaskCompletionSource<int>[] gates) => Task.Run(() =>
    {
        foreach (var gate in gates) gate.SetResult(1);
    });

    /// <summary>Counts the results that are kept beside the state, by commit.</summary>
    sealed class Ledger() : StoreWrapper(new MemoryStore())
    {
        readonly Lock _lock = new();
        readonly List<int> _batches = [];
        readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
        HeldSync? _held;

        public IReadOnlyList<int> Batches
        {
            get
            {
                lock (_lock) return [.. _batches];
            }
        }

        public HeldSync HoldNextSync() => _held = new();

        public Task KeptAsync(int count)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (_batches.Sum() >= count) reached.SetResult();
                else _waiting.Add((count, reached));
            }
            return reached.Task.WaitAsync(World.Patience);
        }

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            await base.AppendAsync(writes, results);
            if (writes.Count(static w => w is ResultOnly) is not 0 and var kept)
            {
                lock (_lock)
                {
                    _batches.Add(kept);
                    foreach (var (_, reached) in _waiting.FindAll(w => _batches.Sum() >= w.Count)) reached.TrySetResult();
                }
            }
        }

        public override async ValueTask SyncAsync()
        {
            if (Interlocked.Exchange(ref _held, null) is { } held)
            {
                held.Asked.SetResult();
                await held.GoesOn.Task.WaitAsync(World.Patience);
            }
            await base.SyncAsync();
        }
    }

    sealed class HeldSync
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoesOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
