namespace ClaimsTests.Adjuster;

/// <summary>A clock that stands still until it is told to go on; its timers fire then.</summary>
sealed class ManualClock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Lock gate = new();
    readonly List<Alarm> alarms = [];
    DateTimeOffset now = Start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public void Pass(TimeSpan time)
    {
        Alarm[] due;
        lock (gate)
        {
            now += time;
            due = [.. alarms.Where(alarm => alarm.Due <= now)];
            alarms.RemoveAll(due.Contains);
        }
        foreach (var alarm in due) alarm.Ring();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    sealed class Alarm(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.alarms.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = clock.now + dueTime;
                clock.alarms.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock.gate) clock.alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
