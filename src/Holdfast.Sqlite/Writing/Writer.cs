using Holdfast.Sqlite.Files;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// The one connection that writes: transactions, and what their failures mean. The rule behind most of it is that a commit
/// has three answers, not two: kept, not kept, and unknown; and after the third one nothing may be written any more.
/// </summary>
sealed class Writer : IDisposable
{
    const string Savepoint = "holdfast_write";

    /// <summary>What must never be closed, not even by a finalizer: closing would write to a file whose state nobody knows.</summary>
    static readonly List<Writer> Abandoned = [];

    readonly Lock _gate = new();
    readonly string _path, _openedPath, _logPath;
    readonly SqliteStoreOptions _options;
    readonly ILogger _logger;
    readonly GuestConnection _connection;
    readonly Database _database;
    readonly BatchWriter _batch;
    readonly ReserveFile _reserve;
    readonly Statement _begin, _commit, _rollback, _savepoint, _release, _rollbackTo;

    /// <summary>Held by whoever syncs the log. The system tells an error of a sync once, to one of those who wait for it: the others would hear that all is well.</summary>
    readonly Lock _syncGate = new();
    readonly NativeFile? _main, _log;
    readonly NamedFile? _logName;
    readonly LogIndex? _logIndex;
    readonly Growth _growth;
    int _pagesAtCheckpoint;
    long _begun, _committed, _synced;
    bool _isSyncedByCommit;
    bool _isFull;
    bool _isClosed;

    Writer(string path, SqliteStoreOptions options, ILogger logger, GuestConnection connection)
    {
        (_path, _options, _logger, _connection) = (path, options, logger, connection);
        _database = new(connection.Handle!);
        _openedPath = _database.Path;
        _logPath = _openedPath + "-wal";
        _reserve = new(path + ".reserve", options.ReserveBytes, logger);
        Prepare(_database, path, options, logger);
        (_main, _log) = (NativeFile.Main(_database), NativeFile.Log(_database));
        (_logIndex, _logName) = (_main?.LogIndex(), options.FileSystem is null ? NamedFile.Of(_logPath) : null);
        _growth = new(_database, _main, options.ReserveBytes);
        SyncsByItself(_log is null);
        connection.InstallGuards();
        _begin = _database.Prepare("BEGIN IMMEDIATE");
        _commit = _database.Prepare("COMMIT");
        _rollback = _database.Prepare("ROLLBACK");
        _savepoint = _database.Prepare($"SAVEPOINT {Savepoint}");
        _release = _database.Prepare($"RELEASE {Savepoint}");
        _rollbackTo = _database.Prepare($"ROLLBACK TO {Savepoint}");
        _batch = new(_database, connection, new(_database));
        _isFull = !_reserve.TryMake();
    }

    /// <summary>Set once the outcome of a commit is unknown; nothing may use the store after that.</summary>
    public HoldfastException? Poison { get; private set; }

    public static Writer Open(string path, SqliteStoreOptions options, ILogger logger)
    {
        var connection = new GuestConnection(ConnectionString(path, options), options.TransactionStepLimit);
        try
        {
            connection.Open();
            return new(path, options, logger, connection);
        }
        catch (Exception error)
        {
            connection.CloseForGood();
            throw error switch
            {
                SqliteFault fault => fault.ToOpeningException(path),
                SqliteException raw => Explained(raw, path, options).ToOpeningException(path),
                HoldfastException known => known,
                _ => new HoldfastException(HoldfastError.StoreUnavailable, $"{path} cannot be opened: {error.Message}", error),
            };
        }
    }

    /// <summary>An error of opening does not come with the system's own number; a second try by another way does.</summary>
    static SqliteFault Explained(SqliteException raw, string path, SqliteStoreOptions options)
    {
        try
        {
            Database.OpenReader(path, options).Dispose();
        }
        catch (SqliteFault fault)
        {
            return fault;
        }
        return new(raw.SqliteExtendedErrorCode, 0, raw.Message);
    }

    public void Append(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            // A log that was cut is as long again after the next commit, with a hole in it.
            if (IsLogCut()) throw Replaced();
            if (_isFull) PassWhileFull(writes);
            var hasSteps = HasSteps(writes);
            List<int>? refused = null;
            // Rows of users may be read by their own programs, which must not see what could still be lost.
            if (hasSteps && _log is not null) SyncsByItself(true);
            try
            {
                // One turn, but for each write that breaks a rule without a savepoint to go back to: then the batch is run again without it.
                while (!TryAppend(writes, results, hasSteps, ref refused)) { }
            }
            finally
            {
                if (hasSteps && _log is not null && Poison is null) SyncsByItself(false);
            }
            CheckpointIfDue();
        }
    }

    /// <summary>Makes durable what was committed before the call. While it waits for the disk, the next transaction may be written: the log is synced from outside of the connection.</summary>
    public void Sync()
    {
        var wanted = Volatile.Read(ref _committed);
        if (Volatile.Read(ref _synced) >= wanted) return;
        lock (_syncGate)
        {
            if (_synced >= wanted) return;
            ThrowIfUnusable();
            SyncLog();
        }
    }

    /// <summary>
    /// Makes durable whatever somebody may have read by now. Rows can be read a moment before their commit returns: whoever comes in between waits for it.
    /// </summary>
    public void SyncSeen()
    {
        var wanted = Volatile.Read(ref _begun);
        // A commit that failed has shown nothing, and takes its number back.
        for (var wait = new SpinWait(); Volatile.Read(ref _committed) < wanted && Volatile.Read(ref _begun) >= wanted && Poison is null;) wait.SpinOnce();
        ThrowIfUnusable();
        Sync();
    }

    void SyncLog()
    {
        var covered = Volatile.Read(ref _committed);
        if (_log!.Sync() is not 0 and var code) throw Abandon(new(code, 0, "the log could not be synced"));
        Acknowledge(covered);
    }

    /// <summary>Looks, after the sync, whether the path still names the files that were synced: what is acknowledged was in those.</summary>
    void Acknowledge(long covered)
    {
        if (AreFilesGone()) throw Replaced();
        Volatile.Write(ref _synced, covered);
    }

    /// <summary>Whether each commit syncs the log before it returns. Otherwise SQLite syncs it before it moves anything of it, and <see cref="Sync"/> does the rest.</summary>
    void SyncsByItself(bool isOn)
    {
        _database.Execute($"PRAGMA synchronous = {(isOn ? "FULL" : "NORMAL")}");
        _isSyncedByCommit = isOn;
    }

    public long RaiseEpoch(string owner)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            long epoch = 0;
            Transact(() => epoch = _batch.RaiseEpoch(owner));
            return epoch;
        }
    }

    /// <summary>Lends the connection between two transactions. Every commit waits meanwhile.</summary>
    public T Use<T>(Func<Database, T> work)
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            return work(_database);
        }
    }

    /// <summary>Gives back what was made with <see cref="Use"/>, whatever has become of the store since.</summary>
    public void Release(Action work)
    {
        lock (_gate) work();
    }

    public void ThrowIfUnusable()
    {
        if (Poison is { } poison) throw new HoldfastException(poison.Error, poison.Message, poison);
        ObjectDisposedException.ThrowIf(_isClosed, typeof(SqliteStore));
    }

    /// <summary>Closes the file in order; does nothing at all after an unknown outcome.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed || Poison is not null) return;
            if (AreFilesGone())
            {
                // Closing would delete the log of whatever has the name now.
                Replaced();
                return;
            }
            try
            {
                if (!_database.Checkpoint(truncate: true)) Log.CheckpointIncomplete(_logger, _path, "the file is in use elsewhere");
            }
            catch (SqliteFault fault)
            {
                Log.CheckpointIncomplete(_logger, _path, fault.Message);
                if (fault.IsFsync)
                {
                    Abandon(fault);
                    return;
                }
            }
            Close();
        }
    }

    /// <summary>Closes without a look at the file, which takes nothing any more.</summary>
    public void Bury()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            lock (Abandoned) Abandoned.Remove(this);
            Close();
        }
    }

    void Close()
    {
        // Whoever syncs uses the files of the connection.
        lock (_syncGate)
        {
            _isClosed = true;
            _logName?.Dispose();
            _database.FinalizeStatements();
            _connection.CloseForGood();
        }
    }

    static string ConnectionString(string path, SqliteStoreOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = options.FileSystem is { } name ? $"file:{Uri.EscapeDataString(path)}?vfs={name}" : path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        // A pooled connection outlives the store, and with it the file's owner.
        Pooling = false,
        DefaultTimeout = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds),
    }.ToString();

    static void Prepare(Database database, string path, SqliteStoreOptions options, ILogger logger)
    {
        // Before the first look into the file: afterwards a damaged header can be the reason as well.
        if (database.IsReadOnly) throw new HoldfastException(HoldfastError.StoreUnusable, $"{path} may not be written to by this process. Give it the right, or name another file.");
        database.SetBusyTimeout(options.BusyTimeout);
        database.Handle.enable_sqlite3_next_stmt(true);
        if (options.ValueBytesMax is { } valueBytes) SQLitePCL.raw.sqlite3_limit(database.Handle, SQLitePCL.raw.SQLITE_LIMIT_LENGTH, valueBytes);
        // Foreign keys are of the steps' own tables; whether they are on by default differs between builds of SQLite.
        // The two at the end mean something on macOS only, where a plain fsync does not reach the disk.
        database.Execute(
            $"""
            PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -{options.CacheBytes / 1024}; PRAGMA cache_spill = 0;
            PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = 1; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1
            """);
        // Until the file is known to be ours and its log is safe, closing must not change it.
        database.LeaveWithoutCheckpoint(true);
        Schema.Check(database, path);
        var isBackup = BackupMark.Check(database, path, options.AcceptBackup);
        // What a process that died left in the log may never have reached the disk: it does now, before anything is built on it.
        // Only after the check, which read from the file: SQLite takes no notice of a log before that.
        LogRewrite.Run(database);
        if (!database.Checkpoint(truncate: true)) Log.CheckpointIncomplete(logger, path, "the file is in use elsewhere");
        database.Execute("PRAGMA page_size = 8192");
        if (database.Query("PRAGMA journal_mode = WAL", row => row.Text(0)) != "wal")
            throw new HoldfastException(HoldfastError.StoreUnavailable, $"{path} cannot use a write-ahead log. Put it on a local disk.");
        Schema.Migrate(database);
        if (isBackup) Log.Restored(logger, path, BackupMark.Remove(database));
        database.LeaveWithoutCheckpoint(false);
        Log.Opened(logger, path, Schema.VersionOf(database));
    }

    static bool HasSteps(IReadOnlyList<StoreWrite> writes)
    {
        for (var i = 0; i < writes.Count; i++)
            if (writes[i] is TransactionStep or ClientTransaction) return true;
        return false;
    }

    bool TryAppend(IReadOnlyList<StoreWrite> writes, WriteResult[] results, bool hasSteps, ref List<int>? refused)
    {
        Begin();
        var at = 0;
        try
        {
            _batch.BeginBatch();
            for (; at < writes.Count; at++)
            {
                if (refused is not null && refused.Contains(at)) continue;
                results[at] = hasSteps ? ApplyInSavepoint(writes[at]) : _batch.Apply(writes[at], savepoint: null);
            }
        }
        catch (Exception error) when (RefusalReason(error) is { } reason)
        {
            Rollback();
            (refused ??= []).Add(at);
            results[at] = Refusal(writes[at], error, reason);
            return false;
        }
        catch (Exception error)
        {
            throw Undo(error);
        }
        Commit();
        return true;
    }

    WriteResult ApplyInSavepoint(StoreWrite write)
    {
        _savepoint.Run();
        WriteResult result;
        try
        {
            result = _batch.Apply(write, Savepoint);
        }
        catch (Exception error) when (RefusalReason(error) is { } reason && !_database.IsAutocommit)
        {
            _database.ResetStatements();
            _rollbackTo.Run();
            _batch.Forget();
            result = Refusal(write, error, reason);
        }
        _release.Run();
        return result;
    }

    string? RefusalReason(Exception error) => error switch
    {
        WriteRefused refused => refused.Message,
        SqliteFault { IsOfOneWrite: true } fault => $"The store cannot take it: {fault.Message}.",
        // Our own code met a row that the store never wrote. What the write did so far can be undone as long as its transaction is open; then its outcome is known.
        ArgumentException or FormatException or OverflowException or InvalidOperationException or IndexOutOfRangeException when !_database.IsAutocommit =>
            $"{_path} is damaged: {error.Message} Nothing of the write was kept. Stop, copy the file away, and restore it from a backup.",
        _ => null,
    };

    static WriteResult Refusal(StoreWrite write, Exception error, string reason)
    {
        var (run, key) = write switch
        {
            Transition transition => (transition.Run, transition.Key),
            ResultOnly result => (result.Run, result.Key),
            TransactionStep step => (step.Run, step.Key),
            PostMail post => (post.Run, default),
            RedeliverMail again => (again.Run, default),
            CreateRun create => (create.Run.Id, default(RunKey)),
            _ => default,
        };
        return new(error is WriteRefused { IsOverdue: true } ? Verdict.Undone : Verdict.Refused, run, key, Reason: reason, IsDamage: error is not (WriteRefused or SqliteFault));
    }

    void Transact(Action work)
    {
        Begin();
        try
        {
            work();
        }
        catch (Exception error)
        {
            throw Undo(error);
        }
        Commit();
        Sync();
    }

    void Begin()
    {
        try
        {
            _begin.Run();
        }
        catch (SqliteFault fault)
        {
            throw Undo(fault);
        }
    }

    void Commit()
    {
        // Whatever ended the transaction, what came after it may have been committed by itself.
        if (_database.IsAutocommit) throw Abandon(new(0, 0, "the transaction ended before its commit"));
        if (!_isSyncedByCommit)
        {
            RunCommit();
            return;
        }
        lock (_syncGate)
        {
            ThrowIfUnusable();
            // A commit that changes nothing syncs nothing, so it says nothing of the ones before.
            if (_synced < _committed) SyncLog();
            RunCommit();
            Acknowledge(_committed);
        }
    }

    void RunCommit()
    {
        Volatile.Write(ref _begun, _committed + 1);
        try
        {
            _commit.Run();
        }
        catch (SqliteFault fault)
        {
            Volatile.Write(ref _begun, _committed);
            // Busy leaves the transaction open. Full comes from a write, and a commit that was not wholly written is none.
            if ((fault.IsBusy && !_database.IsAutocommit) || fault.IsFullBeforeCommit) throw Undo(fault);
            throw Abandon(fault);
        }
        Volatile.Write(ref _committed, _begun);
    }

    /// <summary>
    /// Moves what the log holds into the file, which syncs the log. Whatever becomes of the file then, what was committed is in the log.
    /// </summary>
    bool Checkpoint(bool truncate)
    {
        Sync();
        lock (_syncGate) return _database.Checkpoint(truncate);
    }

    /// <summary>Undoes the transaction after a failure that came before the commit, and says what the caller is told.</summary>
    Exception Undo(Exception error)
    {
        if (error is SqliteFault { IsFsync: true } lost) return Abandon(lost);
        try
        {
            Rollback();
        }
        catch (SqliteFault fault)
        {
            return Abandon(fault);
        }
        if (error is not SqliteFault known) return error;
        if (known.IsFull) BecomeFull();
        return known.ToException(_path);
    }

    void Rollback()
    {
        _database.ResetStatements();
        if (!_database.IsAutocommit) _rollback.Run();
        _batch.Forget();
    }

    HoldfastException Abandon(SqliteFault fault)
    {
        Log.Abandoned(_logger, _path, fault.Message);
        lock (Abandoned) Abandoned.Add(this);
        return Poison = new(HoldfastError.OutcomeUnknown,
            $"A commit to {_path} failed with '{fault.Message}', and whether it was kept shows only when the file is read again. The store is not used any more; restart the engine.", fault);
    }

    /// <summary>Whether somebody moved, replaced or deleted the file or its log, or cut one of them.</summary>
    bool AreFilesGone() => _main is { HasMoved: true } || IsLogCut()
        || (_options.FileSystem is null && (_logName?.IsGone != false || new FileInfo(_openedPath) is not { Exists: true, Length: >= Schema.HeaderBytes }));

    /// <summary>Whether the log is shorter than what counts of it.</summary>
    bool IsLogCut()
    {
        if (_log is null || _logIndex is null) return false;
        while (true)
        {
            var wanted = _logIndex.LogBytesMin;
            if (_log.Length(out var bytes) != 0 || bytes >= wanted) return false;
            // Somebody may have cut it in good order in between.
            if (_logIndex.LogBytesMin == wanted) return true;
        }
    }

    HoldfastException Replaced()
    {
        Log.Abandoned(_logger, _path, "it or its log was moved, replaced, deleted or cut");
        lock (Abandoned) Abandoned.Add(this);
        return Poison = new(HoldfastError.StoreReplaced,
            $"{_path} is not the file any more that the engine has open: it or its -wal file was moved, replaced, deleted or cut while the engine ran. Nothing is acknowledged from here on, and the last commit is not in the file of that name. "
            + "Put the file back with its -wal file, and start again; to restore a backup, stop the engine first.");
    }

    void CheckpointIfDue()
    {
        if (_database.PagesWritten - _pagesAtCheckpoint < _options.CheckpointPages && !_growth.IsDue()) return;
        try
        {
            // Busy is no harm: the next time will do.
            Checkpoint(truncate: false);
            _pagesAtCheckpoint = _database.PagesWritten;
        }
        catch (SqliteFault fault) when (fault.IsFull)
        {
            BecomeFull();
        }
        catch (SqliteFault fault)
        {
            // The batch is durable and its answers stand; but a file that cannot be synced takes nothing more.
            Log.CheckpointIncomplete(_logger, _path, fault.Message);
            if (fault.IsFsync) Abandon(fault);
        }
    }

    void BecomeFull()
    {
        if (!_isFull) Log.Full(_logger, _path);
        _isFull = true;
        _reserve.Release();
    }

    /// <summary>
    /// Looks whether there is room again. If not, the room of the reserve is for what ends runs; anything else would eat it up.
    /// </summary>
    void PassWhileFull(IReadOnlyList<StoreWrite> writes)
    {
        if (IsForReserveOnly(writes)) return;
        // Begun with too little room, moving the log takes what there is and moves nothing; and every probe makes it longer.
        if (!_growth.FitsReserve && !_reserve.TryMake()) throw Full();
        ShrinkLog();
        Transact(_batch.Probe);
        if (!_reserve.TryMake() && !HasRoomInFile()) throw Full();
        _isFull = false;
        Log.RoomAgain(_logger, _path);
    }

    HoldfastException Full() => new(HoldfastError.StoreFull, $"The disk of {_path} is full; nothing of the call was kept. Make room; the engine goes on by itself.");

    /// <summary>The log keeps the room that it once took; when all of it is in the file, cutting it off gives that room back.</summary>
    void ShrinkLog()
    {
        // Waiting for a reader would keep out what ends runs; the next try will do.
        _database.SetBusyTimeout(TimeSpan.Zero);
        try
        {
            if (Checkpoint(truncate: true)) _pagesAtCheckpoint = _database.PagesWritten;
        }
        catch (SqliteFault fault) when (fault.IsFull)
        {
            // The file cannot grow either: as full as before.
        }
        catch (SqliteFault fault)
        {
            Log.CheckpointIncomplete(_logger, _path, fault.Message);
            if (fault.IsFsync) throw Abandon(fault);
        }
        finally
        {
            _database.SetBusyTimeout(_options.BusyTimeout);
        }
    }

    /// <summary>Pages that pruning has freed are as good as room on the disk, as long as the log can begin again at its beginning.</summary>
    bool HasRoomInFile()
    {
        try
        {
            var freeBytes = _database.Query("PRAGMA freelist_count", row => row.Long(0)) * _database.Query("PRAGMA page_size", row => row.Long(0));
            return freeBytes >= _options.ReserveBytes && Checkpoint(truncate: false);
        }
        catch (SqliteFault fault)
        {
            throw fault.IsFsync ? Abandon(fault) : fault.ToException(_path);
        }
    }

    static bool IsForReserveOnly(IReadOnlyList<StoreWrite> writes)
    {
        for (var i = 0; i < writes.Count; i++)
            if (!writes[i].IsForReserve) return false;
        return true;
    }
}
