using Holdfast.Agents;
using Microsoft.Data.Sqlite;

namespace Holdfast.Simulation.Worlds;

/// <summary>Has the ledger swept, and looks at what is left of runs that are gone: what is open or holds a reservation, what must not be done twice, and nothing else. Of the others, all.</summary>
sealed class SweptLook(World world, SimulatedProcess process)
{
    /// <summary>What stays of a call that is over as long as its identity is remembered, and what stays until somebody settles it.</summary>
    const long Remembered = 1, Open = 2;

    const string Rows =
        """
        WITH call AS (
            SELECT key, run, approval, CASE WHEN phase < 3 OR EXISTS (SELECT 1 FROM agents_reservation r WHERE r.key = c.key) THEN 2 WHEN identity IS NOT NULL THEN 1 ELSE 0 END AS why FROM agents_call c)
        SELECT 'call ' || key, run, why FROM call
        UNION ALL SELECT 'approval ' || a.approval, run, why FROM agents_approval a JOIN call c ON c.key = a.key AND c.approval = a.approval
        UNION ALL SELECT 'approval ' || approval, SUBSTR(key, 1, 26), 0 FROM agents_approval WHERE approval NOT IN (SELECT approval FROM call WHERE approval IS NOT NULL)
        UNION ALL SELECT 'reservation ' || unit || ' ' || key, SUBSTR(key, 1, 26), 2 FROM agents_reservation
        UNION ALL SELECT 'account ' || account, SUBSTR(account, 7), CASE WHEN EXISTS (SELECT 1 FROM agents_budget b WHERE b.account = a.account AND reserved <> 0) THEN 2 ELSE 0 END FROM agents_account a WHERE account LIKE 'agent %'
        UNION ALL SELECT 'message ' || number, run, 0 FROM agents_history
        UNION ALL SELECT 'question ' || number || ' ' || attempt, run, 0 FROM agents_model
        UNION ALL SELECT 'verdict ' || number, run, 0 FROM agents_verdict
        UNION ALL SELECT 'finding ' || key, SUBSTR(key, 1, 26), 0 FROM agents_finding
        """;

    const string LooseTexts =
        "SELECT count(*) FROM agents_text t WHERE NOT EXISTS (SELECT 1 FROM agents_history WHERE hash = t.hash) AND NOT EXISTS (SELECT 1 FROM agents_model WHERE frame = t.hash) AND NOT EXISTS (SELECT 1 FROM agents_model WHERE reply = t.hash)";

    const string LostTexts = "SELECT count(*) FROM (SELECT hash FROM agents_history UNION SELECT frame FROM agents_model UNION SELECT reply FROM agents_model WHERE reply IS NOT NULL) WHERE hash NOT IN (SELECT hash FROM agents_text)";

    readonly Dictionary<string, bool> _isGone = new(StringComparer.Ordinal);

    public async Task LookAsync(Func<SqliteConnection> open)
    {
        await LookAsync(open, Remembered, TimeSpan.MaxValue);
        await LookAsync(open, Open, TimeSpan.Zero);
    }

    /// <param name="open">Opens the file.</param>
    /// <param name="least">For how good a reason it has to be there to stay.</param>
    /// <param name="identityAge">How long identities are remembered.</param>
    async Task LookAsync(Func<SqliteConnection> open, long least, TimeSpan identityAge)
    {
        var before = Read(open, least);
        // An account goes after those below it, and may come before them.
        while (await world.AskAsync("sweep", c => c.SweepLedgerAsync(new() { IdentityAge = identityAge, TimeProvider = process.Time })) > 0) { }
        var after = Read(open, least);
        foreach (var (row, stays) in before)
            if (stays && !after.ContainsKey(row)) world.Complain($"the sweep of the ledger has removed the {row}");
        foreach (var (row, stays) in after)
            if (!stays) world.Complain($"the sweep of the ledger has left the {row}, whose run was removed");
    }

    /// <summary>Each row by its name, and whether it has to stay.</summary>
    Dictionary<string, bool> Read(Func<SqliteConnection> open, long least)
    {
        using var connection = open();
        using var command = connection.CreateCommand();
        var rows = new Dictionary<string, bool>(StringComparer.Ordinal);
        command.CommandText = Rows;
        using (var reader = command.ExecuteReader())
            while (reader.Read()) rows.Add($"{reader.GetString(0)} of {world.NameOf(RunId.Parse(reader.GetString(1)))} ({reader.GetString(1)})", reader.GetInt64(2) >= least || !IsGone(reader.GetString(1)));
        command.CommandText = LooseTexts;
        if (command.ExecuteScalar() is not 0L and var loose) world.Complain($"{loose} texts of the ledger are left that nothing names");
        command.CommandText = LostTexts;
        if (command.ExecuteScalar() is not 0L and var lost) world.Complain($"{lost} texts of the ledger are named, and not there");
        return rows;
    }

    bool IsGone(string run)
    {
        if (!_isGone.TryGetValue(run, out var isGone)) _isGone.Add(run, isGone = !process.Has(RunId.Parse(run)));
        return isGone;
    }
}
