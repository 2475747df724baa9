namespace Holdfast.Runtime;

/// <summary>
/// Listens for an attempt's signs of life. A sign is two writes to memory: it sets no timer and writes nothing to the store. Thread-safe.
/// </summary>
sealed class Heartbeat : IDisposable
{
    readonly TimeProvider _time;
    readonly TimeSpan _timeout;
    readonly Action _silent;
    readonly ITimer? _timer;
    long _last;
    byte[]? _details;

    /// <param name="time">Where the time comes from.</param>
    /// <param name="timeout">How long a silence may be; null to listen for details only.</param>
    /// <param name="silent">Called once, when it was longer.</param>
    public Heartbeat(TimeProvider time, TimeSpan? timeout, Action silent)
    {
        (_time, _silent) = (time, silent);
        _last = time.GetTimestamp();
        // Beyond the longest time of the system's timers, which is seven weeks, nobody listens.
        if (timeout is not { } limit || limit >= Attempt.TimerMax) return;
        _timeout = limit;
        _timer = time.CreateTimer(static h => ((Heartbeat)h!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The last details, as JSON; null when there were none.</summary>
    public byte[]? Details => Volatile.Read(ref _details);

    public void Beat(byte[]? details)
    {
        if (details is not null) Volatile.Write(ref _details, details);
        Volatile.Write(ref _last, _time.GetTimestamp());
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>The timer is set for the end of the silence that began with the last sign: one look a time-out, however many signs there are.</summary>
    void Look()
    {
        var left = _timeout - _time.GetElapsedTime(Volatile.Read(ref _last));
        if (left <= TimeSpan.Zero) _silent();
        else _timer!.Change(left, Timeout.InfiniteTimeSpan);
    }
}
