namespace Holdfast.Agents.Ledgers;

/// <summary>Approvals that were used up. Whether one was given is in the run that asked for it.</summary>
static class ApprovalRows
{
    /// <exception cref="LedgerRefusal">It was used up before.</exception>
    public static void Use(StepTransaction transaction, ApprovalId approval, CallEntry call, DateTimeOffset now)
    {
        var isNew = Sql.Run(
            transaction, "INSERT INTO agents_approval (approval, hash, key, used) VALUES (@approval, @hash, @key, @now) ON CONFLICT DO NOTHING",
            ("@approval", approval.Value), ("@hash", call.Hash), ("@key", call.Key), ("@now", now.ToUnixTimeMilliseconds())) == 1;
        if (!isNew) throw new LedgerRefusal(GateStage.Approval, null, $"The approval {approval} was used before; it holds for one call.");
    }
}
