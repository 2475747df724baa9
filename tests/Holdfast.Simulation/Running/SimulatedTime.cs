namespace Holdfast.Simulation.Running;

/// <summary>The clock on the world's wall. It may be set; time itself goes on.</summary>
/// <param name="agenda">Where time passes.</param>
/// <param name="start">What it shows when nothing has passed yet.</param>
sealed class WallClock(Agenda agenda, DateTimeOffset start)
{
    TimeSpan _set;
    DateTimeOffset _latest;

    public DateTimeOffset UtcNow => start + TimeSpan.FromTicks(agenda.Elapsed) + _set;

    /// <summary>The latest time that it has shown.</summary>
    public DateTimeOffset LatestUtc => UtcNow > _latest ? UtcNow : _latest;

    public void Jump(TimeSpan by)
    {
        _latest = LatestUtc;
        _set += by;
    }
}

/// <summary>The time as one process sees it: timers end with the process.</summary>
sealed class SimulatedTime(Agenda agenda, WallClock clock, Actor process, Func<TimeSpan> ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => clock.UtcNow + ahead();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => agenda.Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(agenda, process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    sealed class SimulatedTimer(Agenda agenda, Actor process, Action callback) : ITimer
    {
        Agenda.Entry? _next;
        TimeSpan _period;
        bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed) return false;
            _next?.TakeBack();
            _period = period;
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : agenda.After(process, dueTime, "timer", Fire);
            return true;
        }

        public void Dispose()
        {
            _isDisposed = true;
            _next?.TakeBack();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        void Fire()
        {
            _next = _period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero ? null : agenda.After(process, _period, "timer", Fire);
            callback();
        }
    }
}
