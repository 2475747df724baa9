using System.Collections.Concurrent;
using Holdfast.Runtime;
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

    [Fact]
    public async Task Steps_that_end_as_they_begin_end_in_one_commit()
    {
        using var thread = new OneThread();
        var store = new Ledger();
        var probe = new Probe { Answer = static (_, _) => Task.FromResult(1) };
        await using var world = await World.StartAsync([typeof(Fan)], () => store, alwaysCold: false, probe.Register, o => o.Executor = thread);
        var run = await world.Client.StartAsync((Fan w) => w.Run(100));
        Assert.Equal(100, await world.ResultAsync<int>(run));
        Assert.Empty(store.Batches);
    }

    /// <summary>Waiting for what is about to come has an end: a step may block its thread for as long as it likes.</summary>
    [Fact]
    public async Task A_result_does_not_wait_for_a_step_that_holds_up_its_thread()
    {
        using var goesOn = new ManualResetEventSlim();
        var probe = new Probe
        {
            Answer = (what, _) =>
            {
                // Not the first one, which runs where the turn ran.
                if (what == "step 1") goesOn.Wait(World.Patience);
                return Task.FromResult(1);
            },
        };
        var store = new Ledger();
        await using var world = await World.StartAsync([typeof(Fan)], () => store, alwaysCold: false, probe.Register);
        var run = await world.Client.StartAsync((Fan w) => w.Run(3));
        await store.KeptAsync(1);
        goesOn.Set();
        Assert.Equal(3, await world.ResultAsync<int>(run));
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

    /// <summary>A pool of one thread, which takes work in the order in which it comes.</summary>
    sealed class OneThread : Executor, IDisposable
    {
        readonly BlockingCollection<IThreadPoolWorkItem> _work = [];
        readonly Thread _thread;

        public OneThread()
        {
            _thread = new(() =>
            {
                foreach (var work in _work.GetConsumingEnumerable()) work.Execute();
            }) { IsBackground = true };
            _thread.Start();
        }

        public override bool GoesOnElsewhere => true;

        public override void Run(IThreadPoolWorkItem work) => _work.Add(work);

        public override Standby StandBy(string name, Action work) => Pool.StandBy(name, work);

        public override Task CancelAsync(CancellationTokenSource source) => Pool.CancelAsync(source);

        public override Task PauseAsync(TimeSpan time) => Pool.PauseAsync(time);

        public void Dispose()
        {
            _work.CompleteAdding();
            _thread.Join();
            _work.Dispose();
        }
    }
}
