using System.Collections.Concurrent;
using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>What steps tell when their code runs: how many there were, the distances between those of one run, and whether the log was synced in between.</summary>
sealed class StepClock
{
    readonly ConcurrentDictionary<RunId, Last> _last = new();
    long _count;
    long _beforeSync;

    public long Count => Volatile.Read(ref _count);

    /// <summary>How many steps ran though no sync that began after the step before them was done.</summary>
    public long StepsBeforeSync => Volatile.Read(ref _beforeSync);

    public LatencyHistogram Latencies { get; } = new();

    /// <summary>A step runs, of those that do nothing but this.</summary>
    public void Step() => Interlocked.Increment(ref _count);

    /// <summary>A step runs, of a run whose steps run one after the other.</summary>
    public void Step(RunId run)
    {
        var (now, synced) = (Stopwatch.GetTimestamp(), LogSyncs.Completed);
        var last = _last.GetOrAdd(run, static _ => new());
        if (last.Timestamp != 0)
        {
            Latencies.Record(last.Timestamp, now);
            // What holds the result of the step before began after that step's code.
            if (synced <= last.SyncsBegun) Interlocked.Increment(ref _beforeSync);
        }
        (last.Timestamp, last.SyncsBegun) = (now, LogSyncs.Begun);
        Interlocked.Increment(ref _count);
    }

    public void Forget(RunId run) => _last.TryRemove(run, out _);

    /// <summary>Begins to count anew; what was seen of durability stays, because it counts at all times.</summary>
    public void Reset()
    {
        Latencies.Clear();
        Volatile.Write(ref _count, 0);
    }

    sealed class Last
    {
        public long Timestamp;
        public long SyncsBegun;
    }
}
