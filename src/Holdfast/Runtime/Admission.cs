using System.Collections.Concurrent;

namespace Holdfast.Runtime;

/// <summary>Limits how many attempts run at once; the others wait in the order in which they came. Thread-safe.</summary>
sealed class Admission(int max)
{
    readonly ConcurrentQueue<Func<bool>> _waiting = new();
    int _running;

    public int Running => Math.Min(Volatile.Read(ref _running), max);

    /// <summary>Lets the attempt in, or queues it; a queued one is started when another leaves.</summary>
    public bool TryEnter(Attempt attempt)
    {
        if (Interlocked.Increment(ref _running) <= max) return true;
        Wait(attempt);
        return false;
    }

    /// <summary>For one that had left and goes on: waits for a place, behind those who came before.</summary>
    /// <param name="completion">How whoever waits goes on.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Whether it has a place; false when it gave up.</returns>
    public async Task<bool> ReturnAsync(TaskCreationOptions completion, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _running) <= max) return true;
        var place = new TaskCompletionSource<bool>(completion);
        Queue(() => place.TrySetResult(true));
        await using var registration = cancellation.UnsafeRegister(static p => ((TaskCompletionSource<bool>)p!).TrySetResult(false), place).ConfigureAwait(false);
        return await place.Task.ConfigureAwait(false);
    }

    /// <summary>Apart, so that only an attempt that waits allocates what it waits with.</summary>
    void Wait(Attempt attempt) => Queue(() =>
    {
        attempt.StartElsewhere();
        return true;
    });

    /// <param name="start">Takes the place; false when nobody wants it any more.</param>
    void Queue(Func<bool> start)
    {
        _waiting.Enqueue(start);
        // One may have left between the count and the queue; then nobody else would start this one.
        if (Interlocked.Decrement(ref _running) < max) StartWaiting();
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
            if (_waiting.TryDequeue(out var start) && start()) return;
            Interlocked.Decrement(ref _running);
        }
    }
}
