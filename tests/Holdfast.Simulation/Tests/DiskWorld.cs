using Holdfast.Simulation.Disk;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Simulation.Tests;

/// <summary>The real store on a simulated disk, and a row of processes that have it one after the other.</summary>
sealed class DiskWorld : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("holdfast-disk-").FullName;
    readonly Random _lot;
    readonly List<RunId> _applied = [];
    SqliteStore? _store;
    string _process = "";
    int _processes;
    int _runs;
    readonly int _checkpointPages;

    public DiskWorld(int seed, int checkpointPages = 6)
    {
        (_lot, _checkpointPages) = (new(seed), checkpointPages);
        Disk = new(_lot);
    }

    public SimulatedDisk Disk { get; }

    /// <summary>The runs whose creation was acknowledged.</summary>
    public List<RunId> Acknowledged { get; } = [];

    public SqliteStore Store => _store!;

    /// <summary>A new process takes the store over.</summary>
    public async Task<long> StartAsync(bool takesOver = false)
    {
        if (!takesOver) Bury();
        _process = $"p{++_processes}";
        Directory.CreateDirectory(Path.Combine(_root, _process));
        _store = SqliteStore.Open(Path.Combine(_root, _process, "holdfast.db"), new() { FileSystem = Disk.Name, ReserveBytes = 0, CheckpointPages = _checkpointPages });
        return await _store.AcquireAsync(_process, default);
    }

    public void Kill() => Disk.Kill(_process);

    public async Task<Verdict> CreateAsync()
    {
        var verdict = await AppendAsync();
        // Several appends, and one sync for all.
        if (_lot.Next(3) > 0) await SyncAsync();
        return verdict;
    }

    /// <summary>Creates a run, and leaves it to a later sync to acknowledge it.</summary>
    public async Task<Verdict> AppendAsync()
    {
        var run = new NewRun
        {
            Id = RunId.Create(DateTimeOffset.UnixEpoch.AddSeconds(++_runs), _lot), Workflow = "flow", Version = 1, CreatedUtc = DateTimeOffset.UnixEpoch,
            Input = new byte[_lot.Next(6000)], State = new byte[] { 1 },
        };
        var results = new WriteResult[1];
        await Store.AppendAsync([new CreateRun(run)], results);
        _applied.Add(run.Id);
        return results[0].Verdict;
    }

    public async Task SyncAsync()
    {
        await Store.SyncAsync();
        Acknowledged.AddRange(_applied);
        _applied.Clear();
    }

    /// <summary>Creates runs until something happens.</summary>
    public async Task<HoldfastException?> WorkAsync(int creates)
    {
        try
        {
            for (var i = 0; i < creates; i++) await CreateAsync();
            await SyncAsync();
            return null;
        }
        catch (HoldfastException error)
        {
            return error;
        }
    }

    /// <summary>How many of the acknowledged runs are not there.</summary>
    public async Task<int> LostAsync()
    {
        var lost = 0;
        foreach (var run in Acknowledged)
            if (await Store.GetAsync(run, default) is null) lost++;
        return lost;
    }

    /// <summary>What SQLite says of the file: "ok", or what is wrong with it.</summary>
    public string CheckFile()
    {
        using var connection = new SqliteConnection($"Data Source=file:{Uri.EscapeDataString(Path.Combine(_root, "check", "holdfast.db"))}?vfs={Disk.Name};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        Bury();
        Disk.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    void Bury()
    {
        if (_store is null) return;
        Kill();
        _store.Bury();
        _store = null;
        _applied.Clear();
    }
}
