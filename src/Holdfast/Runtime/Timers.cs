using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Wakes runs at their due times. Holds the near future only, fed by turns and by a scan of the store; the far future stays on disk.
/// Never early: the kernel checks each timer against the clock again. Thread-safe.
/// </summary>
sealed class Timers : IDisposable
{
    /// <summary>How far ahead wake-ups are held in memory.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromMinutes(1);

    static readonly TimeSpan ScanEvery = Horizon / 2;
    const int PageMax = 10_000;

    readonly Engine _engine;
    readonly PriorityQueue<RunId, DateTimeOffset> _due = new();
    readonly Lock _lock = new();
    readonly ITimer _timer;
    readonly ITimer _scan;
    DateTimeOffset _armed = DateTimeOffset.MaxValue;

    public Timers(Engine engine)
    {
        _engine = engine;
        _timer = engine.Time.CreateTimer(static t => ((Timers)t!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _scan = engine.Time.CreateTimer(static t => _ = ((Timers)t!).ScanAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Reads the near future from the store, now and from now on.</summary>
    public Task StartAsync() => ScanAsync();

    /// <summary>Wakes the run at this time, if it lies in the near future; what lies further is found by a later scan.</summary>
    public void Schedule(RunId run, DateTimeOffset wakeUtc, DateTimeOffset now)
    {
        if (wakeUtc > now + Horizon) return;
        lock (_lock)
        {
            _due.Enqueue(run, wakeUtc);
            if (wakeUtc < _armed) Arm(wakeUtc);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _scan.Dispose();
    }

    void Fire()
    {
        var now = _engine.Time.GetUtcNow();
        var wake = new HashSet<RunId>();
        lock (_lock)
        {
            while (_due.TryPeek(out var run, out var due) && due <= now)
            {
                _due.Dequeue();
                wake.Add(run);
            }
            _armed = DateTimeOffset.MaxValue;
            if (_due.TryPeek(out _, out var next)) Arm(next);
        }
        foreach (var run in wake) _engine.Post(run, new Kernel.RunEvent.TimePassed(_engine.Epoch));
    }

    void Arm(DateTimeOffset due)
    {
        _armed = due;
        var wait = due - _engine.Time.GetUtcNow();
        // A timer's own clock may run ahead of the wall clock by a fraction; a millisecond more is cheaper than a wake-up for nothing.
        _timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    async Task ScanAsync()
    {
        try
        {
            var now = _engine.Time.GetUtcNow();
            var last = default(DueRun);
            while (true)
            {
                var page = await _engine.Store.ScanDueAsync(now + Horizon, last, PageMax, _engine.Stopping).ConfigureAwait(false);
                lock (_lock)
                {
                    foreach (var due in page) _due.Enqueue(due.Run, due.WakeUtc);
                    if (_due.TryPeek(out _, out var next) && next < _armed) Arm(next);
                }
                if (page.Count < PageMax) break;
                last = page[^1];
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (HoldfastException error)
        {
            _engine.NoteScanFailed(error);
        }
        try
        {
            _scan.Change(ScanEvery, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The engine stopped in between.
        }
    }
}
