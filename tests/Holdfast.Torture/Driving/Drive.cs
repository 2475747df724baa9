using Holdfast.Runtime;
using Holdfast.Storage;
using Holdfast.Testing;
using Holdfast.Torture.Corpus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Torture.Driving;

/// <summary>
/// Runs one workflow of the corpus in an engine, and delivers one thing at a time: whenever the engine is at rest, the oldest step is let
/// go; when no step waits, the next act of the script is played; when there is none, the clock goes to the next timer. So every drive of a
/// workflow hears the same things in the same order, however often its process was changed.
/// </summary>
sealed class Drive : IAsyncDisposable
{
    /// <summary>How long the engine may take to come to rest: much longer than it does, on a machine that does much else.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    readonly CorpusCase _case;
    readonly DriveState _state;
    readonly VirtualTime _time;
    readonly StepGate _gate = new();
    readonly DrivenStore _store;
    readonly ServiceProvider _provider;
    readonly int _awaitsBefore;

    Drive(CorpusCase tested, DriveState state, IStore store, bool alwaysCold, int awaitsMax)
    {
        (_case, _state) = (tested, state);
        _time = new(state.Utc);
        _awaitsBefore = state.Awaits;
        _store = new(store, _gate) { AwaitsMax = awaitsMax };
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => _store);
            o.AlwaysCold = alwaysCold;
            o.TimeProvider = _time;
            o.StopTime = TimeSpan.Zero;
            // The clock leaps over years; what has ended on the way is still asked for.
            o.Retention = Retention.Forever;
            // Steps that are held count as running.
            o.StepsInFlightMax = 1_000_000;
            // Here the process dies on purpose, more often than one should in the middle of the same step.
            o.CrashesMax = o.CrashesInStepMax = 0;
        });
        foreach (var workflow in tested.Workflows) builder.AddWorkflow(workflow);
        CorpusCases.Register(builder);
        _provider = services.BuildServiceProvider();
    }

    IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    Engine Engine => _provider.GetRequiredService<EngineHost>().Engine;

    /// <summary>Drives the workflow from its present state until it has ended, or until so many further awaits are durable.</summary>
    public static async Task RunAsync(CorpusCase tested, DriveState state, IStore store, bool alwaysCold, int awaitsMax = int.MaxValue)
    {
        await using var drive = new Drive(tested, state, store, alwaysCold, awaitsMax);
        await drive.RunAsync();
    }

    async Task RunAsync()
    {
        try
        {
            await DeliverAsync(await StartAsync());
        }
        catch (HoldfastException) when (_store.IsFrozen)
        {
            // The process has died, as it was told to.
        }
        // It may have died before it could say which run it began.
        if (_state.Run is null && (await _store.ListAsync(new() { Limit = 10_000 }, default)) is [.., var first]) _state.Run = first.Id.ToString();
        _state.Utc = _time.GetUtcNow();
        _state.Awaits = _awaitsBefore + _store.Awaits;
        _state.SnapshotBytesMax = Math.Max(_state.SnapshotBytesMax, _store.SnapshotBytesMax);
    }

    async Task<RunHandle> StartAsync()
    {
        // Known from before: their steps are held from the moment that they are taken up.
        foreach (var row in (await _store.ListAsync(new() { Limit = 10_000 }, default)).Reverse()) _gate.Drive(row.Id);
        if (_state.Run is { } known) _store.Root = RunId.Parse(known);
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        if (_state.Run is not null) return Client.GetRun(_store.Root);
        var run = await _case.Start(Client);
        _store.Root = run.Id;
        _state.Run = run.Id.ToString();
        return run;
    }

    async Task DeliverAsync(RunHandle run)
    {
        while (true)
        {
            await RestAsync();
            if (_store.IsFrozen) return;
            if (_store.RootHasEnded)
            {
                _state.End = await EndOfAsync(run);
                return;
            }
            if (_time.FireDue()) continue;
            var awaits = _awaitsBefore + _store.Awaits;
            if (_gate.Release() is { } step)
            {
                _state.Delivered.Add(new(awaits, step));
                continue;
            }
            var info = await run.GetInfoAsync();
            if (info.Status is not RunStatus.Running)
            {
                _state.End = $"{info.Status}: {info.Waiting}";
                return;
            }
            if (_state.Acts < _case.Script.Count && _case.Script[_state.Acts] is { Do: { } act, Name: var name }) await ActAsync(run, act, new(awaits, name));
            else if (await NextWakeAsync() is { } wake) await WaitAsync(wake, awaits);
            else
            {
                _state.End = $"stuck: {info.Waiting}";
                return;
            }
        }
    }

    async Task ActAsync(RunHandle run, Func<RunHandle, Task> act, Delivery delivery)
    {
        var posts = _store.Posts;
        try
        {
            await act(run);
        }
        finally
        {
            // The answer may be lost with the process that should have given it; the message is kept all the same.
            if (_store.Posts > posts)
            {
                _state.Acts++;
                _state.Delivered.Add(delivery);
            }
        }
    }

    async Task<DateTimeOffset?> NextWakeAsync() => (await _store.ScanDueAsync(DateTimeOffset.MaxValue, default, 1, default)) is [var first, ..] ? first.WakeUtc : null;

    async Task WaitAsync(DateTimeOffset wake, int awaits)
    {
        if (_state.Acts < _case.Script.Count) _state.Acts++;
        _state.Delivered.Add(new(awaits, $"time {wake - DriveState.Beginning}"));
        var appends = _store.Appends;
        // Timers are armed in whole milliseconds, upwards.
        _time.AdvanceTo(wake + TimeSpan.FromMilliseconds(2));
        await UntilAsync(() =>
        {
            _time.FireDue();
            return _store.Appends > appends;
        }, $"the timer of {wake:O} to be seen");
    }

    Task RestAsync() => UntilAsync(IsAtRest, "the engine to come to rest");

    /// <summary>Twice, with no commit in between: a run that was looked at could have been woken by one that was not yet.</summary>
    bool IsAtRest()
    {
        var appends = _store.Appends;
        return Engine.IsAtRest(IsHeld) && Engine.IsAtRest(IsHeld) && _store.Appends == appends;
    }

    bool IsHeld(RunId run, int running) => running == _gate.CountOf(run);

    async Task UntilAsync(Func<bool> holds, string what)
    {
        var spin = new SpinWait();
        var started = Environment.TickCount64;
        while (!_store.IsFrozen && !holds())
        {
            if (Engine.Failure is { } failure && !_store.IsFrozen) throw new InvalidOperationException($"{_case.Name}: the engine has failed.", failure);
            if (Environment.TickCount64 - started > Patience.TotalMilliseconds) throw new TimeoutException($"{_case.Name}: waited {Patience} for {what}.");
            if (spin.Count < 50) spin.SpinOnce(sleep1Threshold: -1);
            else await Task.Delay(1);
        }
    }

    static async Task<string> EndOfAsync(RunHandle run)
    {
        try
        {
            return await run.ResultAsync<string>();
        }
        catch (HoldfastException error)
        {
            return $"{error.Error}: {error.Message}".Replace(run.Id.ToString(), "RUN", StringComparison.Ordinal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _provider.DisposeAsync();
        _gate.Dispose();
    }
}
