using Holdfast.Client;
using Holdfast.Hosting;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Runtime;

/// <summary>
/// Before the first engine of a process is ready, a small workflow runs in memory up to where it waits, and a second engine goes on with it. So the code that takes up a run after a restart is
/// compiled by then, and the first run that is woken does not wait for the compiler. Once in a process; no store, log, trace or metric of the user's sees it.
/// </summary>
static class Rehearsal
{
    const string MeterName = EngineMetrics.Name + ".Rehearsal";

    /// <summary>Far longer than it takes: whoever waits for it is ready without it then.</summary>
    static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);

    static readonly Lazy<Task> Once = new(static () => Task.Run(TryAsync));
    static readonly Signal<bool> GoOn = new("go-on");

    /// <summary>Completes when this process has rehearsed. Begins with the first look; an engine that is part of it, or of a simulation, needs none.</summary>
    public static Task OverFor(HoldfastOptions options) => IsFor(options) ? Once.Value : Task.CompletedTask;

    /// <summary>Whether the engine is one that users wait for.</summary>
    public static bool IsFor(HoldfastOptions options) => options.MeterName != MeterName && options.Executor.GoesOnElsewhere;

    static async Task TryAsync()
    {
        try
        {
            await RunAsync().WaitAsync(TimeMax).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever went wrong says nothing about the engine that waits for it; its first run compiles what it needs.
        }
    }

    /// <summary>Rehearses, and returns what the workflow gives back.</summary>
    public static async Task<int> RunAsync()
    {
        await using var store = new MemoryStore();
        RunId run;
        await using (var first = Engine(store))
        {
            await first.StartAsync(default).ConfigureAwait(false);
            var handle = await new HoldfastClient(first).StartAsync((Rehearsed w) => w.Run(1), null, default).ConfigureAwait(false);
            run = handle.Id;
            while ((await handle.GetInfoAsync().ConfigureAwait(false)) is { Status: RunStatus.Running } info && info.Waiting?.Contains(GoOn.Name, StringComparison.Ordinal) is not true)
                await Task.Delay(1).ConfigureAwait(false);
        }
        await using var second = Engine(store.Reopen());
        await second.StartAsync(default).ConfigureAwait(false);
        var woken = new HoldfastClient(second).GetRun<Rehearsed, int>(run);
        await woken.SignalAsync(GoOn, true).ConfigureAwait(false);
        return await woken.ResultAsync().ConfigureAwait(false);
    }

    static Engine Engine(MemoryStore store) => new(
        new NoServices(), new HoldfastOptions { MeterName = MeterName, AlwaysCold = false }.UseStore(_ => store), new WorkflowRegistry([new WorkflowType(typeof(Rehearsed))]),
        new Dictionary<string, CallHandler>(), NullLogger.Instance, alwaysCold: false, stopHost: null);

    sealed class NoServices : IServiceProvider, IServiceScopeFactory, IServiceScope
    {
        public IServiceProvider ServiceProvider => this;

        public object? GetService(Type serviceType) => serviceType == typeof(IServiceScopeFactory) ? this : null;

        public IServiceScope CreateScope() => this;

        public void Dispose()
        {
        }
    }

    public sealed class Rehearsed : Workflow
    {
        public async Durable<int> Run(int input)
        {
            var sum = input + await Step(static () => Task.FromResult(1));
            while (!await Receive(GoOn)) { }
            return sum;
        }
    }
}
