using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Runs;

/// <summary>The outside world of a test's workflows: writes down what it is asked, and does what the test wants.</summary>
public sealed class Probe
{
    readonly ConcurrentQueue<string> _entries = new();
    readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    /// <summary>What a step gets for an answer; 0 by default.</summary>
    public Func<string, StepContext, Task<int>> Answer { get; set; } = static (_, _) => Task.FromResult(0);

    public IReadOnlyList<string> Entries => [.. _entries];

    public Task<int> Do(string what, StepContext step)
    {
        _entries.Enqueue(what);
        return Answer(what, step);
    }

    public void Note(string what) => _entries.Enqueue(what);

    public int Count(string what) => _entries.Count(e => e == what);

    /// <summary>A thing that happens once, for tests to wait for and for steps to wait at.</summary>
    public TaskCompletionSource Gate(string name) => _gates.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    public Task ReachedAsync(string name) => Gate(name).Task.WaitAsync(World.Patience);

    /// <summary>Registers the probe, for the workflows' constructors.</summary>
    internal Action<HoldfastBuilder> Register => builder => builder.Services.AddSingleton(this);
}

/// <summary>A clock that stands still until the test moves it. Thread-safe.</summary>
sealed class ManualTime : TimeProvider
{
    readonly List<ManualTimer> _timers = [];
    readonly Lock _lock = new();
    DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock, timer by timer; back as well as on, as a wall clock is set.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            ManualTimer? next;
            lock (_lock)
            {
                next = _timers.Where(t => t.Due <= end).MinBy(static t => t.Due);
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

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_lock) _timers.Add(timer);
        return timer;
    }

    sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Due = dueTime <= TimeSpan.Zero ? null : time._now + dueTime;
                Period = period;
            }
            // What is due at once does not wait for the clock.
            if (dueTime == TimeSpan.Zero) ThreadPool.QueueUserWorkItem(static t => ((ManualTimer)t!).Fire(), this);
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
