namespace Holdfast.Testing;

/// <summary>A clock that stands still until a test moves it. Register it where code under test asks for a <see cref="TimeProvider"/>. Thread-safe.</summary>
public class VirtualTime : TimeProvider
{
    readonly Lock _lock = new();
    readonly List<Timer> _timers = [];
    readonly Action<Action>? _fireAtOnce;
    DateTimeOffset _now;

    /// <param name="now">Where it begins.</param>
    /// <param name="fireAtOnce">Fires a timer that is due as soon as it is set; null to leave it to whoever moves the clock.</param>
    internal VirtualTime(DateTimeOffset now, Action<Action>? fireAtOnce = null) => (_now, _fireAtOnce) = (now, fireAtOnce);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock in one leap: what would have fired many times on the way fires once.</summary>
    internal void AdvanceTo(DateTimeOffset utc)
    {
        lock (_lock)
        {
            if (utc > _now) _now = utc;
        }
    }

    /// <summary>Moves the clock, timer by timer; back as well as on, as a wall clock is set.</summary>
    internal void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            Timer? next;
            lock (_lock)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(static timer => timer.Due);
                if (next is null)
                {
                    _now = end;
                    return;
                }
                if (next.Due > _now) _now = next.Due!.Value;
                next.Due = next.Period > TimeSpan.Zero ? _now + next.Period : null;
            }
            next.Fire();
        }
    }

    /// <summary>When the first timer of these is due; null when none is set.</summary>
    /// <param name="of">Given what a timer belongs to: the state that it was made with.</param>
    internal DateTimeOffset? NextDue(Func<object?, bool> of)
    {
        lock (_lock) return _timers.Where(timer => of(timer.State)).Min(static timer => timer.Due);
    }

    /// <summary>Fires what is due, on the caller's thread. False when nothing is.</summary>
    internal bool FireDue()
    {
        List<Timer> due;
        lock (_lock)
        {
            due = [.. _timers.Where(timer => timer.Due <= _now).OrderBy(static timer => timer.Due)];
            foreach (var timer in due) timer.Due = timer.Period > TimeSpan.Zero ? _now + timer.Period : null;
        }
        foreach (var timer in due) timer.Fire();
        return due.Count > 0;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_lock) _timers.Add(timer);
        return timer;
    }

    sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public object? State => state;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Due = dueTime < TimeSpan.Zero || (dueTime == TimeSpan.Zero && time._fireAtOnce is not null) ? null : time._now + dueTime;
                Period = period;
            }
            if (dueTime == TimeSpan.Zero) time._fireAtOnce?.Invoke(Fire);
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                Due = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
