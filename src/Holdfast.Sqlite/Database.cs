using SQLitePCL;

namespace Holdfast.Sqlite;

/// <summary>One connection: its handle, its statements, and what its errors mean. Used by one thread at a time.</summary>
sealed class Database(sqlite3 handle) : IDisposable
{
    const int StatusCacheWrites = 9, StatusDeferredForeignKeys = 10;

    readonly List<Statement> _statements = [];

    public sqlite3 Handle { get; } = handle;

    /// <summary>Whether no transaction is open: also when SQLite rolled one back by itself.</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(Handle) != 0;

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(Handle);

    public int Changes => raw.sqlite3_changes(Handle);

    /// <summary>Whether the file was opened without the right to write to it; of a file whose header was read, also whether that forbids it.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(Handle, "main") == 1;

    /// <summary>The file's own path, where links lead to.</summary>
    public string Path => raw.sqlite3_db_filename(Handle, "main").utf8_to_string();

    public bool HasViolatedForeignKeys => Status(StatusDeferredForeignKeys) != 0;

    /// <summary>How many pages this connection has written, since it was opened.</summary>
    public int PagesWritten => Status(StatusCacheWrites);

    public static Database OpenReader(string path, SqliteStoreOptions options)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, options.FileSystem);
        var database = new Database(handle);
        try
        {
            if (code != raw.SQLITE_OK) throw database.Fault();
            // Only the writer's orderly end may write to the file; the last reader to leave must not.
            database.LeaveWithoutCheckpoint(true);
            database.SetBusyTimeout(options.BusyTimeout);
            database.Execute("PRAGMA query_only = 1; PRAGMA cache_size = -4096");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file to look at it by itself: as if it had no log, and without a lock.</summary>
    public static Database OpenWithoutLog(string path)
    {
        var code = raw.sqlite3_open_v2($"file:{Uri.EscapeDataString(path)}?immutable=1", out var handle, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI, null);
        var database = new Database(handle);
        if (code == raw.SQLITE_OK) return database;
        using (database) throw database.Fault();
    }

    public Statement Prepare(string sql)
    {
        if (raw.sqlite3_prepare_v3(Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement) != raw.SQLITE_OK) throw Fault();
        var prepared = new Statement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Execute(string sql)
    {
        if (raw.sqlite3_exec(Handle, sql) != raw.SQLITE_OK) throw Fault();
    }

    public T? Query<T>(string sql, Func<Statement, T> read)
    {
        if (raw.sqlite3_prepare_v2(Handle, sql, out var statement) != raw.SQLITE_OK) throw Fault();
        using var prepared = new Statement(this, statement);
        return prepared.Step() ? read(prepared) : default;
    }

    /// <summary>Moves what the log holds into the file. False when a reader or another process kept it from finishing.</summary>
    public bool Checkpoint(bool truncate)
    {
        var mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var code = raw.sqlite3_wal_checkpoint_v2(Handle, "main", mode, out var logPages, out var movedPages);
        if (code == raw.SQLITE_BUSY) return false;
        if (code != raw.SQLITE_OK) throw Fault();
        return logPages == movedPages;
    }

    /// <summary>How long a call waits for a lock of another connection.</summary>
    public void SetBusyTimeout(TimeSpan timeout) => raw.sqlite3_busy_timeout(Handle, (int)timeout.TotalMilliseconds);

    /// <summary>Whether closing this connection leaves the file as it is, even if it is the last one on it.</summary>
    public void LeaveWithoutCheckpoint(bool isOn) => raw.sqlite3_db_config(Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isOn ? 1 : 0, out _);

    /// <summary>Lets go of every row that a statement stands on, so that it keeps no transaction open.</summary>
    public void ResetStatements()
    {
        foreach (var statement in _statements) statement.Reset();
    }

    public SqliteFault Fault() => new(raw.sqlite3_extended_errcode(Handle), SqliteLibrary.SystemErrno(Handle), raw.sqlite3_errmsg(Handle).utf8_to_string());

    public void FinalizeStatements()
    {
        foreach (var statement in _statements) statement.Dispose();
        _statements.Clear();
    }

    public void Dispose()
    {
        FinalizeStatements();
        Handle.Dispose();
    }

    int Status(int what)
    {
        raw.sqlite3_db_status(Handle, what, out var current, out _, 0);
        return current;
    }
}
