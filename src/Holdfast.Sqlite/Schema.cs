using System.Text.RegularExpressions;

namespace Holdfast.Sqlite;

/// <summary>The tables, in numbered steps. A step that was released is never edited: the next one is added.</summary>
/// <remarks>
/// Everything is keyed by the run's small number in order of creation, so that the rows of the runs in flight lie together:
/// ordered keys write several times faster than random ones. All names begin with <c>holdfast_</c>, because the user's own
/// tables may live in the same file.
/// </remarks>
static partial class Schema
{
    /// <summary>"Hold" in ASCII, in the file's header: tells our files from others, also for <c>file(1)</c>.</summary>
    public const int ApplicationId = 0x486F6C64;

    public const string TablePrefix = "holdfast_";

    /// <summary>What every database file of SQLite begins with.</summary>
    public const int HeaderBytes = 100;

    static readonly string[] Steps =
    [
        // 1
        """
        CREATE TABLE holdfast_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        INSERT INTO holdfast_meta VALUES ('epoch', 0), ('owner', NULL), ('probe', 0);

        CREATE TABLE holdfast_workflow (w INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

        -- What never changes about a run. Times are 100-nanosecond ticks of UTC, everywhere.
        CREATE TABLE holdfast_run_info (
            k INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, w INTEGER NOT NULL, version INTEGER NOT NULL,
            key TEXT, parent BLOB, created INTEGER NOT NULL, trace TEXT, input BLOB NOT NULL);
        CREATE UNIQUE INDEX holdfast_run_info_key ON holdfast_run_info (w, key) WHERE key IS NOT NULL;
        CREATE INDEX holdfast_run_info_workflow ON holdfast_run_info (w);

        -- What every transition rewrites. A state or snapshot that is NULL here is long, and is in holdfast_long.
        -- The journal's place is kept here, because a transition has this row in hand anyway.
        CREATE TABLE holdfast_run (
            k INTEGER PRIMARY KEY, rev INTEGER NOT NULL, status INTEGER NOT NULL, wake INTEGER, owed INTEGER NOT NULL, updated INTEGER NOT NULL,
            journal_seq INTEGER NOT NULL, journal_last INTEGER NOT NULL, state BLOB, snapshot BLOB);
        CREATE INDEX holdfast_run_wake ON holdfast_run (wake) WHERE wake IS NOT NULL;
        CREATE INDEX holdfast_run_owed ON holdfast_run (owed) WHERE owed = 1;
        CREATE INDEX holdfast_run_status ON holdfast_run (status);

        -- Long states (2k) and snapshots (2k + 1), so that a message or a result does not rewrite them.
        CREATE TABLE holdfast_long (n INTEGER PRIMARY KEY, data BLOB NOT NULL);

        CREATE TABLE holdfast_outcome (k INTEGER PRIMARY KEY, result BLOB NOT NULL, error BLOB NOT NULL);

        -- Step results that no transition has folded in, in order of arrival.
        CREATE TABLE holdfast_result (
            k INTEGER NOT NULL, op INTEGER NOT NULL, arrival INTEGER NOT NULL, outcome BLOB NOT NULL, PRIMARY KEY (k, op)) WITHOUT ROWID;

        -- state: 0 open, 1 consumed (kept for its dedup key), 2 dead.
        CREATE TABLE holdfast_mail (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, k INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, payload BLOB, dedup TEXT,
            utc INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, reason TEXT);
        CREATE UNIQUE INDEX holdfast_mail_dedup ON holdfast_mail (k, dedup) WHERE dedup IS NOT NULL;
        CREATE INDEX holdfast_mail_open ON holdfast_mail (k) WHERE state = 0;
        CREATE INDEX holdfast_mail_dead ON holdfast_mail (state) WHERE state = 2;

        -- Journals of all runs, at the end of one table: each entry names its run's entry before. Marks stand on every 64th
        -- entry of a run, so that a page can be found without walking the whole chain.
        CREATE TABLE holdfast_journal (
            n INTEGER PRIMARY KEY, k INTEGER NOT NULL, seq INTEGER NOT NULL, previous INTEGER NOT NULL, utc INTEGER NOT NULL, entries BLOB NOT NULL);
        CREATE TABLE holdfast_journal_mark (k INTEGER NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (k, seq)) WITHOUT ROWID;

        CREATE TABLE holdfast_blob (n INTEGER PRIMARY KEY, k INTEGER NOT NULL, hash BLOB NOT NULL, data BLOB NOT NULL, UNIQUE (k, hash));
        """,

        // 2
        """
        -- What code looked like that runs were saved in, by its fingerprint: once for all runs.
        CREATE TABLE holdfast_code (id BLOB PRIMARY KEY, description BLOB NOT NULL) WITHOUT ROWID;
        """,

        // 3
        """
        -- Ended runs of each workflow in the order in which they ended, numbered without gaps: retention takes them from the front.
        CREATE TABLE holdfast_ended (w INTEGER NOT NULL, n INTEGER NOT NULL, k INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (w, n)) WITHOUT ROWID;
        INSERT INTO holdfast_ended
            SELECT i.w, row_number() OVER (PARTITION BY i.w ORDER BY r.updated, r.k), r.k, r.updated
            FROM holdfast_run r JOIN holdfast_run_info i ON i.k = r.k WHERE r.status BETWEEN 2 AND 5;

        -- Removed runs of which messages or journal entries are left to delete.
        CREATE TABLE holdfast_leftover (k INTEGER PRIMARY KEY, journal_last INTEGER NOT NULL);
        CREATE INDEX holdfast_mail_dead_run ON holdfast_mail (k) WHERE state = 2;
        """,
    ];

    public static int Newest => Steps.Length;

    /// <summary>Refuses what is not ours, or newer than we are, before anything is written to it.</summary>
    public static void Check(Database database, string path)
    {
        var id = (int)database.Query("PRAGMA application_id", row => row.Long(0));
        var version = VersionOf(database);
        if (id == ApplicationId)
        {
            if (version < 1) throw Damaged(path, "its header says that it has no tables");
            if (version > Newest)
                throw new HoldfastException(HoldfastError.StoreNewer,
                    $"{path} has schema {version}, written by a newer Holdfast; this one knows schemas up to {Newest}. Start the newer version, or restore a backup made before it ran.");
            foreach (var name in NamesOf(version))
                if (database.Query($"SELECT 1 FROM sqlite_master WHERE name = '{name}'", row => row.Long(0)) == 0) throw Damaged(path, $"{name} is missing");
            return;
        }
        // Nothing else has a table of this name.
        if (database.Query("SELECT name FROM sqlite_master WHERE name = 'holdfast_meta'", row => row.Text(0)) is not null) throw Damaged(path, "its header says that it is something else's");
        var table = database.Query("SELECT name FROM sqlite_master LIMIT 1", row => row.Text(0));
        if (id != 0 || version != 0 || table is not null)
            throw new HoldfastException(HoldfastError.StoreForeign,
                $"{path} is a SQLite database of something else (application id {id}, first table '{table}'). Nothing in it was changed. Give Holdfast a file of its own; your own tables can be added to that file afterwards.");
    }

    /// <summary>Brings the file to the newest schema: all steps in one transaction, or none.</summary>
    public static void Migrate(Database database)
    {
        if (VersionOf(database) == Newest) return;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            for (var version = VersionOf(database); version < Newest; version++) database.Execute(Steps[version]);
            database.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Newest}; COMMIT");
        }
        catch
        {
            if (!database.IsAutocommit) database.Execute("ROLLBACK");
            throw;
        }
    }

    /// <summary>The tables and indexes that a file of this version has.</summary>
    static IEnumerable<string> NamesOf(int version) => Steps.Take(version).SelectMany(static step => Created().Matches(step)).Select(static made => made.Groups["name"].Value);

    [GeneratedRegex(@"CREATE (TABLE|INDEX|UNIQUE INDEX) (?<name>\w+)")]
    private static partial Regex Created();

    static HoldfastException Damaged(string path, string what) => new(HoldfastError.StoreCorrupt, $"{path} is damaged: {what}. Nothing was changed. Copy the file away, and restore it from a backup.");

    public static int VersionOf(Database database) => (int)database.Query("PRAGMA user_version", row => row.Long(0));
}
