using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// The writer's own connection, lent to transaction steps. While a step has it, the step can read and write its own
/// tables, and nothing else: it can neither end the engine's transaction, nor touch the engine's tables, nor close the connection.
/// </summary>
sealed class GuestConnection : SqliteConnection
{
    const string Ours = Schema.TablePrefix;
    /// <summary>How many instructions of SQLite's machine pass between two looks at the clock: well under a millisecond.</summary>
    const int InstructionsPerCheck = 10_000;

    readonly TimeSpan _limit;
    long _lentAt;
    /// <summary>The thread of the step that has the connection, or zero.</summary>
    int _borrower;
    bool _isGuarded;
    bool _mayClose;
    bool _hasDefined;

    public GuestConnection(string connectionString, TimeSpan limit) : base(connectionString) => _limit = limit;

    bool IsLent => _borrower != 0;

    bool IsOverdue => Stopwatch.GetElapsedTime(_lentAt) > _limit;

    /// <summary>Open for the code that it is lent to, while it is: commands ask this before they run. Whoever kept it, or a command of it, finds it closed.</summary>
    public override ConnectionState State => _isGuarded && !_mayClose && _borrower != Environment.CurrentManagedThreadId ? ConnectionState.Closed : base.State;

    /// <summary>Installed once: installing it for each step would make SQLite compile every statement of ours again.</summary>
    public void InstallGuards()
    {
        _isGuarded = true;
        raw.sqlite3_set_authorizer(Handle, Authorize, null);
        // SQLite rolls a transaction back by itself when the disk is full; what the step does next would then stay, on its own.
        raw.sqlite3_commit_hook(Handle, _ => IsLent ? 1 : 0, null);
    }

    /// <summary>Runs a step.</summary>
    /// <exception cref="WriteRefused">The step broke what it may do; it is undone, and refused with the reason.</exception>
    /// <exception cref="SqliteFault">The transaction is gone, with everything in the batch.</exception>
    public TransactionAnswer Run(Func<DbConnection, TransactionAnswer> work)
    {
        var database = new Database(Handle!);
        TransactionAnswer answer;
        _lentAt = Stopwatch.GetTimestamp();
        _borrower = Environment.CurrentManagedThreadId;
        _hasDefined = false;
        raw.sqlite3_progress_handler(Handle, InstructionsPerCheck, _ => IsOverdue ? 1 : 0, null);
        try
        {
            answer = work(this);
        }
        catch (Exception error)
        {
            if (database.IsAutocommit) throw Lost(database);
            throw IsOverdue ? TooSlow() : new WriteRefused($"The transaction step threw {error.GetType().Name}: {error.Message}");
        }
        finally
        {
            _borrower = 0;
            raw.sqlite3_progress_handler(Handle, 0, null, null);
            CloseReaders();
        }
        if (database.IsAutocommit) throw Lost(database);
        if (IsOverdue) throw TooSlow();
        if (answer.Keep && database.HasViolatedForeignKeys)
            throw new WriteRefused("The transaction step leaves a deferred foreign key violated, so its transaction could not commit.");
        if (answer.Keep && _hasDefined && OnOurs(database) is { } name)
            throw new WriteRefused($"The transaction step defines '{name}', whose definition names a table of the engine ({Ours}…). A view or a foreign key on these tables would stand in the way of the engine's own work on them.");
        return answer;
    }

    /// <summary>Closes for good; only the store does.</summary>
    public void CloseForGood()
    {
        _mayClose = true;
        Close();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (_mayClose) base.Close();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_mayClose) base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw NoTransactions();

    /// <inheritdoc/>
    public override SqliteTransaction BeginTransaction(IsolationLevel isolationLevel, bool deferred) => throw NoTransactions();

    // A conflict clause or a trigger of the user's can roll everything back; otherwise it was the disk.
    Exception Lost(Database database) =>
        database.Fault() is { IsOfTheDisk: true } fault ? fault
        : IsOverdue ? TooSlow()
        : new WriteRefused("The transaction step rolled back the whole transaction, by a ROLLBACK conflict clause or trigger.");

    // Every other run waits for its commit meanwhile.
    WriteRefused TooSlow() => new(
        $"The transaction step took longer than {_limit.TotalSeconds} s, and was undone. It holds up every other run: do slow work in an ordinary step before it.")
    { IsOverdue = true };

    static InvalidOperationException NoTransactions() => new(
        "A transaction step runs inside the transaction that records its result, and cannot begin, commit or roll back one. Throw to undo what the step did.");

    // A reader that the step did not dispose would keep the savepoint from being released, and could run its statement anew after the step.
    void CloseReaders()
    {
        for (var statement = raw.sqlite3_next_stmt(Handle, null); statement is { IsInvalid: false };)
        {
            var next = raw.sqlite3_next_stmt(Handle, statement);
            if (raw.sqlite3_stmt_busy(statement) != 0) raw.sqlite3_finalize(statement);
            statement = next;
        }
    }

    // SQLite does not say what a view reads and a foreign key refers to before they are used; the text of their definition does.
    static string? OnOurs(Database database) => database.Query(
        $"SELECT name FROM sqlite_master WHERE instr(lower(sql), '{Ours}') AND NOT substr(lower(tbl_name), 1, {Ours.Length}) = '{Ours}' LIMIT 1", row => row.Text(0));

    int Authorize(object user, int action, string first, string second, string schema, string trigger)
    {
        if (!IsLent) return raw.SQLITE_OK;
        _hasDefined |= action is raw.SQLITE_CREATE_TABLE or raw.SQLITE_CREATE_VIEW or raw.SQLITE_CREATE_TRIGGER or raw.SQLITE_ALTER_TABLE;
        // A temporary table that takes the name of one of ours would stand before it; of a new name we hear only here that there is one.
        var isForbidden = (action == raw.SQLITE_ALTER_TABLE && first == "temp")
            || action is raw.SQLITE_TRANSACTION or raw.SQLITE_SAVEPOINT or raw.SQLITE_ATTACH or raw.SQLITE_DETACH or raw.SQLITE_PRAGMA
            || IsOurs(first) || IsOurs(second)
            || (action is raw.SQLITE_INSERT or raw.SQLITE_UPDATE or raw.SQLITE_DELETE && first == "sqlite_sequence");
        return isForbidden ? raw.SQLITE_DENY : raw.SQLITE_OK;
    }

    static bool IsOurs(string? name) => name is not null && name.StartsWith(Ours, StringComparison.OrdinalIgnoreCase);
}
