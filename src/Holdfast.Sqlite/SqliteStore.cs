using Holdfast.Sqlite.Files;
using Holdfast.Sqlite.Reading;
using Holdfast.Sqlite.Writing;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Sqlite;

/// <summary>
/// A store in one SQLite file, with a write-ahead log, where every append is one transaction. Beside the file stand <c>.lock</c>, <c>.owner</c> and <c>.reserve</c>, and SQLite's own <c>-wal</c> and <c>-shm</c>.
/// </summary>
/// <remarks>
/// Thread-safe. Calls work on the caller's thread and return when they are done: <see cref="SyncAsync"/> blocks for as long
/// as the disk takes to sync, and so does a read for people that comes between an append and its sync; other reads take microseconds and wait for nobody. Your own tables may
/// live in the same file. Commits of your transaction steps are durable before anybody sees them; of the engine's tables, another program may see a commit a sync too early.
/// </remarks>
public sealed class SqliteStore : IStore
{
    readonly string _path;
    readonly LockFile? _lock;
    readonly Writer? _writer;
    readonly ReaderPool _readers;
    readonly BackupCopy? _backup;
    readonly CancellationTokenSource _closing = new();
    readonly SemaphoreSlim _oneBackup = new(1);
    int _isDisposed;

    SqliteStore(string path, LockFile? @lock, Writer? writer, SqliteStoreOptions options, ILogger logger)
    {
        (_path, _lock, _writer, _readers) = (path, @lock, writer, new(path, options, logger));
        if (writer is not null) _backup = new(writer, path, options);
    }

    /// <summary>The full path of the database file.</summary>
    public string Location => _path;

    /// <summary>The full path of the database file: the engine's files are named by what they add to it.</summary>
    public string? SidecarPath => _path;

    /// <summary>Opens the file, or makes it, and owns it until the store is disposed or the process ends.</summary>
    /// <param name="path">The database file; its directory must exist. A symbolic link is followed.</param>
    /// <param name="options">How the file is used; null for the defaults.</param>
    /// <param name="logger">Where the store reports to; null for nowhere.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.StoreOwned"/>: another process, or another store of this one, has the file.
    /// <see cref="HoldfastError.StoreNewer"/>: a newer Holdfast wrote it. <see cref="HoldfastError.StoreForeign"/>: it is a database of something else.
    /// <see cref="HoldfastError.StoreCorrupt"/>: it is damaged, or no database. <see cref="HoldfastError.StoreUnusable"/>: it can never be one there. <see cref="HoldfastError.StoreUnavailable"/>,
    /// <see cref="HoldfastError.StoreFull"/>: it cannot be opened for now; the message says why. <see cref="HoldfastError.StoreReplaced"/>: it is not there, and its log is. <see cref="HoldfastError.StoreIsBackup"/>: it is a
    /// backup that <see cref="SqliteStoreOptions.AcceptBackup"/> does not name, or beside it stands the log of another file.
    /// </exception>
    public static SqliteStore Open(string path, SqliteStoreOptions? options = null, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        options.Validate();
        logger ??= NullLogger.Instance;

        SqliteLibrary.Load(logger);
        // The lock's name must be the same by whatever name the file is opened.
        var full = FullPath(path);
        var owned = LockFile.Take(full);
        try
        {
            // In a file system of somebody's own, the files beside the database are not where the database is.
            var isOfTheSystem = options.FileSystem is null;
            if (isOfTheSystem)
            {
                owned.TakeFile(full);
                CheckBeside(full);
                Sidecars.CheckWritable(full);
            }
            var store = new SqliteStore(full, owned, Writer.Open(full, options, logger), options, logger);
            // A new database is a file only now.
            if (isOfTheSystem) owned.TakeFile(full);
            owned.NameOwner();
            return store;
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the file to read it, beside the process that owns it or without one: no lock is taken and nothing in the file is changed. SQLite
    /// makes its <c>-wal</c> and <c>-shm</c> beside the file when they are not there. Calls that write throw <see cref="InvalidOperationException"/>.
    /// </summary>
    /// <param name="path">The database file.</param>
    /// <param name="options">How the file is used; null for the defaults.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.StoreUnavailable"/>: there is no such file, or nothing in it yet. <see cref="HoldfastError.StoreNewer"/>,
    /// <see cref="HoldfastError.StoreForeign"/>, <see cref="HoldfastError.StoreCorrupt"/>: as in <see cref="Open"/>. <see cref="HoldfastError.StoreIsBackup"/>: beside a copy stands the log of another file.
    /// </exception>
    public static SqliteStore OpenReadOnly(string path, SqliteStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        options.Validate();
        SqliteLibrary.Load(NullLogger.Instance);
        var full = FullPath(path);
        if (Directory.Exists(full)) throw new HoldfastException(HoldfastError.StoreUnusable, $"{full} is a directory. Name a file in it.");
        if (!File.Exists(full)) throw new HoldfastException(HoldfastError.StoreUnavailable, $"There is no file {full}, so there is nothing to read.");
        if (options.FileSystem is null) CheckBeside(full);
        try
        {
            using var database = Database.OpenReader(full, options);
            Schema.Check(database, full);
            if (Schema.VersionOf(database) == 0) throw new HoldfastException(HoldfastError.StoreUnavailable, $"{full} is empty: no engine has used it yet.");
        }
        catch (SqliteFault fault)
        {
            throw fault.ToOpeningException(full);
        }
        return new(full, null, null, options, NullLogger.Instance);
    }

    static void CheckBeside(string path)
    {
        Sidecars.CheckNotEmptied(path);
        StrayLog.Check(path);
    }

    static string FullPath(string path)
    {
        var full = Path.GetFullPath(path);
        if (new FileInfo(full).LinkTarget is null) return full;
        try
        {
            // Also of a link that leads nowhere: what stands beside the file that was there is to be found.
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (IOException)
        {
            // A circle of links: whoever opens it is told.
            return full;
        }
    }

    Writer ToWrite => _writer ?? throw new InvalidOperationException($"{_path} was opened to be read; it cannot be written to.");

    /// <inheritdoc/>
    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(ToWrite.RaiseEpoch(owner));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<long>(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        ArgumentNullException.ThrowIfNull(writes);
        ArgumentNullException.ThrowIfNull(results);
        ArgumentOutOfRangeException.ThrowIfLessThan(results.Length, writes.Count, nameof(results));
        try
        {
            ToWrite.Append(writes, results);
            return default;
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask SyncAsync()
    {
        try
        {
            ToWrite.Sync();
            return default;
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) => Read(reader => reader.Load(run), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken) =>
        Read(reader => reader.LoadBlob(key, hash), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken) => Read(reader => reader.LoadCode(code), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken) =>
        Read(reader => reader.ScanOwed(after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, DueRun after, int limit, CancellationToken cancellationToken) =>
        Read(reader => reader.ScanDue(until, after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken) =>
        Tell(reader => reader.Find(workflow, key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken) => Tell(reader => reader.Get(run), cancellationToken, static row => row?.Outcome is not null);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Tell(reader => reader.List(query), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken) =>
        Tell(reader => reader.ReadJournal(run, after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken) =>
        Tell(reader => reader.FindAnswer(run, dedupKey), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken) =>
        Tell(reader => reader.ListDeadLetters(run, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        // Elsewhere than on the caller's thread: unlike everything else here, it takes seconds.
        return new(Task.Run(() => MakeBackupAsync(path, cancellationToken), cancellationToken));
    }

    /// <summary>
    /// Moves the log into the file, closes it and gives it up; a backup that is under way is given up first. After
    /// <see cref="HoldfastError.OutcomeUnknown"/> it is given up as it is: what the file holds shows when it is opened again.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _oneBackup.WaitAsync().ConfigureAwait(false);
        _closing.Dispose();
        _readers.Dispose();
        _writer?.Dispose();
        _lock?.Dispose();
        _oneBackup.Release();
    }

    /// <summary>
    /// Gives back what this process holds of a store whose files are out of its reach: for a simulation that goes on after the death of the process that
    /// had it.
    /// </summary>
    internal void Bury()
    {
        _readers.Dispose();
        _writer?.Bury();
        _lock?.Dispose();
    }

    /// <summary>
    /// What a backup does between its two names, on the caller's thread: for a simulation, which has files and time of its own. One at a time.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <param name="id">Names the copy.</param>
    /// <param name="utc">When the copy is complete.</param>
    /// <param name="pause">Waits between two steps; what it throws gives the copy up.</param>
    internal async Task CopyAsync(string path, string id, Func<DateTimeOffset> utc, Func<Task> pause)
    {
        try
        {
            await _backup!.CopyAsync(path, pause, default).ConfigureAwait(false);
            _backup.Mark(path, id, utc());
        }
        catch (SqliteFault fault)
        {
            throw new HoldfastException(HoldfastError.BackupFailed, $"No backup was made to {path}: {fault.Message}.", fault);
        }
    }

    async Task<StoreBackup> MakeBackupAsync(string path, CancellationToken cancellationToken)
    {
        await _oneBackup.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ToWrite.ThrowIfUnusable();
            using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            return await _backup!.MakeAsync(path, given.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HoldfastException(HoldfastError.BackupFailed, $"No backup was made to {path}: the store was closed meanwhile.");
        }
        finally
        {
            _oneBackup.Release();
        }
    }

    /// <summary>Reads what the engine goes on from: whatever it builds on that is synced after it.</summary>
    ValueTask<T> Read<T>(Func<Reader, T> read, CancellationToken cancellationToken) => Tell(read, cancellationToken, static _ => false);

    /// <summary>Reads what people go by. What was committed by another thread a moment ago, and is not on the disk yet, could still be lost with the power: it is synced before they hear of it.</summary>
    /// <param name="read">What to read.</param>
    /// <param name="cancellationToken">Gives up before it is read.</param>
    /// <param name="counts">Whether anybody goes by what was read; null for always.</param>
    ValueTask<T> Tell<T>(Func<Reader, T> read, CancellationToken cancellationToken, Func<T, bool>? counts = null)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _writer?.ThrowIfUnusable();
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
            var value = _readers.Read(read);
            if (counts is null || counts(value)) _writer?.SyncSeen();
            return new(value);
        }
        catch (Exception error)
        {
            return ValueTask.FromException<T>(error);
        }
    }
}
