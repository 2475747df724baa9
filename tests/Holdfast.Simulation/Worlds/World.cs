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
sealed record WorldReport(long Seed, int Events, int Deaths, IReadOnlyList<string> Violations, ulong TraceHash, IReadOnlyList<string> Trace);

/// <summary>One simulated world: a disk, a clock, processes that come and go, clients, and what must hold whatever happens. One thread does all of it.</summary>
sealed class World
{
    /// <summary>A world that does not end before this many events does not end.</summary>
    const int EventsMax = 40_000;

    /// <summary>How long nothing may be committed while a run has not ended.</summary>
    static readonly TimeSpan StillnessMax = TimeSpan.FromMinutes(30);

    readonly Scenario _scenario;
    readonly Trace _trace;
    readonly Random _lot;
    readonly List<SimulatedProcess> _alive = [];
    readonly List<SimulatedProcess> _graves = [];
    readonly Dictionary<RunId, string> _names = [];
    readonly List<string> _violations = [];
    readonly List<TaskCompletionSource> _waiting = [];
    int _processes;
    int _living;
    bool _powerIsCut;
    bool _isOver;
    int _commitsSeen;
    long _lastCommit;

    World(Scenario scenario, Sabotage sabotage, string root, int linesKept)
    {
        (_scenario, Sabotage, Root, _trace) = (scenario, sabotage, root, new(linesKept));
        _lot = LotFor("world");
        Agenda = new(LotFor("agenda"), _trace);
        Clock = new(Agenda);
        Disk = new(LotFor("disk"));
        Books = new(this);
        Ledger = new(this);
        Chaos = new(this, scenario.Faults);
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
            return new World(scenario, sabotage, root, linesKept).Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            Directory.Delete(root, recursive: true);
        }
    }

    public Random LotFor(string purpose) => Lots.Of(_scenario.Seed, purpose);

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
    public void CameUp(SimulatedProcess process, SqliteStore store)
    {
        Note(process.Name, "up", process.Epoch);
        foreach (var waiting in _waiting) Agenda.Now(Around, "no longer alone", waiting.SetResult);
        _waiting.Clear();
        foreach (var run in Acknowledged)
            if (store.GetAsync(run, default).AsTask().GetAwaiter().GetResult() is null) Complain($"{NameOf(run)} was acknowledged, and is not there");
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

    /// <summary>While one process has the file, another one does not get it.</summary>
    public void CheckRefused(SimulatedProcess owner)
    {
        try
        {
            SqliteStore.Open(Path.Combine(Root, owner.Name, "holdfast.db"), new() { FileSystem = Disk.Name, ReserveBytes = 0 }).Bury();
            Complain($"a second process was let in beside {owner.Name}");
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.StoreOwned)
        {
            Note("world", "refused");
        }
    }

    /// <summary>Something goes on by itself; what it throws is wrong.</summary>
    public void Watch(Task going) => _ = WatchAsync(going);

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
        Disk.Dispose();
        return new(_scenario.Seed, Agenda.Done, Deaths, _violations, _trace.Value, [.. _trace.Lines]);
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

    /// <summary>Nothing goes wrong any more. Whoever was replaced, and lived on, may have taken a message of which his successor has not heard.</summary>
    void CalmDown()
    {
        IsCalm = true;
        if (Chaos.HadTakeOver && Current is { } current) Exit(current, "the end of a takeover");
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
