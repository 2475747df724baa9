using Holdfast.Storage;

namespace Holdfast.Sqlite.Reading;

/// <summary>A connection that only reads, with its statements. Used by one thread at a time.</summary>
sealed class Reader(Database database, OddRows odd) : IDisposable
{
    const string State = "coalesce(r.state, (SELECT data FROM holdfast_long WHERE n = 2 * r.k))";
    const string Snapshot = "coalesce(r.snapshot, (SELECT data FROM holdfast_long WHERE n = 2 * r.k + 1))";

    readonly Statement _begin = database.Prepare("BEGIN");
    readonly Statement _end = database.Prepare("COMMIT");
    readonly Statement _load = database.Prepare(
        $"""
        SELECT i.k, w.name, i.version, i.key, i.parent, i.created, i.trace, i.input, r.rev, r.status, r.wake, r.owed, r.updated, {State}, {Snapshot}
        FROM holdfast_run_info i JOIN holdfast_run r ON r.k = i.k LEFT JOIN holdfast_workflow w ON w.w = i.w WHERE i.id = ?1
        """);

    readonly Statement _results = database.Prepare("SELECT op, outcome FROM holdfast_result WHERE k = ?1 ORDER BY arrival");
    readonly Statement _mail = database.Prepare("SELECT seq, kind, name, payload, utc FROM holdfast_mail WHERE k = ?1 AND state = 0 ORDER BY seq");
    readonly Statement _outcome = database.Prepare("SELECT result, error FROM holdfast_outcome WHERE k = ?1");
    readonly Statement _blob = database.Prepare("SELECT data FROM holdfast_blob WHERE k = ?1 AND hash = ?2");
    // A file that is only read may be of an earlier version, which keeps no descriptions of code.
    readonly Statement? _code = Schema.VersionOf(database) < 2 ? null : database.Prepare("SELECT description FROM holdfast_code WHERE id = ?1");
    // Those that pass over rows have no limit, and are left when there are enough.
    readonly Statement _owed = database.Prepare(
        "SELECT i.id, r.k FROM holdfast_run r JOIN holdfast_run_info i ON i.k = r.k WHERE r.owed = 1 AND r.k > ?1 ORDER BY r.k");
    readonly Statement _due = database.Prepare(
        "SELECT i.id, r.wake, r.k FROM holdfast_run r JOIN holdfast_run_info i ON i.k = r.k WHERE r.wake <= ?1 AND (r.wake, r.k) > (?2, ?3) ORDER BY r.wake, r.k");
    readonly Statement _find = database.Prepare(
        "SELECT i.id FROM holdfast_run_info i WHERE i.w = (SELECT w FROM holdfast_workflow WHERE name = ?1) AND i.key = ?2");
    readonly Statement _dead = database.Prepare(
        """
        SELECT i.id, m.seq, m.kind, m.name, m.payload, m.utc, m.reason, m.k FROM holdfast_mail m JOIN holdfast_run_info i ON i.k = m.k
        WHERE m.state = 2 AND m.payload IS NOT NULL AND (?1 IS NULL OR i.id = ?1) ORDER BY m.seq
        """);

    readonly Statement _answer = database.Prepare(
        "SELECT payload FROM holdfast_mail WHERE k = (SELECT k FROM holdfast_run_info WHERE id = ?1) AND dedup = ?2 AND state = 1 AND payload IS NOT NULL");

    readonly JournalReader _journal = new(database);
    readonly RunLists _lists = new(database, State, odd);

    public StoredRun? Load(RunId run)
    {
        // In one transaction, so that the parts are of one moment.
        _begin.Run();
        try
        {
            if (!_load.Bind(1, run).Step()) return null;
            var key = _load.Long(0);
            var status = (RunStatus)_load.Long(9);
            HoldfastException? damage = null;
            var (workflow, parent) = (OddRows.WorkflowOf(_load, 1, ref damage), OddRows.ParentOf(_load, 4, ref damage));
            var results = new List<StoredResult>();
            for (_results.Bind(1, key); _results.Step();)
            {
                if (_results.IsLong(0)) results.Add(new(_results.Long(0), _results.Bytes(1)));
                else damage ??= OddRows.Damage("a result is not of an op by its number");
            }
            _results.Reset();
            return new()
            {
                Run = new()
                {
                    Id = run, Workflow = workflow, Version = (int)_load.Long(2), Key = _load.TextOrNull(3), Parent = parent,
                    CreatedUtc = _load.Utc(5), TraceParent = _load.TextOrNull(6), Input = _load.Bytes(7), State = _load.Bytes(13),
                },
                Key = new(key),
                Status = status,
                Revision = _load.Long(8),
                UpdatedUtc = _load.Utc(12),
                WakeUtc = _load.UtcOrNull(10),
                Owed = _load.Bool(11),
                Snapshot = _load.Bytes(14),
                Results = results,
                Mail = ReadAll(_mail.Bind(1, key), static row => ReadMail(row, 0)),
                Outcome = First(_outcome.Bind(1, key), row => new RunOutcome(status, row.Bytes(0), row.Bytes(1))),
                StateAsStored = damage is null ? default : _load.Bytes(13),
                Unreadable = damage,
            };
        }
        finally
        {
            _load.Reset();
            _end.Run();
        }
    }

    public ReadOnlyMemory<byte>? LoadBlob(RunKey key, BlobHash hash)
    {
        Span<byte> bytes = stackalloc byte[32];
        hash.WriteBytes(bytes);
        return First(_blob.Bind(1, key.Value).Bind(2, bytes), static row => row.Bytes(0)) is { } data ? data : (ReadOnlyMemory<byte>?)null;
    }

    public ReadOnlyMemory<byte>? LoadCode(CodeId code)
    {
        if (_code is null) return null;
        Span<byte> bytes = stackalloc byte[16];
        code.WriteBytes(bytes);
        return First(_code.Bind(1, bytes), static row => row.Bytes(0)) is { } description ? description : (ReadOnlyMemory<byte>?)null;
    }

    public IReadOnlyList<(RunId Run, RunKey Key)> ScanOwed(RunKey after, int limit) =>
        odd.Read(_owed.Bind(1, after.Value), limit, 1, static row => (row.RunId(0), new RunKey(row.Long(1))));

    public IReadOnlyList<DueRun> ScanDue(DateTimeOffset until, DueRun after, int limit) =>
        odd.Read(_due.Bind(1, until).Bind(2, after.WakeUtc).Bind(3, after.Key.Value), limit, 2, static row => new DueRun(row.RunId(0), new(row.Long(2)), row.Utc(1)));

    public RunId? Find(string workflow, string key)
    {
        var found = _find.Bind(1, workflow).Bind(2, key).Step();
        RunId? run = found ? _find.RunId(0) : null;
        _find.Reset();
        return run;
    }

    public RunRow? Get(RunId run) => _lists.Get(run);

    public IReadOnlyList<RunRow> List(RunQuery query) => _lists.List(query);

    public IReadOnlyList<JournalRow> ReadJournal(RunId run, long after, int limit)
    {
        _begin.Run();
        try
        {
            return _journal.Read(run, after, limit);
        }
        finally
        {
            _end.Run();
        }
    }

    public ReadOnlyMemory<byte>? FindAnswer(RunId run, string dedupKey) =>
        First(_answer.Bind(1, run).Bind(2, dedupKey), static row => row.Bytes(0)) is { } answer ? answer : (ReadOnlyMemory<byte>?)null;

    public IReadOnlyList<DeadLetter> ListDeadLetters(RunId? run, int limit)
    {
        if (run is { } id) _dead.Bind(1, id);
        else _dead.BindNull(1);
        return odd.Read(_dead, limit, 7, static row => new DeadLetter(row.RunId(0), ReadMail(row, 1), row.Text(6)));
    }

    public void Dispose() => database.Dispose();

    public static List<T> ReadAll<T>(Statement select, Func<Statement, T> read)
    {
        List<T> rows = [];
        while (select.Step()) rows.Add(read(select));
        select.Reset();
        return rows;
    }

    public static T? First<T>(Statement select, Func<Statement, T> read) where T : class
    {
        var row = select.Step() ? read(select) : null;
        select.Reset();
        return row;
    }

    static StoredMail ReadMail(Statement row, int first) =>
        new(row.Long(first), (MailKind)row.Long(first + 1), row.Text(first + 2), row.Bytes(first + 3), row.Utc(first + 4));
}
