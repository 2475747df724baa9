using System.Data.Common;

namespace Holdfast.Simulation.Worlds;

/// <summary>All accounts as one commit has left them, and what must hold among them: whatever died, what they hold is what the calls and the questions below them say.</summary>
sealed class AccountBooks
{
    const int Tokens = 1, MicroMoney = 2, Calls = 3;

    // A question that was answered took 15 tokens; of money and of time only the sum is known.
    const string Rows =
        """
        SELECT account, unit, parent, most, reserved, spent,
            (SELECT coalesce(sum(amount), 0) FROM agents_reservation r WHERE r.account = a.account AND r.unit = b.unit),
            CASE unit
                WHEN 1 THEN 15 * (SELECT count(*) FROM agents_model WHERE 'agent ' || run = a.account AND reply IS NOT NULL)
                WHEN 3 THEN (SELECT count(*) FROM agents_call c WHERE c.account = a.account AND phase > 2)
            END,
            (SELECT count(*) FROM agents_call c WHERE c.account = a.account AND phase < 3)
        FROM agents_account a JOIN agents_budget b USING (account)
        """;

    // Kept for an answered question, or for a call that is over and whose code has said what it cost; and not kept for one of which nobody knows.
    const string Left =
        """
        SELECT 'answered', r.key FROM agents_reservation r JOIN agents_model m ON r.key LIKE m.run || '-model-' || m.number || '-' || m.attempt || '-%' WHERE r.amount > 0 AND m.reply IS NOT NULL
        UNION ALL SELECT 'unknown', run || '-model-' || number || '-' || attempt FROM agents_model m
            WHERE settled IS NULL AND 2 > (SELECT count(*) FROM agents_reservation WHERE unit = 1 AND amount > 0 AND key LIKE m.run || '-model-' || m.number || '-' || m.attempt || '-%')
        UNION ALL SELECT 'over', r.key FROM agents_reservation r JOIN agents_call c USING (key) WHERE amount > 0 AND phase > 2
        UNION ALL SELECT 'ended', key FROM agents_call WHERE phase = 3 AND account IS NOT NULL
        """;

    readonly Dictionary<(string Account, int Unit), Row> _rows = [];
    readonly List<(string What, string Key)> _left = [];

    AccountBooks()
    {
    }

    /// <summary>Null as long as there is no ledger.</summary>
    public static AccountBooks? Read(DbConnection connection)
    {
        var isThere = false;
        Each(connection, "SELECT 1 FROM sqlite_master WHERE name = 'agents_account'", _ => isThere = true);
        if (!isThere) return null;
        var books = new AccountBooks();
        static long? Number(DbDataReader r, int column) => r.IsDBNull(column) ? null : r.GetInt64(column);
        Each(connection, Rows, r => books._rows.Add((r.GetString(0), r.GetInt32(1)), new(r.IsDBNull(2) ? null : r.GetString(2), Number(r, 3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), Number(r, 7), r.GetInt64(8))));
        Each(connection, Left, r => books._left.Add((r.GetString(0), r.GetString(1))));
        return books;
    }

    /// <summary>What does not hold.</summary>
    /// <param name="silent">Calls whose code did not say what they cost.</param>
    /// <param name="isSettled">Whether somebody has said of all that is over what it took.</param>
    public IEnumerable<string> Problems(IReadOnlySet<string> silent, bool isSettled = false)
    {
        foreach (var ((account, unit), row) in _rows)
        {
            var children = _rows.Where(r => r.Key.Unit == unit && r.Value.Parent == account).Select(static r => r.Value).ToList();
            var (where, spentBelow) = ($"unit {unit} of the account '{account}'", children.Sum(static c => c.Spent));
            if (row.Reserved != row.ReservedHere + children.Sum(static c => c.Reserved)) yield return $"{where} has {row.Reserved} reserved, and below it are {row.ReservedHere} and {children.Sum(static c => c.Reserved)}";
            if (row.Reserved + row.Spent > row.Most) yield return $"{where} has {row.Reserved} reserved and {row.Spent} spent, of {row.Most}";
            // Nobody draws on a firm's and its desk's themselves.
            var here = account.StartsWith("firm ", StringComparison.Ordinal) || account.StartsWith("desk ", StringComparison.Ordinal) ? 0 : row.SpentHere;
            if (here is { } own ? row.Spent != own + spentBelow : row.Spent < spentBelow) yield return $"{where} has {row.Spent} spent, and below it are {here} and {spentBelow}";
            if (unit == Calls && row.ReservedHere != row.OpenHere) yield return $"{where} has {row.ReservedHere} reserved for {row.OpenHere} calls";
            if (isSettled && unit != Calls && row.ReservedHere > 0 && row.OpenHere == 0) yield return $"{where} has {row.ReservedHere} reserved, and nothing for it";
        }
        var over = _left.Where(static l => l.What == "over").Select(static l => l.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (what, key) in _left)
        {
            if (what == "answered") yield return $"the question {key} was answered, and has a reservation";
            if (what == "unknown" && !isSettled) yield return $"the question {key} was not answered, and has no reservation";
            // Of a call that is over, nothing is left but where nobody has said what it cost.
            if (what == "over" && !silent.Contains(key)) yield return $"the call {key} is over, has said what it cost, and has a reservation";
            if (what == "ended" && silent.Contains(key) && !isSettled && !over.Contains(key)) yield return $"the call {key} is over, has not said what it cost, and has no reservation";
        }
    }

    /// <summary>Whether a call, or a question, may be refused here: one of the accounts above has less than that may take.</summary>
    public bool IsShort(string account, bool isOfQuestion)
    {
        for (string? one = account; one is not null; one = _rows.TryGetValue((one, Calls), out var row) ? row.Parent : null)
        {
            if (isOfQuestion ? Has(one, Tokens, Flows.FirmDefinition.QuestionTokensMax) && Has(one, MicroMoney, Flows.FirmDefinition.QuestionMoneyMax) : Has(one, Calls, 1) && Has(one, MicroMoney, Flows.FirmDefinition.CallMoneyMax)) continue;
            return true;
        }
        return false;
    }

    bool Has(string account, int unit, long wanted) => !_rows.TryGetValue((account, unit), out var row) || row.Most is not { } most || most - row.Reserved - row.Spent >= wanted;

    static void Each(DbConnection connection, string sql, Action<DbDataReader> row)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read()) row(reader);
    }

    /// <param name="Parent">The account above.</param>
    /// <param name="Most">What it may hold.</param>
    /// <param name="Reserved">What it says is reserved.</param>
    /// <param name="Spent">What it says is spent.</param>
    /// <param name="ReservedHere">What the reservations say that were made here.</param>
    /// <param name="SpentHere">What was spent here; null where nobody knows.</param>
    /// <param name="OpenHere">How many calls are not over.</param>
    sealed record Row(string? Parent, long? Most, long Reserved, long Spent, long ReservedHere, long? SpentHere, long OpenHere);
}
