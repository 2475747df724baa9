namespace Holdfast.Agents.Ledgers;

/// <summary>Approvals that were used up. Whether one was given is in the run that asked for it.</summary>
static class ApprovalRows
{
    /// <exception cref="LedgerRefusal">It was used up before.</exception>
    public static void Use(StepTransaction transaction, ApprovalId approval, CallEntry call, DateTimeOffset now)
    {
        var isNew = Sql.Run(
            transaction, "INSERT INTO agents_approval (approval, hash, key, used, person) VALUES (@approval, @hash, @key, @now, @person) ON CONFLICT DO NOTHING",
            ("@approval", approval.Value), ("@hash", call.Hash), ("@key", call.Key), ("@now", now.ToUnixTimeMilliseconds()), ("@person", call.ApprovedBy)) == 1;
        if (!isNew) throw new LedgerRefusal(GateStage.Approval, null, "The approval was used before; it holds for one call.");
    }

    /// <summary>Those that a run's calls have used up, in the order in which they did.</summary>
    public static List<UsedApproval> OfRun(StoreTransaction transaction, RunId run) => Sql.Read(
        transaction, "SELECT approval, key, person, used FROM agents_approval WHERE approval IN (SELECT approval FROM agents_call WHERE key > @run || '-call-' AND key < @run || '-call.') ORDER BY used, key",
        static r => new UsedApproval(new(r.GetString(0)), r.GetString(1), r.TextOrNull(2), DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3))), ("@run", run.ToString()));
}
