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
