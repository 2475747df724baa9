using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>A client whose ends are the test's own.</summary>
sealed class StubClient(Func<CancellationToken, Task<ChatResponse>>? whole = null, Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>>? parts = null, ChatClientMetadata? metadata = null) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => whole!(cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => parts!(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? metadata : null;

    public void Dispose()
    {
    }
}

/// <summary>Time that passes when the test says so.</summary>
sealed class HandClock : TimeProvider
{
    /// <summary>Ends a test that would otherwise wait for ever.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly List<Timer> _timers = [];
    TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_timers) _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        _now += time;
        List<Timer> due;
        lock (_timers) due = [.. _timers.Where(t => t.Due <= _now)];
        foreach (var timer in due) timer.Ring();
    }

    sealed class Timer(HandClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : clock._now + dueTime;
            return true;
        }

        public void Ring()
        {
            Due = TimeSpan.MaxValue;
            callback(state);
        }

        public void Dispose() => Due = TimeSpan.MaxValue;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
