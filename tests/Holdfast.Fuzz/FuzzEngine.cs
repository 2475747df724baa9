using Holdfast.Runtime;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Fuzz;

/// <summary>The real engine on a given store, with all of <see cref="Flows"/>, and an eye on what it logs.</summary>
sealed class FuzzEngine : IAsyncDisposable
{
    readonly ServiceProvider _provider;
    readonly DefectLog _log;

    FuzzEngine(ServiceProvider provider, DefectLog log) => (_provider, _log) = (provider, log);

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    public Engine Engine => _provider.GetRequiredService<EngineHost>().Engine;

    /// <summary>An error in the log that no damage may cause, or null.</summary>
    public string? Defect => _log.Defect;

    public static async Task<FuzzEngine> StartAsync(Func<IStore> store, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => store());
            o.AlwaysCold = false;
            o.StopTime = TimeSpan.Zero;
            // The same runs get the same ids each time, so that a case can be made again.
            o.Random = new Random(1);
            if (time is not null) o.TimeProvider = time;
        });
        foreach (var flow in Flows.All) builder.AddWorkflow(flow);
        var log = new DefectLog();
        services.AddSingleton<ILoggerFactory>(log);
        var provider = services.BuildServiceProvider();
        try
        {
            foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default).ConfigureAwait(false);
        }
        catch
        {
            await provider.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return new(provider, log);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default).ConfigureAwait(false);
        await _provider.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until a condition holds; false when it does not in this time.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> holds, TimeSpan atMost)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await holds().ConfigureAwait(false))
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(started) > atMost) return false;
            await Task.Delay(2).ConfigureAwait(false);
        }
        return true;
    }

    /// <summary>Finds logged exceptions that are not of the library's own kind: hostile data reached code that trusted it.</summary>
    sealed class DefectLog : ILoggerFactory, ILogger
    {
        public string? Defect { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error && exception is not (null or HoldfastException or ObjectDisposedException)) Defect ??= $"{formatter(state, exception)} {exception}";
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>A wall clock that stands still; timers run.</summary>
sealed class StoppedClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
}
