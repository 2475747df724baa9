using Holdfast.Storage;

namespace Holdfast.Sqlite.Writing;

/// <summary>What a write has to know about the run it is for.</summary>
readonly record struct RunHead(
    long Key, long Revision, RunStatus Status, long JournalSequence, long JournalLast, bool HasLongState, bool HasLongSnapshot)
{
    // Written out: asking the enum type is slower than the whole comparison.
    public bool IsFinished => Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled or RunStatus.Terminated;
}

/// <summary>Writes the rows of runs: created, advanced, ended.</summary>
sealed class RunRows(Database database)
{
    /// <summary>A longer state or snapshot is stored apart, so that messages and results do not rewrite it.</summary>
    const int InlineBytesMax = 2048;

    /// <summary>About 3 MB.</summary>
    const int HeadsMax = 32_768;

    const string HeadColumns = "r.k, r.rev, r.status, r.journal_seq, r.journal_last, r.state IS NULL, r.snapshot IS NULL";

    readonly Statement _head = database.Prepare($"SELECT {HeadColumns} FROM holdfast_run r WHERE r.k = ?1");
    readonly Statement _headById = database.Prepare(
        $"SELECT {HeadColumns} FROM holdfast_run_info i JOIN holdfast_run r ON r.k = i.k WHERE i.id = ?1");

    // The hot path: no indexed column is named, so no index is touched.
    readonly Statement _advance = database.Prepare(
        """
        UPDATE holdfast_run SET rev = ?2, updated = ?3, journal_seq = ?4, journal_last = ?5, state = ?6,
            snapshot = CASE WHEN ?7 THEN snapshot ELSE ?8 END WHERE k = ?1
        """);

    // Whoever posted during the turn must keep its wake-up, whatever the turn knew.
    const string AdvanceIndexed =
        """
        UPDATE holdfast_run SET rev = ?2, updated = ?3, journal_seq = ?4, journal_last = ?5, state = ?6,
            snapshot = CASE WHEN ?7 THEN snapshot ELSE ?8 END, wake = ?9,
            owed = ?10 OR EXISTS (SELECT 1 FROM holdfast_mail WHERE k = ?1 AND state = 0 AND seq > ?11)
        """;

    readonly Statement _advanceIndexed = database.Prepare($"{AdvanceIndexed} WHERE k = ?1");
    readonly Statement _advanceStatus = database.Prepare($"{AdvanceIndexed}, status = ?12 WHERE k = ?1");
    readonly Statement _end = database.Prepare(
        """
        UPDATE holdfast_run SET rev = ?2, updated = ?3, journal_seq = ?4, journal_last = ?5, state = ?6, snapshot = x'', wake = NULL, owed = 0, status = ?7
        WHERE k = ?1
        """);

    readonly Statement _touch = database.Prepare("UPDATE holdfast_run SET updated = ?2, journal_seq = ?3, journal_last = ?4 WHERE k = ?1");
    readonly Statement _owe = database.Prepare("UPDATE holdfast_run SET owed = 1 WHERE k = ?1 AND owed = 0");

    readonly Statement _createInfo = database.Prepare(
        """
        INSERT INTO holdfast_run_info (id, w, version, key, parent, created, trace, input) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING
        """);

    readonly Statement _create = database.Prepare($"INSERT INTO holdfast_run VALUES (?1, 0, {(int)RunStatus.Running}, NULL, 1, ?2, 0, 0, ?3, x'')");
    readonly Statement _findKey = database.Prepare("SELECT k, id FROM holdfast_run_info WHERE w = ?1 AND key = ?2");
    readonly Statement _giveUpKey = database.Prepare(
        """
        UPDATE holdfast_run_info SET key = NULL WHERE k = ?1 AND ?2 IN (
            WITH RECURSIVE up (id) AS (SELECT parent FROM holdfast_run_info WHERE k = ?1 UNION SELECT i.parent FROM up JOIN holdfast_run_info i ON i.id = up.id)
            SELECT id FROM up)
        """);
    readonly Statement _findId = database.Prepare("SELECT k, w, key FROM holdfast_run_info WHERE id = ?1");
    readonly Statement _putLong = database.Prepare("INSERT INTO holdfast_long VALUES (?1, ?2) ON CONFLICT DO UPDATE SET data = ?2");
    readonly Statement _dropLong = database.Prepare("DELETE FROM holdfast_long WHERE n = ?1");
    readonly Statement _putOutcome = database.Prepare("INSERT INTO holdfast_outcome VALUES (?1, ?2, ?3)");
    readonly Statement _findWorkflow = database.Prepare("SELECT w FROM holdfast_workflow WHERE name = ?1");
    readonly Statement _createWorkflow = database.Prepare("INSERT INTO holdfast_workflow (name) VALUES (?1)");

    readonly LastNumber _last = new(database, "holdfast_run_info", "k");
    readonly Dictionary<string, long> _workflows = [];

    /// <summary>Heads of runs that were written to lately: a run in flight is written to again and again, and its row need not be read each time.</summary>
    readonly Dictionary<long, RunHead> _heads = [];

    public RunHead? Find(RunKey key) => _heads.TryGetValue(key.Value, out var known) ? known : ReadHead(_head.Bind(1, key.Value));

    public RunHead? Find(RunId id) => ReadHead(_headById.Bind(1, id));

    /// <summary>Forgets what was learnt: a transaction was undone, or somebody else wrote to the file.</summary>
    public void Forget()
    {
        _workflows.Clear();
        _heads.Clear();
        _last.Forget();
    }

    /// <summary>Creates a run, or says why not.</summary>
    public WriteResult Create(NewRun run)
    {
        _last.ThrowIfGiven();
        var workflow = WorkflowNumber(run.Workflow);
        _createInfo.Bind(1, run.Id).Bind(2, workflow).Bind(3, run.Version).Bind(4, run.Key).Bind(6, run.CreatedUtc).Bind(7, run.TraceParent).Bind(8, run.Input.Span);
        if (run.Parent is { } parent) _createInfo.Bind(5, parent);
        else _createInfo.BindNull(5);
        _createInfo.Run();
        if (database.Changes == 0) return Existing(run, workflow);

        var key = database.LastInsertRowId;
        var isLong = PutLong(2 * key, run.State.Span, wasLong: false);
        _create.Bind(1, key).Bind(2, run.CreatedUtc);
        BindInline(_create, 3, run.State.Span, isLong);
        _create.Run();
        Remember(new(key, 0, RunStatus.Running, 0, 0, isLong, HasLongSnapshot: false));
        return new(Verdict.Committed, run.Id, new(key));
    }

    /// <summary>Takes its key from a run, if it is a child of the given one, or further down.</summary>
    public bool GiveUpKey(long key, RunId top)
    {
        _giveUpKey.Bind(1, key).Bind(2, top).Run();
        return database.Changes > 0;
    }

    /// <summary>Replaces state and snapshot; status, wake time and owed only if the transition says that they changed.</summary>
    public void Advance(in RunHead head, Transition next, long journalSequence, long journalLast)
    {
        var keeps = next.Snapshot is null;
        var snapshot = next.Snapshot.GetValueOrDefault().Span;
        var longState = PutLong(2 * head.Key, next.State.Span, head.HasLongState);
        var longSnapshot = keeps ? head.HasLongSnapshot : PutLong((2 * head.Key) + 1, snapshot, head.HasLongSnapshot);

        var update = !next.IndexChanged ? _advance : next.Status == head.Status ? _advanceIndexed : _advanceStatus;
        BindCommon(update, head, next.Utc, journalSequence, journalLast);
        BindInline(update, 6, next.State.Span, longState);
        update.Bind(7, keeps);
        BindInline(update, 8, snapshot, longSnapshot);
        if (next.IndexChanged) update.Bind(9, next.WakeUtc).Bind(10, next.Owed).Bind(11, next.MailSeen);
        if (update == _advanceStatus) update.Bind(12, (long)next.Status);
        update.Run();
        Remember(new(head.Key, head.Revision + 1, next.IndexChanged ? next.Status : head.Status, journalSequence, journalLast, longState, longSnapshot));
    }

    /// <summary>Ends the run: its outcome stays, what only a live run needs goes.</summary>
    public void End(in RunHead head, Transition next, RunOutcome outcome, long journalSequence, long journalLast)
    {
        var longState = PutLong(2 * head.Key, next.State.Span, head.HasLongState);
        if (head.HasLongSnapshot) _dropLong.Bind(1, (2 * head.Key) + 1).Run();
        _heads.Remove(head.Key);
        BindCommon(_end, head, next.Utc, journalSequence, journalLast);
        BindInline(_end, 6, next.State.Span, longState);
        _end.Bind(7, (long)outcome.Status).Run();
        _putOutcome.Bind(1, head.Key).Bind(2, outcome.Result.Span).Bind(3, outcome.Error.Span).Run();
    }

    public void Touch(in RunHead head, DateTimeOffset utc, long journalSequence, long journalLast)
    {
        _touch.Bind(1, head.Key).Bind(2, utc).Bind(3, journalSequence).Bind(4, journalLast).Run();
        Remember(head with { JournalSequence = journalSequence, JournalLast = journalLast });
    }

    public void Owe(long key) => _owe.Bind(1, key).Run();

    void Remember(in RunHead head)
    {
        // Runs that wait for long leave their heads behind; at times all make room.
        if (_heads.Count == HeadsMax) _heads.Clear();
        _heads[head.Key] = head;
    }

    static RunHead? ReadHead(Statement select)
    {
        RunHead? head = select.Step()
            ? new(select.Long(0), select.Long(1), (RunStatus)select.Long(2), select.Long(3), select.Long(4), select.Bool(5), select.Bool(6))
            : null;
        select.Reset();
        return head;
    }

    static void BindCommon(Statement update, in RunHead head, DateTimeOffset utc, long journalSequence, long journalLast) =>
        update.Bind(1, head.Key).Bind(2, head.Revision + 1).Bind(3, utc).Bind(4, journalSequence).Bind(5, journalLast);

    static void BindInline(Statement statement, int index, ReadOnlySpan<byte> value, bool isLong)
    {
        if (isLong) statement.BindNull(index);
        else statement.Bind(index, value);
    }

    bool PutLong(long n, ReadOnlySpan<byte> value, bool wasLong)
    {
        if (value.Length > InlineBytesMax)
        {
            _putLong.Bind(1, n).Bind(2, value).Run();
            return true;
        }
        if (wasLong) _dropLong.Bind(1, n).Run();
        return false;
    }

    WriteResult Existing(NewRun run, long workflow)
    {
        if (run.Key is not null)
        {
            _findKey.Bind(1, workflow).Bind(2, run.Key);
            WriteResult? taken = _findKey.Step() ? new(Verdict.Duplicate, _findKey.RunId(1), new(_findKey.Long(0))) : null;
            _findKey.Reset();
            if (taken is { } there) return there;
        }
        _findId.Bind(1, run.Id).Step();
        var (key, isSame) = (_findId.Long(0), _findId.Long(1) == workflow && _findId.TextOrNull(2) == run.Key);
        _findId.Reset();
        return isSame
            ? new(Verdict.Duplicate, run.Id, new(key))
            : new(Verdict.Refused, run.Id, Reason: $"Run {run.Id} exists already, as another workflow or with another key.");
    }

    long WorkflowNumber(string name)
    {
        if (_workflows.TryGetValue(name, out var number)) return number;
        _findWorkflow.Bind(1, name);
        var isKnown = _findWorkflow.Step();
        number = isKnown ? _findWorkflow.Long(0) : 0;
        _findWorkflow.Reset();
        if (!isKnown)
        {
            _createWorkflow.Bind(1, name).Run();
            number = database.LastInsertRowId;
        }
        _workflows.Add(name, number);
        return number;
    }
}
