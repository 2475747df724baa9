using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>The real store of one process: it takes its time, others go on meanwhile, and what it says is written down.</summary>
sealed class WatchedStore(World world, SimulatedProcess process, SqliteStore inner) : IStore
{
    /// <summary>Why a turn is refused, where it is the world that refuses.</summary>
    public const string Refusal = "the world is against it";

    TaskCompletionSource? _pause;

    public SqliteStore Inner { get; } = inner;

    /// <summary>The backup that is under way.</summary>
    public Backup? Copying { get; set; }

    public string Location => "simulated";

    public string? SidecarPath => world.Settings.UsesMarks ? Inner.SidecarPath : null;

    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken) => Read(async _ =>
    {
        var epoch = await Inner.AcquireAsync(process.Name, default);
        // Whoever takes over syncs what he has found.
        world.Books.HaveSynced(by: null);
        if (!process.IsDead) world.Acquired(process, epoch);
        return epoch;
    }, "acquire");

    public async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        await process.PauseAsync(world.Chaos.Latency(), "append");
        Exception? failure = null;
        try
        {
            world.Note(process.Name, "commit", writes.Count);
            world.Books.Offered(writes);
            world.Accounts?.Over(writes);
            await AppendWantedAsync(writes, results);
        }
        catch (Exception error)
        {
            failure = error;
        }
        // Whoever is dead never hears of it.
        if (process.IsDead) await Never();
        if (failure is not null)
        {
            NoteFailure(failure);
            throw failure;
        }
        if (!world.Sabotage.IsNoted) return;
        var (kept, answers) = (writes.ToArray(), results.ToArray());
        world.Books.Appended(process, kept, answers);
        world.Books.OnceSynced(process, () => world.Books.Synced(process, kept, answers));
    }

    public async ValueTask SyncAsync()
    {
        await process.PauseAsync(world.Chaos.Latency(), "sync");
        Exception? failure = null;
        try
        {
            await world.Sabotage.SyncAsync(Inner);
            world.Books.HaveSynced(process);
        }
        catch (Exception error)
        {
            failure = error;
        }
        if (failure is not null) world.Books.MayHaveLost();
        if (process.IsDead) await Never();
        if (failure is not null) NoteFailure(failure);
        await process.PauseAsync(world.Chaos.Latency(), "synced");
        if (failure is not null) throw failure;
    }

    void NoteFailure(Exception failure) => world.Note(process.Name, "not committed", failure is HoldfastException known ? (long)known.Error : -1);

    /// <summary>Leaves out what the store is to refuse.</summary>
    async ValueTask AppendWantedAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        var refused = -1;
        for (var i = 0; i < writes.Count && refused < 0; i++)
            if (world.Chaos.Refuses(writes[i])) refused = i;
        if (refused < 0)
        {
            await world.Sabotage.AppendAsync(process, Inner, writes, results);
            return;
        }
        StoreWrite[] others = [.. writes.Where((_, i) => i != refused)];
        var answers = new WriteResult[others.Length];
        if (others.Length > 0) await world.Sabotage.AppendAsync(process, Inner, others, answers);
        for (int i = 0, at = 0; i < writes.Count; i++) results[i] = i == refused ? new(Verdict.Refused, Reason: Refusal) : answers[at++];
    }

    public ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) => Read(async _ =>
    {
        var stored = await Inner.LoadAsync(run, default);
        if (stored is null) return null;
        world.Books.OnceSynced(process, () => world.Books.Loaded(stored));
        return world.Sabotage.Loaded(process, stored);
    }, "load");

    public ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken) => Read(_ => Inner.LoadBlobAsync(key, hash, default), "blob");

    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken) => Read(_ => Inner.LoadCodeAsync(code, default), "code");

    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken) => Read(_ => Inner.ScanOwedAsync(after, limit, default), "owed");

    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, DueRun after, int limit, CancellationToken cancellationToken) => Read(_ => Inner.ScanDueAsync(until, after, limit, default), "due");

    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken) => Read(_ => Inner.FindAsync(workflow, key, default), "find");

    public ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken) => Read(_ => Inner.GetAsync(run, default), "get");

    public ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken) => Read(_ => Inner.ListAsync(query, default), "list");

    public ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken) => Read(_ => Inner.ReadJournalAsync(run, after, limit, default), "journal");

    public ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken) => Read(_ => Inner.FindAnswerAsync(run, dedupKey, default), "answer");

    public ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken) => Read(_ => Inner.ListDeadLettersAsync(run, limit, default), "dead");

    /// <summary>The real copy by the real connection onto the simulated disk, with pauses in which others go on. Naming it is the disk's affair.</summary>
    public async ValueTask<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken)
    {
        var backup = Copying!;
        var partial = $"{path}.partial";
        try
        {
            await Inner.CopyAsync(partial, backup.Id, () => world.Clock.UtcNow, PauseCopyAsync);
            backup.Complete();
            world.Disk.Publish(Path.GetFileName(partial), backup.Name);
            return new(path, backup.Id, backup.Utc, backup.Image!.Length);
        }
        catch (Exception) when (process.IsDead)
        {
            await Never();
            throw;
        }
        finally
        {
            world.Disk.Remove(Path.GetFileName(partial));
            Copying = null;
        }
    }

    /// <summary>Ends the copy that is under way, if one is: its process is dead, or the store is closed.</summary>
    public void GiveUpCopy() => _pause?.TrySetException(new HoldfastException(HoldfastError.BackupFailed, "The store was closed meanwhile."));

    public ValueTask DisposeAsync()
    {
        GiveUpCopy();
        return Inner.DisposeAsync();
    }

    async Task PauseCopyAsync()
    {
        var pause = _pause = new();
        world.Agenda.After(process, world.Chaos.Latency(), "copy", () => pause.TrySetResult());
        await pause.Task;
        _pause = null;
    }

    /// <summary>Reads, and sometimes lets others go first, as a thread that is held up does.</summary>
    async ValueTask<T> Read<T>(Func<int, ValueTask<T>> read, string what)
    {
        if (world.Chaos.HoldsUp()) await process.PauseAsync(TimeSpan.Zero, what);
        T value;
        try
        {
            value = await read(0);
        }
        catch (Exception) when (process.IsDead)
        {
            await Never();
            throw;
        }
        if (process.IsDead) await Never();
        if (world.Chaos.HoldsUp()) await process.PauseAsync(TimeSpan.Zero, what);
        return value;
    }

    static Task Never() => new TaskCompletionSource().Task;
}
