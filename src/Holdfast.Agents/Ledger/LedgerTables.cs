namespace Holdfast.Agents.Ledgers;

/// <summary>The tables of the ledger. They lie in the store's own file, beside the runs, and change only inside its commits: those of steps, and of clients that put right what no run will.</summary>
static class LedgerTables
{
    const string Text =
        """
        CREATE TABLE IF NOT EXISTS agents_call (
            key TEXT PRIMARY KEY, run TEXT NOT NULL, tool TEXT NOT NULL, version INTEGER NOT NULL, kind INTEGER NOT NULL, hash BLOB NOT NULL, identity TEXT UNIQUE,
            stage INTEGER NOT NULL, rule TEXT, account TEXT, approval TEXT, phase INTEGER NOT NULL, tries INTEGER NOT NULL, started INTEGER NOT NULL, settled INTEGER, note TEXT,
            arguments BLOB NOT NULL, step INTEGER, quiet INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS agents_call_open ON agents_call (key) WHERE phase < 3;
        CREATE INDEX IF NOT EXISTS agents_call_free ON agents_call (run) WHERE phase > 2 AND identity IS NULL;
        CREATE INDEX IF NOT EXISTS agents_call_once ON agents_call (settled) WHERE phase > 2 AND identity IS NOT NULL;
        CREATE TABLE IF NOT EXISTS agents_account (account TEXT PRIMARY KEY, parent TEXT) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS agents_account_parent ON agents_account (parent) WHERE parent IS NOT NULL;
        CREATE TABLE IF NOT EXISTS agents_budget (
            account TEXT NOT NULL, unit INTEGER NOT NULL, most INTEGER, reserved INTEGER NOT NULL, spent INTEGER NOT NULL, PRIMARY KEY (account, unit)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS agents_reservation (
            key TEXT NOT NULL, unit INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (key, unit)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS agents_finding (key TEXT PRIMARY KEY, finder TEXT NOT NULL, noted INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS agents_rate (name TEXT PRIMARY KEY, free INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS agents_approval (approval TEXT PRIMARY KEY, hash BLOB NOT NULL, key TEXT NOT NULL, used INTEGER NOT NULL, person TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS agents_text (hash BLOB PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS agents_history (run TEXT NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (run, number)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS agents_history_hash ON agents_history (hash);
        CREATE TABLE IF NOT EXISTS agents_model (
            run TEXT NOT NULL, number INTEGER NOT NULL, attempt INTEGER NOT NULL, first_message INTEGER NOT NULL, end_message INTEGER NOT NULL, frame BLOB NOT NULL, request BLOB NOT NULL,
            reply BLOB, model TEXT, input INTEGER, output INTEGER, started INTEGER NOT NULL, settled INTEGER, error INTEGER, PRIMARY KEY (run, number, attempt)
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS agents_model_frame ON agents_model (frame);
        CREATE INDEX IF NOT EXISTS agents_model_reply ON agents_model (reply) WHERE reply IS NOT NULL;
        CREATE TABLE IF NOT EXISTS agents_verdict (
            run TEXT NOT NULL, number INTEGER NOT NULL, tool TEXT NOT NULL, arm INTEGER NOT NULL, stage INTEGER NOT NULL, rule TEXT, noted INTEGER NOT NULL, person TEXT, PRIMARY KEY (run, number)
        ) WITHOUT ROWID;
        """;

    /// <summary>Columns that came later: of the person who decided, of how a question failed, of the step that began a call, and of how long what a call has sent may take.</summary>
    static readonly (string Table, string Column, string Type)[] s_later =
        [("agents_approval", "person", "TEXT"), ("agents_verdict", "person", "TEXT"), ("agents_model", "error", "INTEGER"), ("agents_call", "step", "INTEGER"), ("agents_call", "quiet", "INTEGER")];

    /// <summary>Makes those that are not there, and what older ones lack.</summary>
    public static int Make(StoreTransaction transaction)
    {
        var made = Sql.Run(transaction, Text);
        foreach (var (table, column, type) in s_later)
            if (Sql.Read(transaction, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = @table AND instr(sql, @column) = 0", static _ => true, ("@table", table), ("@column", column)).Count > 0)
                made += Sql.Run(transaction, $"ALTER TABLE {table} ADD COLUMN {column} {type}");
        return made;
    }
}
