using Holdfast.Runtime;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Runs;

/// <summary>An engine in a container, as a user has it, on a store that outlives it.</summary>
sealed class World : IAsyncDisposable
{
    readonly ServiceProvider _provider;

    /// <summary>How long any one thing in a test may take: much longer than it does, on a machine that does much else.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    readonly Troubles _log;
    int _isDisposed;

    World(ServiceProvider provider, Troubles log) => (_provider, _log) = (provider, log);

    /// <summary>What the engine has logged as an error, with the exceptions.</summary>
    public IReadOnlyCollection<string> Errors => _log.Errors;

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    internal Engine Engine => _provider.GetRequiredService<EngineHost>().Engine;

    /// <summary>Starts an engine.</summary>
    /// <param name="workflows">What it runs.</param>
    /// <param name="store">Where its runs are; a fresh memory store by default.</param>
    /// <param name="alwaysCold">Whether frames are dropped after every turn.</param>
    /// <param name="configure">Further registrations.</param>
    /// <param name="options">Further options.</param>
    public static async Task<World> StartAsync(
        Type[] workflows, Func<IStore>? store = null, bool alwaysCold = true, Action<HoldfastBuilder>? configure = null, Action<HoldfastOptions>? options = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => store?.Invoke() ?? new MemoryStore());
            o.AlwaysCold = alwaysCold;
            options?.Invoke(o);
        });
        foreach (var workflow in workflows) builder.AddWorkflow(workflow);
        configure?.Invoke(builder);
        var log = new Troubles();
        services.TryAddSingleton<ILoggerFactory>(log);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return new(provider, log);
    }

    /// <summary>A run's result, in good time; a run that is parked instead fails the test at once, with its reason.</summary>
    public async Task<T> ResultAsync<T>(RunHandle run)
    {
        var result = run.ResultAsync<T>();
        await EndAsync(run, result);
        return await result;
    }

    /// <summary>How the run ends, in good time.</summary>
    public async Task<RunStatus> EndAsync(RunHandle run)
    {
        var end = run.WaitAsync();
        await EndAsync(run, end);
        return await end;
    }

    /// <summary>Waits until a run's description fits.</summary>
    public async Task<RunInfo> UntilAsync(RunHandle run, Func<RunInfo, bool> fits)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            var info = await run.GetInfoAsync();
            if (fits(info)) return info;
            Assert.True(DateTime.UtcNow < deadline, $"run {run.Id} is still {info.Status}: {info.Waiting}");
            await Task.Delay(5);
        }
    }

    /// <summary>Takes a parked run up again, and waits until it is.</summary>
    public async Task ResumeAsync(RunHandle run)
    {
        await run.ResumeAsync();
        await UntilAsync(run, static i => i.Status != RunStatus.Parked);
    }

    /// <summary>Waits until the run's journal has such a line.</summary>
    public async Task JournalAsync(RunHandle run, Func<JournalLine, bool> fits)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!(await run.ReadJournalAsync()).Any(fits))
        {
            Assert.True(DateTime.UtcNow < deadline, string.Join('\n', (await run.ReadJournalAsync()).Select(static l => $"{l.What} {l.Op} {l.Text}").Concat(Errors)));
            await Task.Delay(2);
        }
    }

    public Task<RunInfo> ParkedAsync(RunHandle run) => UntilAsync(run, static i => i.Status == RunStatus.Parked);

    async Task EndAsync(RunHandle run, Task end)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (await Task.WhenAny(end, Task.Delay(50)) != end)
        {
            var info = await run.GetInfoAsync();
            Assert.True(info.Status != RunStatus.Parked, $"run {run.Id}: {info.Waiting}");
            Assert.True(DateTime.UtcNow < deadline, $"run {run.Id} is still {info.Status}: {info.Waiting}");
            // A turn that breaks is a defect: waiting for the next try only hides it.
            if (_log.BrokenTurn is { } broken) Assert.Fail(broken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        // As a host does: first the engine stops, then the container goes.
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _provider.DisposeAsync();
    }
}

/// <summary>Keeps what the engine logs as errors.</summary>
sealed class Troubles : ILoggerFactory, ILogger
{
    const int BrokenTurnEvent = 13;

    readonly System.Collections.Concurrent.ConcurrentQueue<string> _errors = new();

    public IReadOnlyCollection<string> Errors => _errors;

    public string? BrokenTurn { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Error) return;
        var text = $"{formatter(state, exception)} {exception}";
        _errors.Enqueue(text);
        if (eventId.Id == BrokenTurnEvent) BrokenTurn ??= text;
    }

    public void Dispose()
    {
    }
}
