using Holdfast.Agents.Running;

namespace Holdfast.Agents.Ledgers;

/// <summary>The rows of calls: admitted and started in one commit, settled in the commit that keeps the result.</summary>
static class CallRows
{
    /// <summary>For how many milliseconds after the end of its run a call may still take effect. Of those that can be asked about, earlier builds did not note it.</summary>
    const string Quiet = "coalesce(quiet, CASE kind WHEN 4 THEN 10000 ELSE 0 END)";

    /// <summary>Admits a call and notes that it starts, or finds that it was started before.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="call">The call.</param>
    /// <param name="attempt">Which try it is, of those that somebody decided on. A new one starts what was in doubt.</param>
    /// <param name="now">The time.</param>
    /// <returns>What was there; null when this started it. One that is open and was begun as another call has its <see cref="CallFound.Arguments"/>, and nothing is done about it.</returns>
    /// <exception cref="LedgerRefusal">It must not start, and nothing is kept.</exception>
    public static CallFound? Start(StepTransaction transaction, CallEntry call, int attempt, DateTimeOffset now)
    {
        if (Find(transaction, call.Key) is { } found)
        {
            if (!found.Hash.AsSpan().SequenceEqual(call.Hash)) return found.IsOpen ? found with { Arguments = ArgumentsOf(transaction, call.Key) } : throw Another(call.Number);
            if (found is { Phase: CallPhase.Started, Kind: <= EffectKind.ReadOnly } && call is { PaysEachTry: true, Account: { } drawn }) BudgetRows.Renew(transaction, call.Key, drawn, call.CostMax);
            return found.Phase == CallPhase.InDoubt && Retries(transaction, call, attempt) ? null : found;
        }
        if (call.Identity is { } identity) CheckIsNew(transaction, identity, call);
        foreach (var rate in call.Rates) RateRows.Take(transaction, rate, now);
        if (call.Account is { } account) BudgetRows.Reserve(transaction, call.Key, account, call.CostMax);
        if (call.Approval is { } approval) ApprovalRows.Use(transaction, approval, call, now);
        Sql.Run(
            transaction,
            """
            INSERT INTO agents_call (key, run, tool, version, kind, hash, identity, stage, rule, account, approval, phase, tries, started, arguments, step, quiet)
            VALUES (@key, @run, @tool, @version, @kind, @hash, @identity, @stage, @rule, @account, @approval, @phase, @tries, @now, @arguments, @step, @quiet)
            """,
            ("@key", call.Key), ("@run", transaction.RunId.ToString()), ("@tool", call.Tool), ("@version", call.Version), ("@kind", (int)call.Kind), ("@hash", call.Hash), ("@identity", call.Identity),
            ("@stage", (int)call.Stage), ("@rule", call.Rule), ("@account", call.Account?.Value), ("@approval", call.Approval?.Value), ("@phase", (int)CallPhase.Started), ("@tries", attempt), ("@now", now.ToUnixTimeMilliseconds()),
            ("@arguments", transaction.Encode(call.Arguments).ToArray()), ("@step", transaction.Op), ("@quiet", call.Quiet));
        VerdictRows.Put(transaction, new(call.Number, call.Tool, call.Approval is null ? JudgementArm.Admit : JudgementArm.Approve, call.Stage, call.Rule) { Person = call.ApprovedBy }, now);
        return null;
    }

    /// <summary>Nobody knows whether it happened. Its reservations and its identity stay.</summary>
    public static void Doubt(StepTransaction transaction, string key, string why) => Sql.Run(
        transaction, "UPDATE agents_call SET phase = @doubt, note = @why WHERE key = @key AND phase = @started",
        ("@doubt", (int)CallPhase.InDoubt), ("@started", (int)CallPhase.Started), ("@why", why), ("@key", key));

    /// <summary>It is begun again, after the world said that it had not happened. What is begun is the code of today.</summary>
    public static int Again(StepTransaction transaction, CallEntry call) => Sql.Run(
        transaction, "UPDATE agents_call SET phase = @started, note = NULL, version = @version, kind = @kind, step = @step, quiet = @quiet WHERE key = @key AND phase = @doubt",
        ("@doubt", (int)CallPhase.InDoubt), ("@started", (int)CallPhase.Started), ("@key", call.Key), ("@version", call.Version), ("@kind", (int)call.Kind), ("@step", transaction.Op), ("@quiet", call.Quiet));

    /// <summary>It is known what came of it. What failed did nothing, so the same thing may be asked for again.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="key">The call.</param>
    /// <param name="happened">Whether it happened.</param>
    /// <param name="used">What it used; null for a unit keeps what was reserved.</param>
    /// <param name="note">In a few words, for people.</param>
    /// <param name="now">The time.</param>
    public static void Settle(StepTransaction transaction, string key, bool happened, Spending used, string? note, DateTimeOffset now) => Settle(transaction, key, happened, used, note, now, isLast: false);

    /// <summary>The same as the last word about it: what it used and that does not say, nobody will know, and it counts as used. Of time no more than there was since the start.</summary>
    /// <returns>Whether it was open, and is settled by this.</returns>
    public static bool Close(StepTransaction transaction, string key, bool happened, Spending used, string? note, DateTimeOffset now)
    {
        var started = Sql.Read(transaction, "SELECT started FROM agents_call WHERE key = @key", static r => r.GetInt64(0), ("@key", key)).FirstOrDefault();
        var since = TimeSpan.FromMilliseconds(Math.Max(0, now.ToUnixTimeMilliseconds() - started));
        return Settle(transaction, key, happened, used with { Time = used.Time ?? since }, note, now, isLast: true);
    }

    /// <summary>A try of it is over that has cost something, and the call goes on.</summary>
    public static int Pay(StepTransaction transaction, string key, Spending cost)
    {
        BudgetRows.Settle(transaction, key, cost);
        return 0;
    }

    /// <summary>What a call used, as somebody says who was not its code: what did not happen took nothing.</summary>
    public static Spending UsedBy(bool happened, Spending? cost) => happened ? (cost ?? new()) with { Calls = 1 } : new() { Calls = 1, Money = 0, Tokens = 0, Time = TimeSpan.Zero };

    static bool Settle(StepTransaction transaction, string key, bool happened, Spending used, string? note, DateTimeOffset now, bool isLast)
    {
        var isOpen = Sql.Run(
            transaction,
            $"UPDATE agents_call SET phase = @phase, settled = @now, note = @note{(happened ? "" : ", identity = NULL")} WHERE key = @key AND phase IN (@started, @doubt)",
            ("@phase", (int)(happened ? CallPhase.Succeeded : CallPhase.Failed)), ("@now", now.ToUnixTimeMilliseconds()), ("@note", note), ("@key", key),
            ("@started", (int)CallPhase.Started), ("@doubt", (int)CallPhase.InDoubt)) == 1;
        if (isOpen) BudgetRows.Settle(transaction, key, used, isLast);
        return isOpen;
    }

    /// <summary>Settles one try of a call for good, from outside its run. Nobody will know more of it later.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="call">The call.</param>
    /// <param name="finding">What was found out.</param>
    /// <param name="ended">When its run ended.</param>
    /// <param name="now">The time.</param>
    public static FindingReceipt SettleOutside(StoreTransaction transaction, OpenCall call, CallFinding finding, DateTimeOffset ended, DateTimeOffset now)
    {
        var quiet = Sql.Read(transaction, $"SELECT {Quiet} FROM agents_call WHERE key = @key AND tries = @tries AND phase < 3", static r => r.GetInt64(0), ("@key", call.Key), ("@tries", call.Try));
        if (quiet.Count == 0) return FindingReceipt.TooLate;
        if (!finding.Happened && AskUtc(ended, quiet[0]) > now) return FindingReceipt.TooEarly;
        Sql.Run(
            transaction, $"UPDATE agents_call SET phase = @phase, settled = @now, note = @note{(finding.Happened ? "" : ", identity = NULL")} WHERE key = @key",
            ("@phase", (int)(finding.Happened ? CallPhase.Succeeded : CallPhase.Failed)), ("@now", now.ToUnixTimeMilliseconds()), ("@key", call.Key),
            ("@note", $"{(finding.Happened ? "It happened" : "It did not happen")}, says {finding.By}, after its run had ended."));
        BudgetRows.Settle(transaction, call.Key, UsedBy(finding.Happened, finding.Cost), isLast: true);
        return FindingReceipt.Taken;
    }

    /// <summary>From when on a no about a call is the last word.</summary>
    /// <param name="ended">When its run ended.</param>
    /// <param name="quiet">For how many milliseconds after that it may still take effect.</param>
    public static DateTimeOffset AskUtc(DateTimeOffset ended, long quiet) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(ended.ToUnixTimeMilliseconds() + quiet, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    /// <summary>Calls that are under way or in doubt, behind a key, in order.</summary>
    public static List<OpenCall> Open(StoreTransaction transaction, string after, int limit) => Sql.Read(
        transaction, $"SELECT key, run, tool, version, kind, phase, tries, account, note, started, arguments, {Quiet} FROM agents_call WHERE phase < 3 AND key > @after ORDER BY key LIMIT @limit",
        r =>
        {
            AccountId? account = r.TextOrNull(7) is { } name ? new(name) : null;
            var (arguments, started) = (System.Text.Encoding.UTF8.GetString(transaction.Decode(r.GetFieldValue<byte[]>(10)).Span), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(9)));
            var (kind, isInDoubt) = ((EffectKind)r.GetInt32(4), (CallPhase)r.GetInt32(5) == CallPhase.InDoubt);
            return new OpenCall(r.GetString(0), RunId.Parse(r.GetString(1)), r.GetString(2), r.GetInt32(3), kind, arguments, r.GetInt32(6), isInDoubt, r.TextOrNull(8), started, account) { Quiet = r.GetInt64(11) };
        }, ("@after", after), ("@limit", limit));

    /// <summary>What there is of a call; null for one that was never started.</summary>
    public static CallFound? Find(StepTransaction transaction, string key) => Sql.Read(
        transaction, "SELECT phase, tool, version, kind, hash, step, note FROM agents_call WHERE key = @key",
        static r => new CallFound((CallPhase)r.GetInt32(0), r.GetString(1), r.GetInt32(2), (EffectKind)r.GetInt32(3), r.GetFieldValue<byte[]>(4), r.LongOrNull(5), r.TextOrNull(6)), ("@key", key)).FirstOrDefault();

    /// <summary>Another call has this number.</summary>
    public static LedgerRefusal Another(long number) =>
        new(GateStage.Idempotency, null, $"Call {number} is another one: it was started with other arguments, or by another version of its tool. Give this one a number of its own.");

    static string ArgumentsOf(StepTransaction transaction, string key) => Sql.Read(
        transaction, "SELECT arguments FROM agents_call WHERE key = @key", r => System.Text.Encoding.UTF8.GetString(transaction.Decode(r.GetFieldValue<byte[]>(0)).Span), ("@key", key))[0];

    static bool Retries(StepTransaction transaction, CallEntry call, int attempt) => Sql.Run(
        transaction, "UPDATE agents_call SET phase = @started, tries = @tries, note = NULL, version = @version, kind = @kind, step = @step, quiet = @quiet WHERE key = @key AND tries < @tries",
        ("@started", (int)CallPhase.Started), ("@tries", attempt), ("@key", call.Key), ("@version", call.Version), ("@kind", (int)call.Kind), ("@step", transaction.Op), ("@quiet", call.Quiet)) == 1;

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
