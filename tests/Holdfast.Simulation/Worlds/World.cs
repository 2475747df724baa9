using Holdfast.Simulation.Disk;
using Holdfast.Simulation.Running;
using Holdfast.Sqlite;

namespace Holdfast.Simulation.Worlds;

/// <summary>How a world went.</summary>
/// <param name="Seed">Which world it was.</param>
/// <param name="Events">How many things were done in it.</param>
/// <param name="Deaths">How many processes died in it.</param>
/// <param name="Violations">What was wrong; empty for nothing.</param>
/// <param name="TraceHash">Stands for all that happened.</param>
/// <param name="Trace">The last that happened.</param>
sealed record WorldReport(long Seed, int Events, int Deaths, IReadOnlyList<string> Violations, ulong TraceHash, IReadOnlyList<string> Trace)
{
    /// <summary>This world and one that went on from a backup of it.</summary>
    public WorldReport Then(WorldReport next, string from) => new(
        Seed, Events + next.Events, Deaths + next.Deaths, [.. Violations, .. next.Violations.Select(v => $"after {from}: {v}")], (TraceHash ^ next.TraceHash) * 0x100000001b3, [.. Trace, .. next.Trace]);
}

/// <summary>One simulated world: a disk, a clock, processes that come and go, clients, and what must hold whatever happens. One thread does all of it.</summary>
sealed class World
{
    /// <summary>The store's file.</summary>
    public const string StoreName = "holdfast.db";

    /// <summary>A world that does not end before this many events does not end.</summary>
    const int EventsMax = 40_000;

    /// <summary>How long nothing may be committed while a run has not ended.</summary>
    static readonly TimeSpan StillnessMax = TimeSpan.FromMinutes(30);

    /// <summary>When the first of the worlds begins.</summary>
    static readonly DateTimeOffset Beginning = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Scenario _scenario;
    readonly Backup? _from;
    readonly List<Backup> _backups = [];
    readonly Trace _trace;
    readonly Random _lot;
    readonly List<SimulatedProcess> _alive = [];
    readonly List<SimulatedProcess> _graves = [];
    readonly Dictionary<RunId, string> _names = [];
    readonly List<string> _violations = [];
    readonly List<TaskCompletionSource> _waiting = [];
    int _copies;
    int _processes;
    int _living;
    bool _powerIsCut;
    bool _isOver;
    int _commitsSeen;
    long _lastCommit;

    World(Scenario scenario, Sabotage sabotage, string root, int linesKept, Backup? from)
    {
        (_scenario, Sabotage, Root, _trace, _from) = (scenario, sabotage, root, new(linesKept), from);
        _lot = LotFor("world");
        Agenda = new(LotFor("agenda"), _trace);
        Clock = new(Agenda, from?.Utc ?? Beginning);
        Disk = new(LotFor("disk"));
        Books = from?.Books!.CopyFor(this) ?? new(this);
        Ledger = from?.Ledger!.CopyFor(this) ?? new(this);
        if (scenario.Runs.Any(static r => r.Firm is not null)) Accounts = new(this);
        Chaos = new(this, scenario.Faults, from is { HadTakeOver: true });
        if (from is null) return;
        Disk.Import(StoreName, from.Image!);
        Acknowledged.AddRange(from.Acknowledged);
        (BuildOf, Build, Redelivered) = (new(from.BuildOf), from.Build, [.. from.Redelivered]);
    }

    public string Root { get; }

    public Settings Settings => _scenario.Settings;

    public Sabotage Sabotage { get; }

    public Agenda Agenda { get; }

    public WallClock Clock { get; }

    public SimulatedDisk Disk { get; }

    public Books Books { get; }

    public Ledger Ledger { get; }

    public Chaos Chaos { get; }

    /// <summary>Looks at the accounts all the time; null where none has another one above it.</summary>
    public AccountWatch? Accounts { get; }

    /// <summary>Whoever is no process: clients, the operator.</summary>
    public Actor Around { get; } = new("world");

    /// <summary>The process that owns the store, or is about to.</summary>
    public SimulatedProcess? Current { get; private set; }

    /// <summary>The highest epoch that was given.</summary>
    public long Epoch { get; private set; }

    /// <summary>Which runs had code on a thread when the last process died.</summary>
    public byte[]? Marks { get; set; }

    public int Deaths { get; private set; }

    /// <summary>Which build the next process has of the workflow that is deployed.</summary>
    public int Build { get; private set; }

    /// <summary>In which build each of its runs began.</summary>
    public Dictionary<RunId, string> BuildOf { get; } = [];

    /// <summary>The backup from which the store may be opened.</summary>
    public string? AcceptedBackup => _from?.Id;

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>Runs whose start was acknowledged.</summary>
    public List<RunId> Acknowledged { get; } = [];

    /// <param name="scenario">What is to happen.</param>
    /// <param name="sabotage">What breaks a promise.</param>
    /// <param name="linesKept">How much of the trace is told in the end.</param>
    public static WorldReport Run(Scenario scenario, Sabotage sabotage, int linesKept = 60)
    {
        var root = Directory.CreateTempSubdirectory("holdfast-world-").FullName;
        // Where there is one, as in a test, what waits would go on in it instead of here.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new World(scenario, sabotage, root, linesKept, from: null).Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            Directory.Delete(root, recursive: true);
        }
    }

    public Random LotFor(string purpose) => Lots.Of(_scenario.Seed, _from is null ? purpose : $"{purpose} after {_from.Name}");

    public void Note(string who, string what, long a = 0, long b = 0) => _trace.Add(Agenda.Elapsed, who, what, a, b);

    /// <summary>Something does not hold: the world ends here.</summary>
    public void Complain(string what)
    {
        Note("world", "violation");
        _violations.Add(what);
    }

    /// <summary>A run as the trace calls it: ids say nothing to people.</summary>
    public string NameOf(RunId run) => _names.TryGetValue(run, out var name) ? name : _names[run] = $"child {_names.Count}";

    public void Named(RunId run, string name) => _names[run] = name;

    /// <summary>Runs of which a dead letter was put back.</summary>
    public HashSet<RunId> Redelivered { get; } = [];

    /// <summary>Runs that are agents.</summary>
    public HashSet<RunId> Errands { get; } = [];

    public bool IsErrand(RunId run) => Errands.Contains(run);

    /// <summary>A process starts, whoever else is there.</summary>
    public void Start()
    {
        var process = new SimulatedProcess(this, $"p{++_processes}");
        _alive.Add(process);
        Current = process;
        Agenda.Now(process, "start", () => Watch(process.StartAsync()));
    }

    public void Acquired(SimulatedProcess process, long epoch)
    {
        if (epoch <= Epoch) Complain($"{process.Name} got epoch {epoch} after {Epoch} was given");
        process.Epoch = Epoch = epoch;
    }

    /// <summary>An engine takes calls from now on: what was acknowledged before must be there.</summary>
    public void CameUp(SimulatedProcess process)
    {
        Note(process.Name, "up", process.Epoch);
        foreach (var waiting in _waiting) Agenda.Now(Around, "no longer alone", waiting.SetResult);
        _waiting.Clear();
        Books.CheckGone(process.Has);
        foreach (var run in Acknowledged)
            if (!Books.MayBeGone(run) && !process.Has(run)) Complain($"{NameOf(run)} was acknowledged, and is not there");
    }

    public void Kill(SimulatedProcess process)
    {
        if (process.IsDead) return;
        Deaths++;
        Exit(process, "killed");
    }

    /// <summary>The machine stops: whatever ran is dead, and the disk decides what was written.</summary>
    public void CutPower()
    {
        Books.MayHaveLost();
        _powerIsCut = true;
        foreach (var process in _alive.ToArray()) Kill(process);
        Marks = null;
    }

    public void DiedInCall(string name, bool cutsPower)
    {
        if (_alive.Find(p => p.Name == name) is { } process) Kill(process);
        if (cutsPower) CutPower();
    }

    /// <summary>The process is gone, and another one comes after a while.</summary>
    public void Exit(SimulatedProcess process, string why)
    {
        if (process.IsDead) return;
        Note(process.Name, "is gone");
        process.Die();
        _alive.Remove(process);
        _graves.Add(process);
        if (process != Current) return;
        Current = null;
        var wait = _lot.Next(4) == 0 ? TimeSpan.FromSeconds(_lot.Next(1, 100)) : TimeSpan.FromMilliseconds(_lot.Next(5, 500));
        Agenda.After(Around, wait, "restart", Start);
    }

    /// <summary>What starts next is the other build.</summary>
    public void Deploy(SimulatedProcess process)
    {
        Build = 1 - Build;
        Restart(process);
    }

    public void Restart(SimulatedProcess process) => Agenda.Now(process, "stop", () => Watch(process.StopAsync()));

    /// <summary>Ended runs are removed by a rule of somebody's own; when that is answered, they are gone.</summary>
    public async Task PruneByHandAsync(Fault fault)
    {
        var retention = fault.Coin ? new Retention { Age = TimeSpan.FromSeconds(fault.Number) } : new() { Age = null, CountMax = fault.Number / 8 };
        var workflow = fault.Number % 3 == 0 ? "chores" : null;
        var cutoff = default(DateTimeOffset);
        var asked = Books.Allow(retention, workflow);
        await AskAsync("prune", c =>
        {
            cutoff = Clock.UtcNow - (retention.Age ?? TimeSpan.Zero);
            return c.PruneAsync(retention, workflow);
        });
        try
        {
            if (Current is { IsUp: true } process)
            {
                Books.CheckGone(process.Has);
                if (fault.Coin) Books.CheckPruned(cutoff, workflow, process.Has);
            }
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.OutcomeUnknown)
        {
            // The disk failed between the answer and this look, and the process tells nobody anything any more.
            Note("world", "cannot look");
        }
        Books.Forbid(asked);
    }

    /// <summary>A backup is asked for, once: whoever dies meanwhile leaves none.</summary>
    public async Task BackUpAsync(SimulatedProcess process)
    {
        if (!process.IsUp || process.IsCopying) return;
        var backup = new Backup(this, $"backup-{++_copies}.db");
        try
        {
            await process.BackUpAsync(backup);
            Note("world", "backed up");
            _backups.Add(backup);
        }
        catch (Exception error) when (error is ProcessDiedException or HoldfastException)
        {
            Note("world", "no backup", error is HoldfastException known ? (long)known.Error : 0);
        }
    }

    /// <summary>While one process has the file, another one does not get it.</summary>
    public void CheckRefused(SimulatedProcess owner) => CheckRefused(owner.Name, HoldfastError.StoreOwned, $"a second process was let in beside {owner.Name}");

    void CheckRefused(string process, HoldfastError expected, string complaint)
    {
        try
        {
            SqliteStore.Open(Path.Combine(Root, process, StoreName), new() { FileSystem = Disk.Name, ReserveBytes = 0 }).Bury();
            Complain(complaint);
        }
        catch (HoldfastException error) when (error.Error == expected)
        {
            Note("world", "refused");
        }
    }

    /// <summary>Something goes on by itself; what it throws is wrong.</summary>
    public void Watch(Task going) => _ = WatchAsync(going);

    /// <summary>Whether this is an answer that one gets of a run that has ended; or that was removed, if it may have been.</summary>
    public bool IsOver(HoldfastException error, RunId run) => error.Error == HoldfastError.RunFinished || (error.Error == HoldfastError.UnknownRun && Books.MayBeGone(run));

    public Task PauseAsync(TimeSpan time, string what) => Agenda.PauseAsync(Around, time, what);

    /// <summary>Asks whoever owns the store, again and again until there is an answer that is one.</summary>
    public async Task<T> AskAsync<T>(string what, Func<IHoldfastClient, Task<T>> ask)
    {
        while (true)
        {
            if (Current is not { IsUp: true } process) await NextAsync();
            else
            {
                try
                {
                    Note("world", what);
                    return await process.AskAsync(ask);
                }
                catch (ProcessDiedException)
                {
                    // Nobody knows; it is asked again, under the same key.
                    continue;
                }
                catch (HoldfastException error) when (error.IsTransient || error.Error is HoldfastError.NotRunning or HoldfastError.OutcomeUnknown or HoldfastError.OwnershipLost or HoldfastError.AnswerTimeout)
                {
                    Note("world", "not now", (long)error.Error);
                }
            }
            await PauseAsync(TimeSpan.FromMilliseconds(_lot.Next(5, 300)), what);
        }
    }

    /// <summary>Waits for the next process to take calls.</summary>
    Task NextAsync()
    {
        var up = new TaskCompletionSource();
        _waiting.Add(up);
        return up.Task;
    }

    /// <summary>A client begins or ends.</summary>
    public void Lives(int change) => _living += change;

    WorldReport Run()
    {
        if (_from is not null)
        {
            Directory.CreateDirectory(Path.Combine(Root, "unnamed"));
            CheckRefused("unnamed", HoldfastError.StoreIsBackup, $"{_from.Name} was opened by somebody who did not name it");
        }
        Start();
        foreach (var planned in _scenario.Runs) Watch(new RunClient(this, planned).LiveAsync());
        Watch(new Operator(this).LiveAsync());
        while (!_isOver && _violations.Count == 0)
        {
            BuryDead();
            Chaos.Go();
            BuryDead();
            if (!IsCalm && Chaos.IsOver) CalmDown();
            if (_living == 0 && IsCalm) Finish();
            if (!Agenda.DoNext()) Complain("there is nothing left to do");
            CheckOften();
        }
        foreach (var process in _alive.ToArray()) Exit(process, "the end");
        BuryDead();
        if (Disk.OpenCount > 0 && _violations.Count == 0) Complain($"{Disk.OpenCount} files were left open");
        var report = new WorldReport(_scenario.Seed, Agenda.Done, Deaths, _violations, _trace.Value, [.. _trace.Lines]);
        foreach (var backup in _backups)
            if (report.Violations.Count == 0) report = report.Then(GoOnFrom(backup), backup.Name);
        Disk.Dispose();
        return report;
    }

    /// <summary>What would have become of all this if only the backup were left: each run in it goes on to an end that is legal, in a copy of the world outside.</summary>
    WorldReport GoOnFrom(Backup backup)
    {
        if (backup.Image is null) return new(_scenario.Seed, 0, 0, [$"{backup.Name} was made, and is not there"], 0, []);
        var root = Directory.CreateDirectory(Path.Combine(Root, $"after {backup.Name}")).FullName;
        return new World(_scenario with { Faults = [] }, Sabotage, root, _trace.LinesKept, backup).Run();
    }

    void BuryDead()
    {
        if (_graves.Count == 0 && !_powerIsCut) return;
        foreach (var process in _graves) process.Bury();
        _graves.Clear();
        if (!_powerIsCut) return;
        _powerIsCut = false;
        Disk.CutPower();
    }

    /// <summary>Nothing goes wrong any more. Whoever was replaced, lives on and has nothing to write does not hear of it, nor does anybody who waits for him: he goes.</summary>
    void CalmDown()
    {
        IsCalm = true;
        foreach (var replaced in _alive.FindAll(process => process != Current)) Exit(replaced, "the end of a takeover");
    }

    void CheckOften()
    {
        if (Agenda.Escaped is { } what) Complain($"'{what}' came from another thread");
        if (Disk.Broken is { } broken) Complain($"the disk's decision threw {broken}");
        if (Agenda.Done > EventsMax) Complain($"the world does not end: {Unfinished()}");
        if (Books.Commits != _commitsSeen) (_commitsSeen, _lastCommit) = (Books.Commits, Agenda.Elapsed);
        else if (IsCalm && _living > 0 && Agenda.Elapsed - _lastCommit > StillnessMax.Ticks) Complain($"nothing goes on: {Unfinished()}");
    }

    string Unfinished() => Current is { IsUp: true } process ? string.Join("; ", process.Unfinished().Select(i => $"{NameOf(i.Id)}: {i.Status} {i.Why}")) : "no process is up";

    void Finish()
    {
        _living = -1;
        Watch(new LastLook(this, _scenario).LookAsync(() => _isOver = true));
    }

    async Task WatchAsync(Task going)
    {
        try
        {
            await going;
        }
        catch (Exception error)
        {
            Complain($"{error}");
        }
    }
}
