namespace Holdfast.Agents.Ledgers;

/// <summary>
/// Accounts: what is reserved before and spent after. A reservation is made at the account and at all those above it, or not at all, so no account can ever hold more than its limit
/// in what is spent and what may still be.
/// </summary>
static class BudgetRows
{
    /// <summary>More accounts above each other than anybody needs; a ring of them would never end.</summary>
    const int DepthMax = 64;

    /// <summary>More an account does not count: what a sum is too large for, the database would go on counting inexactly.</summary>
    const long SumMax = 4_000_000_000_000_000_000;

    static readonly BudgetUnit[] Units = Enum.GetValues<BudgetUnit>();

    /// <summary>Opens an account. One that is open stays as it is.</summary>
    /// <exception cref="ArgumentException">It is open with another parent, the parent is not open, one of them has no name, or there are too many above it.</exception>
    public static void Open(StoreTransaction transaction, AccountId account, AccountId? parent, Spending limit)
    {
        account.Named();
        if (parent is { } above && Chain(transaction, above).Count == DepthMax) throw new ArgumentException($"Account '{account}' would have more than {DepthMax} above it.");
        var isNew = Sql.Run(
            transaction, "INSERT INTO agents_account (account, parent) VALUES (@account, @parent) ON CONFLICT DO NOTHING", ("@account", account.Value), ("@parent", parent?.Value)) == 1;
        if (!isNew)
        {
            var there = Sql.Read(transaction, "SELECT parent FROM agents_account WHERE account = @account", static r => r.TextOrNull(0), ("@account", account.Value))[0];
            if (there != parent?.Value) throw new ArgumentException($"Account '{account}' is open already, under {there ?? "none"} and not under {parent?.Value ?? "none"}.");
            return;
        }
        foreach (var unit in Units)
            Sql.Run(transaction, "INSERT INTO agents_budget (account, unit, most, reserved, spent) VALUES (@account, @unit, @most, 0, 0)", ("@account", account.Value), ("@unit", (int)unit), ("@most", limit[unit]));
    }

    /// <exception cref="LedgerRefusal">An account has not that much left, or it was never opened.</exception>
    public static void Reserve(StoreTransaction transaction, string key, AccountId account, Spending amount)
    {
        List<string> chain;
        try
        {
            chain = Chain(transaction, account);
        }
        catch (ArgumentException wrong)
        {
            throw new LedgerRefusal(GateStage.Budget, account.Value, wrong.Message);
        }
        foreach (var unit in Units)
        {
            // Also of nothing: what is used beyond what was said belongs to the account all the same.
            var wanted = amount[unit] ?? 0;
            if (wanted > Spending.CountedMax) throw new LedgerRefusal(GateStage.Budget, account.Value, Spending.TooMuch(unit));
            foreach (var one in wanted > 0 ? chain : [])
            {
                var isThere = Sql.Run(
                    transaction,
                    "UPDATE agents_budget SET reserved = reserved + @wanted WHERE account = @account AND unit = @unit AND @wanted <= MIN(COALESCE(most, @sum), @sum) - reserved - spent",
                    ("@wanted", wanted), ("@sum", SumMax), ("@account", one), ("@unit", (int)unit)) == 1;
                if (!isThere) throw new LedgerRefusal(GateStage.Budget, one, $"{(!one.StartsWith("agent ", StringComparison.Ordinal) ? $"The account '{one}'" : one == account.Value ? "Your own account" : "The account of an agent above")} has not enough {Spending.NameOf(unit)} left for this call.");
            }
            Sql.Run(transaction, "INSERT INTO agents_reservation (key, unit, account, amount) VALUES (@key, @unit, @account, @amount)",
                ("@key", key), ("@unit", (int)unit), ("@account", account.Value), ("@amount", wanted));
        }
    }

    /// <summary>What was used takes the place of what was reserved for it.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="key">For what it was reserved.</param>
    /// <param name="used">What was used; null for a unit of which nobody knows.</param>
    /// <param name="isLast">Whether nobody will know later either: what was reserved counts as used then. Otherwise it stays reserved.</param>
    public static void Settle(StoreTransaction transaction, string key, Spending used, bool isLast = false)
    {
        var reserved = Sql.Read(
            transaction, "SELECT unit, account, amount FROM agents_reservation WHERE key = @key", static r => (Unit: (BudgetUnit)r.GetInt32(0), Account: r.GetString(1), Amount: r.GetInt64(2)), ("@key", key));
        foreach (var (unit, account, amount) in reserved)
        {
            if (used[unit] is not { } spent)
            {
                if (amount > 0 && !isLast) continue;
                spent = amount;
            }
            // A time-out is heard a little late, and that little was not what was meant to be bounded.
            spent = Math.Min(spent, unit == BudgetUnit.Milliseconds ? amount : Spending.CountedMax);
            foreach (var one in Chain(transaction, new(account)))
                Sql.Run(transaction, "UPDATE agents_budget SET reserved = reserved - @amount, spent = spent + @spent WHERE account = @account AND unit = @unit",
                    ("@amount", amount), ("@spent", spent), ("@account", one), ("@unit", (int)unit));
            Sql.Run(transaction, "DELETE FROM agents_reservation WHERE key = @key AND unit = @unit", ("@key", key), ("@unit", (int)unit));
        }
    }

    /// <summary>For another try of the same call: what the one before it did not say counts as used, and as much is reserved anew. A call remains one, and its time that of its last try.</summary>
    /// <exception cref="LedgerRefusal">An account has not that much left.</exception>
    public static void Renew(StoreTransaction transaction, string key, AccountId account, Spending amount)
    {
        Settle(transaction, key, new() { Calls = 0, Time = TimeSpan.Zero }, isLast: true);
        Reserve(transaction, key, account, amount);
    }

    public static Account? Read(StoreTransaction transaction, AccountId account)
    {
        account.Named();
        var parents = Sql.Read(transaction, "SELECT parent FROM agents_account WHERE account = @account", static r => r.TextOrNull(0), ("@account", account.Value));
        if (parents.Count == 0) return null;
        var rows = Sql.Read(
            transaction, "SELECT unit, most, reserved, spent FROM agents_budget WHERE account = @account",
            static r => (Unit: (BudgetUnit)r.GetInt32(0), Most: r.LongOrNull(1), Reserved: r.GetInt64(2), Spent: r.GetInt64(3)), ("@account", account.Value)).ToDictionary(static r => r.Unit);
        return new(
            account, parents[0] is { } parent ? new AccountId(parent) : null, Spending.Of(u => rows[u].Most), Spending.Of(u => rows[u].Reserved), Spending.Of(u => rows[u].Spent));
    }

    /// <summary>The account and those above it.</summary>
    /// <exception cref="ArgumentException">It has no name, or was never opened.</exception>
    static List<string> Chain(StoreTransaction transaction, AccountId account)
    {
        var chain = new List<string>();
        for (string? one = account.Named().Value; one is not null && chain.Count < DepthMax;)
        {
            var rows = Sql.Read(transaction, "SELECT parent FROM agents_account WHERE account = @account", static r => r.TextOrNull(0), ("@account", one));
            if (rows.Count == 0) throw new ArgumentException($"The account '{one}' was never opened. Open it before anything draws on it.");
            chain.Add(one);
            one = rows[0];
        }
        return chain;
    }
}
