namespace Holdfast.Agents.Ledgers;

/// <summary>What a model was asked and what it answered, by hashes: which messages of the conversation it saw, and not what they say.</summary>
static class ModelRows
{
    public static void Start(StepTransaction transaction, ModelCall call, MessageHash instructions, MessageHash request, DateTimeOffset now) => Sql.Run(
        transaction,
        """
        INSERT INTO agents_model (run, number, attempt, first_message, end_message, instructions, request, started) VALUES (@run, @number, @attempt, @first, @end, @instructions, @request, @now)
        ON CONFLICT DO NOTHING
        """,
        ("@run", transaction.RunId.ToString()), ("@number", call.Number), ("@attempt", call.Attempt), ("@first", call.First), ("@end", call.End), ("@instructions", instructions.ToBytes()),
        ("@request", request.ToBytes()), ("@now", now.ToUnixTimeMilliseconds()));

    public static void Settle(StepTransaction transaction, ModelCall call, ModelReply reply, byte[] text, DateTimeOffset now)
    {
        var hash = MessageHash.Of(text);
        TextRows.Put(transaction, hash, text);
        Sql.Run(
            transaction,
            "UPDATE agents_model SET reply = @reply, model = @model, input = @input, output = @output, settled = @now WHERE run = @run AND number = @number AND attempt = @attempt",
            ("@reply", hash.ToBytes()), ("@model", reply.Model), ("@input", reply.Usage.InputTokens), ("@output", reply.Usage.OutputTokens), ("@now", now.ToUnixTimeMilliseconds()),
            ("@run", transaction.RunId.ToString()), ("@number", call.Number), ("@attempt", call.Attempt));
    }
}

/// <summary>One attempt to ask a model.</summary>
/// <param name="Number">The call's number in its run.</param>
/// <param name="Attempt">The step's attempt.</param>
/// <param name="First">The first message that it sees.</param>
/// <param name="End">The message behind the last one.</param>
readonly record struct ModelCall(long Number, int Attempt, long First, long End);
