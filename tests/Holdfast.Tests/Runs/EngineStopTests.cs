using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Runs;

public sealed class EngineStopTests
{
    [Fact]
    public async Task What_still_runs_after_the_engine_was_disposed_can_see_that_it_stops()
    {
        var world = await World.StartAsync([]);
        var engine = world.Engine;
        await world.DisposeAsync();
        // An attempt that waited in the pool's queue asks now; an exception there would end the process.
        Assert.True(engine.Stopping.IsCancellationRequested);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(engine.Stopping);
        Assert.True(linked.IsCancellationRequested);
    }

    [Fact]
    public async Task A_callback_that_throws_does_not_keep_a_broken_engine_from_stopping_its_host()
    {
        var host = new Lifetime();
        await using var world = await World.StartAsync([], configure: b => b.Services.AddSingleton<IHostApplicationLifetime>(host));
        using var callback = world.Engine.Stopping.Register(static () => throw new InvalidOperationException("a step's own callback"));
        world.Engine.Broken(new HoldfastException(HoldfastError.OutcomeUnknown, "The disk failed."));
        Assert.True(world.Engine.Stopping.IsCancellationRequested);
        await host.Stopped.WaitAsync(World.Patience);
    }

    [Fact]
    public async Task A_host_that_cannot_be_asked_to_stop_does_not_throw_into_the_committer()
    {
        await using var world = await World.StartAsync([typeof(AcknowledgementTests.Waits)], configure: static b => b.Services.AddSingleton<IHostApplicationLifetime>(new GoneHost()));
        var run = await world.Client.StartAsync((AcknowledgementTests.Waits w) => w.Run());
        var end = run.WaitAsync();
        // On the committer's own thread an exception from here would end the process.
        world.Engine.Broken(new HoldfastException(HoldfastError.OutcomeUnknown, "The disk failed."));
        var error = await Assert.ThrowsAsync<HoldfastException>(() => end.WaitAsync(World.Patience));
        Assert.Equal(HoldfastError.OutcomeUnknown, error.Error);
        Assert.Contains(world.Errors, static e => e.Contains(nameof(ObjectDisposedException), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_throws_keeps_nothing_from_going_on()
    {
        await using var world = await World.StartAsync([typeof(AcknowledgementTests.Waits)], configure: static b => b.Services.AddSingleton<ILoggerFactory>(new FullLog()));
        var run = await world.Client.StartAsync((AcknowledgementTests.Waits w) => w.Run());
        var end = run.WaitAsync();
        world.Engine.Broken(new HoldfastException(HoldfastError.OutcomeUnknown, "The disk failed."));
        await Assert.ThrowsAsync<HoldfastException>(() => end.WaitAsync(World.Patience));
    }

    [Fact]
    public async Task What_gathered_behind_a_commit_while_the_engine_stops_is_committed_and_answered()
    {
        var store = new HeldStore(new MemoryStore()) { Holds = static _ => true };
        await using var world = await World.StartAsync([typeof(AcknowledgementTests.Waits)], () => store);
        var engine = world.Engine;
        var first = engine.Committer.CommitAsync(Mail()).AsTask();
        await store.Held.WaitAsync(World.Patience);
        var second = engine.Committer.CommitAsync(Mail()).AsTask();
        var stopped = world.DisposeAsync().AsTask();
        var deadline = DateTime.UtcNow + World.Patience;
        while (engine.Failure is null)
        {
            Assert.True(DateTime.UtcNow < deadline, "The engine does not stop.");
            await Task.Delay(5);
        }
        store.Release();
        Assert.Equal(Verdict.UnknownRun, (await first.WaitAsync(World.Patience)).Verdict);
        Assert.Equal(Verdict.UnknownRun, (await second.WaitAsync(World.Patience)).Verdict);
        await stopped.WaitAsync(World.Patience);
    }

    [Fact]
    public async Task What_waits_for_room_when_the_engine_stops_was_not_kept_and_is_told_so()
    {
        var store = new FullStore();
        await using var world = await World.StartAsync([], () => store, options: static o => o.TimeProvider = new Frozen());
        var engine = world.Engine;
        var turn = engine.Committer.CommitAsync(new ResultOnly { Run = default, Key = default, Epoch = 1, Utc = default, Op = 1, Outcome = default }).AsTask();
        await world.DisposeAsync().AsTask().WaitAsync(World.Patience);
        Assert.Equal(HoldfastError.NotRunning, (await Assert.ThrowsAsync<HoldfastException>(() => turn.WaitAsync(World.Patience))).Error);
    }

    [Fact]
    public async Task What_comes_after_the_end_was_certainly_not_kept_and_is_told_so()
    {
        var world = await World.StartAsync([]);
        var engine = world.Engine;
        await world.DisposeAsync();
        var error = await Assert.ThrowsAsync<HoldfastException>(() => engine.Committer.CommitAsync(Mail()).AsTask());
        Assert.Equal(HoldfastError.NotRunning, error.Error);
        Assert.Contains("not kept", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_had_only_gathered_when_a_commit_failed_was_certainly_not_kept_and_is_told_so()
    {
        var store = new HeldStore(new MemoryStore()) { Holds = static _ => true };
        await using var world = await World.StartAsync([], () => store);
        var first = world.Engine.Committer.CommitAsync(Mail()).AsTask();
        await store.Held.WaitAsync(World.Patience);
        var second = world.Engine.Committer.CommitAsync(Mail()).AsTask();
        store.Release(new HoldfastException(HoldfastError.OutcomeUnknown, "The test says so."));
        Assert.Equal(HoldfastError.OutcomeUnknown, (await Assert.ThrowsAsync<HoldfastException>(() => first.WaitAsync(World.Patience))).Error);
        Assert.Equal(HoldfastError.NotRunning, (await Assert.ThrowsAsync<HoldfastException>(() => second.WaitAsync(World.Patience))).Error);
        Assert.Equal(HoldfastError.NotRunning, (await Assert.ThrowsAsync<HoldfastException>(() => world.Engine.Committer.CommitAsync(Mail()).AsTask())).Error);
    }

    static PostMail Mail() => new(default, new(MailKind.Signal, "go", default, null, default));

    /// <summary>A store without any room, on a clock that stands.</summary>
    sealed class FullStore() : StoreWrapper(new MemoryStore())
    {
        public override ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results) => throw new HoldfastException(HoldfastError.StoreFull, "full");
    }

    sealed class Frozen : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }

    /// <summary>A host whose container is gone already.</summary>
    sealed class GoneHost : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => throw new ObjectDisposedException("IServiceProvider");
    }

    /// <summary>A log on a disk that is full.</summary>
    sealed class FullLog : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("No space left on device.");

        public void Dispose()
        {
        }
    }
}
