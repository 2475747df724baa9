using Holdfast.Client;
using Holdfast.Hosting;
using Holdfast.Runtime;
using Holdfast.Agents;
using Holdfast.Simulation.Flows;
using Holdfast.Simulation.Running;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Simulation.Worlds;

/// <summary>The process that was asked is gone; whether it did what it was asked, nobody knows.</summary>
sealed class ProcessDiedException : Exception;

/// <summary>One process with an engine in it, from its start to its death. The engine, the container and the store are the real ones.</summary>
sealed class SimulatedProcess : Actor, IHostApplicationLifetime
{
    static readonly Lazy<List<WorkflowType>> Workflows = new(static () => [new(typeof(Chores)), new(typeof(Inbox)), new(typeof(Errand)), new(typeof(Firm)), new(typeof(Lead)), new(typeof(Assistant))]);

    readonly string _directory;
    readonly List<Action> _asked = [];
    ServiceProvider? _provider;
    WatchedStore? _store;
    Engine? _engine;

    public SimulatedProcess(World world, string name) : base(name)
    {
        (World, Build) = (world, world.Build);
        Time = new SimulatedTime(world.Agenda, world.Clock, this, () => World.Sabotage.Ahead(World));
        _directory = Directory.CreateDirectory(Path.Combine(world.Root, name)).FullName;
    }

    public World World { get; }

    /// <summary>Whether its engine takes calls.</summary>
    public bool IsUp { get; private set; }

    public long Epoch { get; set; }

    /// <summary>Which of the two builds of the deployed workflow it has.</summary>
    public int Build { get; }

    public Engine Engine => _engine!;

    /// <summary>The time as it sees it.</summary>
    public TimeProvider Time { get; }

    IHoldfastClient Client => _provider!.GetRequiredService<IHoldfastClient>();

    CancellationToken IHostApplicationLifetime.ApplicationStarted => default;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => default;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => default;

    /// <summary>Starts the engine. When it cannot be started, or dies meanwhile, the process is over.</summary>
    public async Task StartAsync()
    {
        try
        {
            _provider = Compose();
            var host = _provider.GetRequiredService<EngineHost>();
            _engine = host.Engine;
            await host.StartAsync(default);
            IsUp = true;
            World.CameUp(this);
        }
        catch (Exception error) when (IsDead || error is HoldfastException { IsTransient: true } or HoldfastException { Error: HoldfastError.OutcomeUnknown or HoldfastError.NotRunning or HoldfastError.OwnershipLost })
        {
            World.Exit(this, error.Message);
        }
    }

    /// <summary>Stops in good order.</summary>
    public async Task StopAsync()
    {
        IsUp = false;
        await _provider!.GetRequiredService<EngineHost>().StopAsync(default);
        World.Exit(this, "stopped");
    }

    /// <summary>Asks the engine something. Fails when the process dies before its answer is heard.</summary>
    public Task<T> AskAsync<T>(Func<IHoldfastClient, Task<T>> ask)
    {
        var heard = new TaskCompletionSource<T>();
        Action lost = () => heard.TrySetException(new ProcessDiedException());
        _asked.Add(lost);
        _ = RelayAsync();
        return heard.Task;

        async Task RelayAsync()
        {
            T answer;
            try
            {
                answer = await ask(Client);
            }
            catch (Exception error)
            {
                Tell(() => heard.TrySetException(error));
                return;
            }
            Tell(() => heard.TrySetResult(answer));
        }

        // Heard elsewhere and later: whoever asked must not go on in the middle of the engine.
        void Tell(Action tell) => World.Agenda.Now(this, "told", () =>
        {
            _asked.Remove(lost);
            tell();
        });
    }

    /// <summary>Runs that have not ended, and what they wait for, for people.</summary>
    public IEnumerable<(RunId Id, RunStatus Status, string Why)> Unfinished() => _store!.Inner.ListAsync(new(), default).AsTask().GetAwaiter().GetResult()
        .Where(static row => row.Status is RunStatus.Running or RunStatus.Parked)
        .Select(static row => (row.Id, row.Status, Kernel.StateBytes.TryRead(row.State, out _) is { } state ? Kernel.RunKernel.Describe(state) : "unreadable"));

    /// <summary>Whether the store has the run.</summary>
    public bool Has(RunId run) => World.Chaos.Look(() => _store!.Inner.GetAsync(run, default).AsTask().GetAwaiter().GetResult()) is not null;

    /// <summary>Whether a backup is under way.</summary>
    public bool IsCopying => _store is { Copying: not null };

    /// <summary>Asks the engine for a backup.</summary>
    public Task BackUpAsync(Backup backup)
    {
        _store!.Copying = backup;
        return AskAsync(c => c.BackupAsync(Path.Combine(_directory, backup.Name)));
    }

    /// <summary>Removes whatever has ended, however short ago; says how many runs that were. Beside the engine, which must be at rest.</summary>
    public async Task<int> PruneAllAsync()
    {
        var (runs, answer) = (0, new WriteResult[1]);
        do
        {
            await _store!.Inner.AppendAsync([new PruneRuns { Epoch = Epoch, Default = new(null, 0), RowsMax = 40 }], answer);
            runs += answer[0].Pruned?.Runs ?? 0;
        }
        while (answer[0].Pruned is { IsDone: false });
        return runs;
    }

    /// <summary>Goes on after a time, if the process is still there.</summary>
    public Task PauseAsync(TimeSpan time, string what) => World.Agenda.PauseAsync(this, time, what);

    /// <summary>A place in a step's code at which the process may die.</summary>
    public Task MayDieAsync(string where) => World.Chaos.DiesInStep(this, where) ? new TaskCompletionSource().Task : Task.CompletedTask;

    /// <summary>The end, whatever it was doing. What is left of it on the stack reaches nothing any more.</summary>
    public void Die()
    {
        IsDead = true;
        IsUp = false;
        World.Disk.Kill(Name);
        foreach (var lost in _asked) World.Agenda.Now(World.Around, "lost", lost);
        _asked.Clear();
        if (_store is not null) World.Marks = ReadMarks();
    }

    /// <summary>Gives back what this process of ours holds for the dead one. Not in the middle of a call of it.</summary>
    public void Bury()
    {
        _engine?.Marks.Dispose();
        _engine?.Metrics.Dispose();
        _store?.GiveUpCopy();
        _store?.Inner.Bury();
        _provider = null;
        _engine = null;
        _store = null;
    }

    void IHostApplicationLifetime.StopApplication() => World.Agenda.Now(this, "exit", () => World.Exit(this, "asked to end"));

    string MarksPath => Path.Combine(_directory, $"{World.StoreName}.running");

    byte[]? ReadMarks() => World.Settings.UsesMarks && File.Exists(MarksPath) ? File.ReadAllBytes(MarksPath) : null;

    WatchedStore Open()
    {
        if (World.Settings.UsesMarks && World.Marks is { } marks) File.WriteAllBytes(MarksPath, marks);
        var inner = SqliteStore.Open(Path.Combine(_directory, World.StoreName), new()
        {
            FileSystem = World.Disk.Name, AcceptBackup = World.AcceptedBackup, BackupStepPages = 2, ReserveBytes = 0, CheckpointPages = World.Settings.CheckpointPages, TransactionStepLimit = TimeSpan.FromHours(1), CacheBytes = 1 << 20,
        });
        return _store = new(World, this, inner);
    }

    ServiceProvider Compose()
    {
        var services = new ServiceCollection();
        var settings = World.Settings;
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => Open()).UseAgents();
            o.AlwaysCold = settings.AlwaysCold;
            o.HotRunsMax = settings.HotRunsMax;
            o.IdleTime = TimeSpan.FromSeconds(settings.IdleSeconds);
            o.BatchMax = settings.BatchMax;
            o.StepsInFlightMax = settings.StepsInFlightMax;
            o.Retention = settings.Retention;
            o.CrashesMax = settings.UsesMarks ? 3 : 0;
            o.Random = World.LotFor(Name);
            o.TimeProvider = Time;
            o.Executor = new SimulatedExecutor(World.Agenda, this);
        });
        builder.Workflows.AddRange(Workflows.Value);
        if (settings.Deploys) builder.Workflows.Add(Builds.Of(Build));
        var desk = new Desk(this);
        builder.AddStep<int, long>("double", desk.DoubleAsync);
        Tools.AddHandlers(builder, desk);
        services.AddSingleton(desk);
        services.AddSingleton(provider => Tools.Make(desk, Time, provider));
        services.AddSingleton(provider => new ErrandDefinition(desk, provider.GetRequiredService<Toolbox>(), Time));
        services.AddSingleton(provider => new FirmDefinition(desk, Time, provider));
        services.AddSingleton<IHostApplicationLifetime>(this);
        services.AddSingleton<ILoggerFactory>(new WatchedLog(World, this));
        return services.BuildServiceProvider();
    }
}
