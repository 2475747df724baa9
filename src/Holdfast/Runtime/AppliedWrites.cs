using System.Diagnostics;

namespace Holdfast.Runtime;

/// <summary>Writes that the store has taken in and that are not durable yet, of one batch or several.</summary>
sealed class AppliedWrites
{
    readonly List<PendingWrite> _writes = [];
    readonly List<(int Writes, long Started)> _batches = [];

    public int Count => _writes.Count;

    /// <param name="batch">Writes that know their answer.</param>
    /// <param name="started">When the store was given them.</param>
    public void Add(List<PendingWrite> batch, long started)
    {
        _writes.AddRange(batch);
        _batches.Add((batch.Count, started));
    }

    /// <summary>They are durable: everybody hears his answer.</summary>
    public void Answer(EngineMetrics metrics)
    {
        foreach (var (writes, started) in _batches) metrics.Committed(writes, Stopwatch.GetElapsedTime(started));
        foreach (var pending in _writes) pending.Answer();
        Clear();
    }

    public void Fail(Exception error)
    {
        foreach (var pending in _writes) pending.Fail(error);
        Clear();
    }

    void Clear()
    {
        _writes.Clear();
        _batches.Clear();
    }
}
