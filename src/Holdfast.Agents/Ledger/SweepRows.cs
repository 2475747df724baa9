namespace Holdfast.Agents.Ledgers;

/// <summary>
/// Removes what the ledger has of runs that the store no longer knows, a little in each commit. What holds money or doubt stays, and so does for a time what must not be done twice.
/// </summary>
static class SweepRows
{
    /// <summary>More rows are not removed in one commit.</summary>
    const int RowsMax = 128;

    const string OfRun = "key > @run || '-call-' AND key < @run || '-call.'";
    const string IsSettled = "phase > 2 AND NOT EXISTS (SELECT 1 FROM agents_reservation r WHERE r.key = agents_call.key)";

    /// <summary>The next runs behind one, of which there is something that may go with them. Some may be there only because what they have must stay.</summary>
    public static List<RunId> Runs(StoreTransaction transaction, string after, int limit)
    {
        var runs = new List<RunId>();
        while (runs.Count < limit && Next(transaction, after) is { } next)
        {
            after = next;
            if (RunId.TryParse(next, out var run)) runs.Add(run);
        }
        return runs;
    }

    /// <summary>Removes some rows of a run that is gone.</summary>
    /// <returns>How many; 0 when nothing is left that may go.</returns>
    public static int OfGone(StoreTransaction transaction, RunId gone)
    {
        var run = ("@run", (object?)gone.ToString());
        var removed = RemoveTexts(transaction, "agents_history", $"SELECT number, hash FROM agents_history WHERE run = @run ORDER BY number LIMIT {RowsMax}", run)
            + RemoveTexts(transaction, "agents_model", $"SELECT number, frame, reply FROM agents_model WHERE run = @run ORDER BY number LIMIT {RowsMax}", run);
        if (removed > 0) return removed;
        removed = Sql.Run(transaction, $"DELETE FROM agents_verdict WHERE run = @run AND number IN (SELECT number FROM agents_verdict WHERE run = @run LIMIT {RowsMax})", run);
        if (removed > 0) return removed;
        removed = Sql.Run(transaction, $"DELETE FROM agents_finding WHERE key IN (SELECT key FROM agents_finding WHERE key > @run || '-' AND key < @run || '.' LIMIT {RowsMax})", run);
        if (removed > 0) return removed;
        removed = RemoveCalls(transaction, $"{OfRun} AND identity IS NULL AND {IsSettled}", run);
        return removed > 0 ? removed : RemoveAccount(transaction, $"agent {gone}");
    }

    /// <summary>Calls that happened so long ago that the same thing may be done again, of runs behind one of them. Whether those are gone is not looked at here.</summary>
    public static List<(string Key, RunId Run, long Settled)> Forgotten(StoreTransaction transaction, long settledBefore, (long Settled, string Key) after) => Sql.Read(
        transaction,
        $"SELECT key, run, settled FROM agents_call WHERE identity IS NOT NULL AND settled < @before AND (settled, key) > (@settled, @key) AND {IsSettled} ORDER BY settled, key LIMIT {RowsMax}",
        static r => (r.GetString(0), RunId.Parse(r.GetString(1)), r.GetInt64(2)), ("@before", settledBefore), ("@settled", after.Settled), ("@key", after.Key));

    public static int Forget(StoreTransaction transaction, string key) => RemoveCalls(transaction, $"key = @key AND {IsSettled}", ("@key", key));

    /// <summary>Rates that are as good as unused.</summary>
    public static int Rates(StoreTransaction transaction, DateTimeOffset before) =>
        Sql.Run(transaction, $"DELETE FROM agents_rate WHERE name IN (SELECT name FROM agents_rate WHERE free < @before LIMIT {RowsMax})", ("@before", before.UtcTicks));

    static string? Next(StoreTransaction transaction, string after) => Sql.Read(
        transaction,
        """
        SELECT MIN(run) FROM (
            SELECT (SELECT run FROM agents_history WHERE run > @after ORDER BY run LIMIT 1) AS run
            UNION ALL SELECT (SELECT run FROM agents_model WHERE run > @after ORDER BY run LIMIT 1)
            UNION ALL SELECT (SELECT run FROM agents_verdict WHERE run > @after ORDER BY run LIMIT 1)
            UNION ALL SELECT (SELECT run FROM agents_call WHERE run > @after AND phase > 2 AND identity IS NULL ORDER BY run LIMIT 1)
            UNION ALL SELECT (SELECT SUBSTR(account, 7) FROM agents_account WHERE account > 'agent ' || @after AND account < 'agent!' ORDER BY account LIMIT 1))
        """, static r => r.TextOrNull(0), ("@after", after))[0];

    /// <summary>Removes rows, and the texts that nothing else names any more.</summary>
    static int RemoveTexts(StoreTransaction transaction, string table, string select, (string, object?) run)
    {
        var hashes = new HashSet<MessageHash>();
        long last = -1;
        var rows = Sql.Read(
            transaction, select,
            r =>
            {
                last = r.GetInt64(0);
                for (var column = 1; column < r.FieldCount; column++)
                    if (!r.IsDBNull(column)) hashes.Add(MessageHash.FromBytes(r.GetFieldValue<byte[]>(column)));
                return last;
            }, run);
        if (rows.Count == 0) return 0;
        var removed = Sql.Run(transaction, $"DELETE FROM {table} WHERE run = @run AND number <= @last", run, ("@last", last));
        foreach (var hash in hashes)
        {
            removed += Sql.Run(
                transaction,
                """
                DELETE FROM agents_text WHERE hash = @hash AND NOT EXISTS (SELECT 1 FROM agents_history WHERE hash = @hash)
                    AND NOT EXISTS (SELECT 1 FROM agents_model WHERE frame = @hash) AND NOT EXISTS (SELECT 1 FROM agents_model WHERE reply = @hash)
                """, ("@hash", hash.ToBytes()));
        }
        return removed;
    }

    /// <summary>An approval goes with the call that used it: it holds for no other.</summary>
    static int RemoveCalls(StoreTransaction transaction, string which, (string, object?) value)
    {
        var keys = Sql.Read(transaction, $"SELECT key, approval FROM agents_call WHERE {which} LIMIT {RowsMax}", static r => (Key: r.GetString(0), Approval: r.TextOrNull(1)), value);
        foreach (var (key, approval) in keys)
        {
            Sql.Run(transaction, "DELETE FROM agents_call WHERE key = @key", ("@key", key));
            if (approval is not null) Sql.Run(transaction, "DELETE FROM agents_approval WHERE approval = @approval AND key = @key", ("@approval", approval), ("@key", key));
        }
        return keys.Count;
    }

    /// <summary>An agent's own account, when nothing of it is reserved and no other draws on it. Those above it have counted what it spent.</summary>
    static int RemoveAccount(StoreTransaction transaction, string account)
    {
        var isDone = Sql.Run(
            transaction,
            """
            DELETE FROM agents_account WHERE account = @account AND NOT EXISTS (SELECT 1 FROM agents_budget WHERE account = @account AND reserved <> 0)
                AND NOT EXISTS (SELECT 1 FROM agents_account c WHERE c.parent = @account)
            """, ("@account", account)) == 1;
        return isDone ? 1 + Sql.Run(transaction, "DELETE FROM agents_budget WHERE account = @account", ("@account", account)) : 0;
    }
}
