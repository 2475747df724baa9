using Holdfast.Agents.Running;

namespace Holdfast.Agents.Ledgers;

/// <summary>The rows of calls: admitted and started in one commit, settled in the commit that keeps the result.</summary>
static class CallRows
{
    /// <summary>Admits a call and notes that it starts, or finds that it was started before.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="call">The call.</param>
    /// <param name="attempt">Which try it is, of those that somebody decided on. A new one starts what was in doubt.</param>
    /// <param name="now">The time.</param>
    /// <returns>How far it was; null when this started it.</returns>
    /// <exception cref="LedgerRefusal">It must not start, and nothing is kept.</exception>
    public static CallPhase? Start(StepTransaction transaction, CallEntry call, int attempt, DateTimeOffset now)
    {
        if (PhaseOf(transaction, call) is { } phase)
        {
            if (phase == CallPhase.Started && call is { PaysEachTry: true, Account: { } drawn }) BudgetRows.Renew(transaction, call.Key, drawn, call.CostMax);
            return phase == CallPhase.InDoubt && Retries(transaction, call.Key, attempt) ? null : phase;
        }
        if (call.Identity is { } identity) CheckIsNew(transaction, identity, call);
        foreach (var rate in call.Rates) RateRows.Take(transaction, rate, now);
        if (call.Account is { } account) BudgetRows.Reserve(transaction, call.Key, account, call.CostMax);
        if (call.Approval is { } approval) ApprovalRows.Use(transaction, approval, call, now);
        Sql.Run(
            transaction,
            """
            INSERT INTO agents_call (key, run, tool, version, kind, hash, identity, stage, rule, account, approval, phase, tries, started, arguments)
            VALUES (@key, @run, @tool, @version, @kind, @hash, @identity, @stage, @rule, @account, @approval, @phase, @tries, @now, @arguments)
            """,
            ("@key", call.Key), ("@run", transaction.RunId.ToString()), ("@tool", call.Tool), ("@version", call.Version), ("@kind", (int)call.Kind), ("@hash", call.Hash), ("@identity", call.Identity),
            ("@stage", (int)call.Stage), ("@rule", call.Rule), ("@account", call.Account?.Value), ("@approval", call.Approval?.Value), ("@phase", (int)CallPhase.Started), ("@tries", attempt), ("@now", now.ToUnixTimeMilliseconds()),
            ("@arguments", transaction.Encode(call.Arguments).ToArray()));
        VerdictRows.Put(transaction, new(call.Number, call.Tool, call.Approval is null ? JudgementArm.Admit : JudgementArm.Approve, call.Stage, call.Rule) { Person = call.ApprovedBy }, now);
        return null;
    }

    /// <summary>Nobody knows whether it happened. Its reservations and its identity stay.</summary>
    public static void Doubt(StepTransaction transaction, string key, string why) => Sql.Run(
        transaction, "UPDATE agents_call SET phase = @doubt, note = @why WHERE key = @key AND phase = @started",
        ("@doubt", (int)CallPhase.InDoubt), ("@started", (int)CallPhase.Started), ("@why", why), ("@key", key));

    /// <summary>It is begun again, after the world said that it had not happened.</summary>
    public static int Again(StepTransaction transaction, string key) => Sql.Run(
        transaction, "UPDATE agents_call SET phase = @started, note = NULL WHERE key = @key AND phase = @doubt", ("@doubt", (int)CallPhase.InDoubt), ("@started", (int)CallPhase.Started), ("@key", key));

    /// <summary>It is known what came of it. What failed did nothing, so the same thing may be asked for again.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="key">The call.</param>
    /// <param name="happened">Whether it happened.</param>
    /// <param name="used">What it used; null for a unit keeps what was reserved.</param>
    /// <param name="note">In a few words, for people.</param>
    /// <param name="now">The time.</param>
    public static void Settle(StepTransaction transaction, string key, bool happened, Spending used, string? note, DateTimeOffset now) => Settle(transaction, key, happened, used, note, now, isLast: false);

    /// <summary>The same as the last word about it: what it used and that does not say, nobody will know, and it counts as used. Of time no more than there was since the start.</summary>
    public static void Close(StepTransaction transaction, string key, bool happened, Spending used, string? note, DateTimeOffset now)
    {
        var started = Sql.Read(transaction, "SELECT started FROM agents_call WHERE key = @key", static r => r.GetInt64(0), ("@key", key)).FirstOrDefault();
        var since = TimeSpan.FromMilliseconds(Math.Max(0, now.ToUnixTimeMilliseconds() - started));
        Settle(transaction, key, happened, used with { Time = used.Time ?? since }, note, now, isLast: true);
    }

    /// <summary>A try of it is over that has cost something, and the call goes on.</summary>
    public static int Pay(StepTransaction transaction, string key, Spending cost)
    {
        BudgetRows.Settle(transaction, key, cost);
        return 0;
    }

    /// <summary>What a call used, as somebody says who was not its code: what did not happen took nothing.</summary>
    public static Spending UsedBy(bool happened, Spending? cost) => happened ? (cost ?? new()) with { Calls = 1 } : new() { Calls = 1, Money = 0, Tokens = 0, Time = TimeSpan.Zero };

    static void Settle(StepTransaction transaction, string key, bool happened, Spending used, string? note, DateTimeOffset now, bool isLast)
    {
        var isOpen = Sql.Run(
            transaction,
            $"UPDATE agents_call SET phase = @phase, settled = @now, note = @note{(happened ? "" : ", identity = NULL")} WHERE key = @key AND phase IN (@started, @doubt)",
            ("@phase", (int)(happened ? CallPhase.Succeeded : CallPhase.Failed)), ("@now", now.ToUnixTimeMilliseconds()), ("@note", note), ("@key", key),
            ("@started", (int)CallPhase.Started), ("@doubt", (int)CallPhase.InDoubt)) == 1;
        if (isOpen) BudgetRows.Settle(transaction, key, used, isLast);
    }

    /// <summary>Settles one try of a call for good, from outside its run. Nobody will know more of it later.</summary>
    /// <returns>Whether it was open, and is settled by this.</returns>
    public static bool SettleOutside(StoreTransaction transaction, OpenCall call, CallFinding finding, DateTimeOffset now)
    {
        var isOpen = Sql.Run(
            transaction,
            $"UPDATE agents_call SET phase = @phase, settled = @now, note = @note{(finding.Happened ? "" : ", identity = NULL")} WHERE key = @key AND tries = @tries AND phase < @succeeded",
            ("@phase", (int)(finding.Happened ? CallPhase.Succeeded : CallPhase.Failed)), ("@now", now.ToUnixTimeMilliseconds()), ("@key", call.Key), ("@tries", call.Try),
            ("@note", $"{(finding.Happened ? "It happened" : "It did not happen")}, says {finding.By}, after its run had ended."), ("@succeeded", (int)CallPhase.Succeeded)) == 1;
        if (isOpen) BudgetRows.Settle(transaction, call.Key, UsedBy(finding.Happened, finding.Cost), isLast: true);
        return isOpen;
    }

    /// <summary>Calls that are under way or in doubt, behind a key, in order.</summary>
    public static List<OpenCall> Open(StoreTransaction transaction, string after, int limit) => Sql.Read(
        transaction, "SELECT key, run, tool, version, kind, phase, tries, account, note, started, arguments FROM agents_call WHERE phase < 3 AND key > @after ORDER BY key LIMIT @limit",
        r => new OpenCall(
            r.GetString(0), RunId.Parse(r.GetString(1)), r.GetString(2), r.GetInt32(3), (EffectKind)r.GetInt32(4), System.Text.Encoding.UTF8.GetString(transaction.Decode(r.GetFieldValue<byte[]>(10)).Span), r.GetInt32(6),
            (CallPhase)r.GetInt32(5) == CallPhase.InDoubt, r.TextOrNull(8), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(9)), r.TextOrNull(7) is { } account ? new AccountId(account) : null),
        ("@after", after), ("@limit", limit));

    /// <summary>How far a call is; null for one that was never started.</summary>
    public static CallPhase? PhaseOf(StepTransaction transaction, string key) => Sql.Read(
        transaction, "SELECT phase FROM agents_call WHERE key = @key", static r => (CallPhase?)r.GetInt32(0), ("@key", key)).FirstOrDefault();

    /// <exception cref="LedgerRefusal">Another call has this number.</exception>
    static CallPhase? PhaseOf(StepTransaction transaction, CallEntry call)
    {
        var rows = Sql.Read(transaction, "SELECT phase, hash FROM agents_call WHERE key = @key", static r => (Phase: (CallPhase)r.GetInt32(0), Hash: r.GetFieldValue<byte[]>(1)), ("@key", call.Key));
        if (rows.Count == 0) return null;
        return rows[0].Hash.AsSpan().SequenceEqual(call.Hash) ? rows[0].Phase
            : throw new LedgerRefusal(GateStage.Idempotency, null, $"Call {call.Number} is another one: it was started with other arguments, or by another version of its tool. Give this one a number of its own.");
    }

    static bool Retries(StepTransaction transaction, string key, int attempt) => Sql.Run(
        transaction, "UPDATE agents_call SET phase = @started, tries = @tries, note = NULL WHERE key = @key AND tries < @tries",
        ("@started", (int)CallPhase.Started), ("@tries", attempt), ("@key", key)) == 1;

    static void CheckIsNew(StepTransaction transaction, string identity, CallEntry call)
    {
        var before = Sql.Read(transaction, "SELECT key, phase FROM agents_call WHERE identity = @identity", static r => (Key: r.GetString(0), Phase: (CallPhase)r.GetInt32(1)), ("@identity", identity));
        if (before.Count == 0) return;
        // No run's id: the model is told this, and another run of the same would be told something else.
        var own = $"{transaction.RunId}-call-";
        var which = before[0].Key.StartsWith(own, StringComparison.Ordinal) ? $"call {before[0].Key[own.Length..]} of this conversation" : "a call of another run";
        var how = before[0].Phase switch { CallPhase.Succeeded => "was done", CallPhase.InDoubt => "is in doubt", _ => "is under way" };
        throw new LedgerRefusal(GateStage.Idempotency, null, $"The same call of {call.Tool} {how} already ({which}). It is not done twice; what came of that one stands.");
    }
}
