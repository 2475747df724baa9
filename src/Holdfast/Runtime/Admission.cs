using System.Collections.Concurrent;

namespace Holdfast.Runtime;

/// <summary>Limits how many attempts run at once; the others wait in the order in which they came. Thread-safe.</summary>
sealed class Admission(int max)
{
    readonly ConcurrentQueue<Attempt> _waiting = new();
    int _running;

    public int Running => Math.Min(Volatile.Read(ref _running), max);

    /// <summary>Lets the attempt in, or queues it; a queued one is started when another leaves.</summary>
    public bool TryEnter(Attempt attempt)
    {
        if (Interlocked.Increment(ref _running) <= max) return true;
        _waiting.Enqueue(attempt);
        // One may have left between the count and the queue; then nobody else would start this one.
        if (Interlocked.Decrement(ref _running) < max) StartWaiting();
        return false;
    }

    public void Leave()
    {
        Interlocked.Decrement(ref _running);
        if (!_waiting.IsEmpty) StartWaiting();
    }

    void StartWaiting()
    {
        while (!_waiting.IsEmpty)
        {
            if (Interlocked.Increment(ref _running) > max)
            {
                if (Interlocked.Decrement(ref _running) >= max) return;
                continue;
            }
            if (_waiting.TryDequeue(out var attempt))
            {
                attempt.StartElsewhere();
                return;
            }
            Interlocked.Decrement(ref _running);
        }
    }
}
