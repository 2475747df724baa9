using System.Text.Json;
using Holdfast.Agents.Models;

namespace Holdfast.Agents.Ledgers;

/// <summary>What a model was asked and what it answered, by hashes: which messages of the conversation it saw, and not what they say.</summary>
static class ModelRows
{
    /// <param name="transaction">The commit.</param>
    /// <param name="call">The attempt.</param>
    /// <param name="frame">What is asked.</param>
    /// <param name="now">The time.</param>
    public static void Start(StepTransaction transaction, ModelCall call, ModelFrame frame, DateTimeOffset now)
    {
        TextRows.Put(transaction, frame.Hash, frame.Text);
        Sql.Run(
            transaction,
            """
            INSERT INTO agents_model (run, number, attempt, first_message, end_message, frame, request, started) VALUES (@run, @number, @attempt, @first, @end, @frame, @request, @now)
            ON CONFLICT DO NOTHING
            """,
            ("@run", transaction.RunId.ToString()), ("@number", call.Number), ("@attempt", call.Attempt), ("@first", call.First), ("@end", call.End), ("@frame", frame.Hash.ToBytes()),
            ("@request", frame.Request.ToBytes()), ("@now", now.ToUnixTimeMilliseconds()));
    }

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

    /// <summary>What a run's models were asked and answered, in order, as tests can play it. Attempts that were cut off have no answer, and are left out.</summary>
    public static List<RecordedCall> Read(StoreTransaction transaction, RunId run)
    {
        var rows = Sql.Read(
            transaction, "SELECT first_message, end_message, frame, reply FROM agents_model WHERE run = @run AND reply IS NOT NULL ORDER BY number, attempt",
            static r => (First: r.GetInt64(0), End: r.GetInt64(1), Frame: MessageHash.FromBytes(r.GetFieldValue<byte[]>(2)), Reply: MessageHash.FromBytes(r.GetFieldValue<byte[]>(3))), ("@run", run.ToString()));
        // Numbered from 0, without a gap.
        var history = HistoryRows.Read(transaction, run, 0, long.MaxValue);
        return rows.ConvertAll(row =>
        {
            var frame = JsonSerializer.Deserialize<string[][]>(TextRows.Get(transaction, row.Frame))!.Select(static p => new PrintedPart(p[0], p[1]));
            var said = RequestPrint.Of(new ModelRequest("", history[(int)row.First..(int)row.End])).Parts.Where(static p => p.IsMessage);
            return new RecordedCall(new([.. frame, .. said]), JsonSerializer.Deserialize<ModelReply>(TextRows.Get(transaction, row.Reply))!);
        });
    }
}

/// <summary>One attempt to ask a model.</summary>
/// <param name="Number">The call's number in its run.</param>
/// <param name="Attempt">The step's attempt.</param>
/// <param name="First">The first message that it sees.</param>
/// <param name="End">The message behind the last one.</param>
readonly record struct ModelCall(long Number, int Attempt, long First, long End);

/// <summary>What a model is asked besides the messages of the conversation, such as instructions and tools: one text, which is the same for most calls.</summary>
/// <param name="Text">The text.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Request">The hash of all that is asked.</param>
sealed record ModelFrame(byte[] Text, MessageHash Hash, MessageHash Request)
{
    public static ModelFrame Of(ModelRequest request)
    {
        var print = RequestPrint.Of(request);
        var text = JsonSerializer.SerializeToUtf8Bytes(print.Parts.Where(static p => !p.IsMessage).Select(static p => new[] { p.Name, p.Text }));
        return new(text, MessageHash.Of(text), print.Hash);
    }
}
