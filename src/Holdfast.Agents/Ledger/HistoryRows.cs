namespace Holdfast.Agents.Ledgers;

/// <summary>Conversations: for each run the hashes of its messages, in order. A message that is there stays as it is.</summary>
static class HistoryRows
{
    /// <summary>More are not read in one commit: meanwhile every other one waits.</summary>
    public const int PageMax = 32;

    /// <summary>Puts messages behind each other, from a number on. Doing it again changes nothing.</summary>
    public static void Append(StepTransaction transaction, long first, IReadOnlyList<Message> messages)
    {
        foreach (var message in messages)
        {
            var json = message.ToJson();
            var hash = MessageHash.Of(json);
            TextRows.Put(transaction, hash, json);
            Sql.Run(
                transaction, "INSERT INTO agents_history (run, number, hash) VALUES (@run, @number, @hash) ON CONFLICT DO NOTHING",
                ("@run", transaction.RunId.ToString()), ("@number", first++), ("@hash", hash.ToBytes()));
        }
    }

    public static List<Message> Read(StoreTransaction transaction, RunId run, long first, long end) => Sql.Read(
        transaction, "SELECT t.body FROM agents_history h JOIN agents_text t ON t.hash = h.hash WHERE h.run = @run AND h.number >= @first AND h.number < @end ORDER BY h.number",
        r => Message.Read(transaction.Decode(r.GetFieldValue<byte[]>(0)).Span), ("@run", run.ToString()), ("@first", first), ("@end", end));
}
