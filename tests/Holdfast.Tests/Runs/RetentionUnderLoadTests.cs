using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>Whatever the load is, more is removed than comes: the file does not grow as long as an overload lasts.</summary>
public sealed class RetentionUnderLoadTests
{
    public sealed class Visit : Workflow
    {
        public async Durable<int> Run(int n)
        {
            await Step(() => Task.CompletedTask);
            return n;
        }
    }

    [Fact]
    public async Task Removing_catches_up_however_many_runs_end_in_one_commit()
    {
        var store = new Flooded(new MemoryStore());
        await using var world = await World.StartAsync([typeof(Visit)], () => store);
        store.RunEnds = world.Engine.Pruner.RunEnded;
        await world.Client.PruneAsync(new() { CountMax = 0 }).WaitAsync(World.Patience);
        Assert.Equal(0, store.Behind);
    }

    [Fact]
    public async Task Removing_waits_behind_nothing_but_the_commit_that_is_under_way()
    {
        var store = new Gate(new MemoryStore());
        await using var world = await World.StartAsync([typeof(Visit)], () => store, options: static o => o.BatchMax = 4);
        store.Close();
        var starts = new List<Task<RunHandle<Visit, int>>> { world.Client.StartAsync((Visit w) => w.Run(0)) };
        await store.Reached.WaitAsync(World.Patience);
        for (var i = 1; i <= 40; i++) starts.Add(world.Client.StartAsync((Visit w) => w.Run(i)));
        var pruning = world.Client.PruneAsync(new() { CountMax = 0 });
        store.Open();
        await pruning.WaitAsync(World.Patience);
        foreach (var run in await Task.WhenAll(starts)) await world.ResultAsync<int>(run);
        // The first held one start, and the next one would have held four of the forty.
        Assert.Equal(1, store.FirstPruning);
    }

    /// <summary>A store in which two thousand runs of five rows end between two prunings, and more had ended before.</summary>
    sealed class Flooded(IStore inner) : StoreWrapper(inner)
    {
        const int RunsPerPruning = 2000, RowsPerRun = 5, PruningsMax = 600;

        int _prunings;

        public int Behind { get; private set; } = 100_000;

        public Action RunEnds { get; set; } = static () => { };

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            await Inner.AppendAsync(writes, results);
            for (var i = 0; i < writes.Count; i++)
            {
                if (writes[i] is not PruneRuns prune) continue;
                var gone = Math.Min(Behind, prune.RowsMax / RowsPerRun);
                Behind -= gone;
                var isDone = Behind == 0 || ++_prunings == PruningsMax;
                results[i] = new(Verdict.Committed, Pruned: new(gone, gone * RowsPerRun, isDone));
                if (isDone) continue;
                Behind += RunsPerPruning;
                for (var run = 0; run < RunsPerPruning; run++) RunEnds();
            }
        }
    }

    /// <summary>A store that takes its time over one batch, and remembers with which one the first pruning came.</summary>
    sealed class Gate(IStore inner) : StoreWrapper(inner)
    {
        readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously), _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        volatile bool _isClosed;
        int _batches;

        public Task Reached => _reached.Task;

        public int? FirstPruning { get; private set; }

        public void Close() => _isClosed = true;

        public void Open() => _opened.TrySetResult();

        public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            if (_isClosed)
            {
                _reached.TrySetResult();
                await _opened.Task;
                if (writes.Any(static w => w is PruneRuns)) FirstPruning ??= _batches;
                _batches++;
            }
            await Inner.AppendAsync(writes, results);
        }
    }
}
