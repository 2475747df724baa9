using Holdfast.Runtime;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Testing;

/// <summary>When time brings something next.</summary>
/// <param name="Utc">When.</param>
/// <param name="IsKept">Whether a run waits for it, and commits then; otherwise it is the time-out of an attempt that runs.</param>
readonly record struct Wake(DateTimeOffset Utc, bool IsKept);

/// <summary>One life of an engine: from its start on what is durable to its death.</summary>
sealed class EngineProcess : IAsyncDisposable
{
    readonly VirtualTime _time;
    readonly ServiceProvider _provider;
    FrozenStore? _store;

    public EngineProcess(Action<HoldfastBuilder> configure, MemoryStore memory, VirtualTime time, Action<HoldfastOptions> options)
    {
        _time = time;
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => memory.Reopen());
            o.TimeProvider = time;
            o.StopTime = TimeSpan.Zero;
            // The clock leaps over months; what has ended on the way is still asked for.
            o.Retention = Retention.Forever;
            // Here processes die on purpose.
            o.CrashesMax = o.CrashesInStepMax = 0;
            options(o);
            var open = o.StoreFactory!;
            o.UseStore(provider => _store = new(open(provider), Killing, Kept));
        });
        configure(builder);
        _provider = services.BuildServiceProvider();
    }

    /// <summary>When the process shall die; null for never.</summary>
    public KillPoint? Killing { get; init; }

    /// <summary>Told of each write that was kept; null for nobody.</summary>
    public Action<StoreWrite>? Kept { get; init; }

    public FrozenStore Store => _store ?? throw new InvalidOperationException("The engine has not started.");

    public IServiceProvider Services => _provider;

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    public Engine Engine => _provider.GetRequiredService<EngineHost>().Engine;

    public async Task StartAsync()
    {
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StartAsync(default).ConfigureAwait(false);
    }

    public async ValueTask<Wake?> NextWakeAsync()
    {
        var kept = await Store.ScanDueAsync(DateTimeOffset.MaxValue, default, 1, default).ConfigureAwait(false) is [var first, ..] ? new Wake(first.WakeUtc, IsKept: true) : (Wake?)null;
        return _time.NextDue(static of => of is Attempt or Heartbeat) is { } due && !(kept?.Utc <= due) ? new Wake(due, IsKept: false) : kept;
    }

    /// <summary>How much has been committed: to be looked at before <see cref="NextWakeAsync"/>.</summary>
    public int Appends => Store.Appends;

    /// <summary>Moves the clock to a timer's time, and waits until the timer has taken effect.</summary>
    /// <param name="wake">The timer's time.</param>
    /// <param name="appends">What <see cref="Appends"/> was before that time was looked up. A timer that is due already may have taken effect since, and would be waited for in vain.</param>
    /// <param name="patience">How long, in real time.</param>
    public async Task LeapAsync(Wake wake, int appends, TimeSpan patience)
    {
        if (!wake.IsKept)
        {
            _time.AdvanceTo(wake.Utc);
            _time.FireDue();
            return;
        }
        // Timers are armed in whole milliseconds, upwards.
        _time.AdvanceTo(wake.Utc + TimeSpan.FromMilliseconds(2));
        await UntilAsync(() =>
        {
            _time.FireDue();
            return Store.Appends > appends;
        }, patience, $"the timer of {wake.Utc:O} to take effect").ConfigureAwait(false);
    }

    /// <summary>Waits until no turn is under way, and as many steps run as the harness accepts.</summary>
    /// <param name="accepts">Given a run and how many of its attempts run.</param>
    /// <param name="patience">How long, in real time.</param>
    public Task RestAsync(Func<RunId, int, bool> accepts, TimeSpan patience) => UntilAsync(() => IsAtRest(accepts), patience, "the engine to come to rest");

    /// <summary>The same, or until nothing but steps that are not accepted has gone on for so long. False then.</summary>
    /// <param name="accepts">Given a run and how many of its attempts run.</param>
    /// <param name="stepPatience">How long a step may take, in real time, before it counts as one that waits.</param>
    /// <param name="patience">How long for all.</param>
    public async Task<bool> RestAsync(Func<RunId, int, bool> accepts, TimeSpan stepPatience, TimeSpan patience)
    {
        var since = Environment.TickCount64;
        var isAtRest = false;
        await UntilAsync(() =>
        {
            var appends = Store.Appends;
            isAtRest = IsAtRest(accepts);
            // A turn is no step: however long it takes, what it starts has its time after it.
            if (!Engine.IsAtRest(static (_, _) => true) || Store.Appends != appends) since = Environment.TickCount64;
            return isAtRest || Environment.TickCount64 - since > stepPatience.TotalMilliseconds;
        }, patience, "the engine to come to rest").ConfigureAwait(false);
        return isAtRest || Store.IsFrozen;
    }

    bool IsAtRest(Func<RunId, int, bool> accepts)
    {
        // Twice, with no commit in between: a run that was looked at could have been woken by one that was not yet.
        var appends = Store.Appends;
        return Engine.IsAtRest(accepts) && Engine.IsAtRest(accepts) && Store.Appends == appends;
    }

    async Task UntilAsync(Func<bool> holds, TimeSpan patience, string what)
    {
        var spin = new SpinWait();
        var started = Environment.TickCount64;
        while (!Store.IsFrozen && !holds())
        {
            if (Engine.Failure is { } failure && !Store.IsFrozen) throw new InvalidOperationException($"The engine has failed: {failure.Message}", failure);
            if (Environment.TickCount64 - started > patience.TotalMilliseconds) throw new TimeoutException($"Waited {patience} for {what}. {await DoingAsync().ConfigureAwait(false)}");
            if (spin.Count < 50) spin.SpinOnce(sleep1Threshold: -1);
            else await Task.Delay(1).ConfigureAwait(false);
        }
    }

    async Task<string> DoingAsync()
    {
        var running = await Client.ListAsync(new() { Status = RunStatus.Running, Limit = 10 }).ConfigureAwait(false);
        return running.Count == 0 ? "No run is running." : string.Join(' ', running.Select(static run => $"Run {run.Id} of '{run.Workflow}': {run.Waiting}."));
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default).ConfigureAwait(false);
        await _provider.DisposeAsync().ConfigureAwait(false);
    }
}
