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

    /// <summary>An attempt has ended without an answer, and with it those before it: nothing settles what is reserved for them any more.</summary>
    /// <param name="transaction">The commit.</param>
    /// <param name="call">The attempt.</param>
    /// <param name="error">How the model failed; null where none was asked.</param>
    /// <param name="now">The time.</param>
    public static void End(StepTransaction transaction, ModelCall call, ModelErrorKind? error, DateTimeOffset now) => Sql.Run(
        transaction,
        """
        UPDATE agents_model SET settled = coalesce(settled, @now), error = CASE attempt WHEN @attempt THEN @error ELSE error END
        WHERE run = @run AND number = @number AND attempt <= @attempt
        """,
        ("@now", now.ToUnixTimeMilliseconds()), ("@error", (int?)error), ("@run", transaction.RunId.ToString()), ("@number", call.Number), ("@attempt", call.Attempt));

    /// <summary>An attempt was stopped behind a model that had failed, because the next one may not be asked yet; with it those before it have ended.</summary>
    public static void Stop(StepTransaction transaction, ModelCall call, string model, DateTimeOffset now)
    {
        End(transaction, call, null, now);
        Sql.Run(transaction, "UPDATE agents_model SET model = @model WHERE run = @run AND number = @number AND attempt = @attempt",
            ("@model", model), ("@run", transaction.RunId.ToString()), ("@number", call.Number), ("@attempt", call.Attempt));
    }

    /// <summary>The model behind which the last question before one was stopped; null if it was not.</summary>
    public static string? StoppedBehind(StepTransaction transaction, long number) => Sql.Read(
        transaction, "SELECT CASE WHEN reply IS NULL AND error IS NULL THEN model END FROM agents_model WHERE run = @run AND number < @number ORDER BY number DESC, attempt DESC LIMIT 1",
        static r => r.TextOrNull(0), ("@run", transaction.RunId.ToString()), ("@number", number)).FirstOrDefault();

    /// <summary>The next call of a run, behind a number, that was answered. Attempts that were cut off have no answer, and are left out.</summary>
    public static EndedCall? NextAnswered(StoreTransaction transaction, RunId run, long after) => Next(transaction, run, after, "reply IS NOT NULL");

    /// <summary>The next one that was answered, or that no attempt was: then it is the last attempt that failed.</summary>
    public static EndedCall? NextEnded(StoreTransaction transaction, RunId run, long after) => Next(transaction, run, after, "(reply IS NOT NULL OR error IS NOT NULL)");

    static EndedCall? Next(StoreTransaction transaction, RunId run, long after, string which) => Sql.Read(
        transaction,
        $"""
        SELECT number, attempt, first_message, end_message, frame, reply, error FROM agents_model WHERE run = @run AND number > @after AND {which}
        ORDER BY number, reply IS NULL, CASE WHEN reply IS NULL THEN -attempt ELSE attempt END LIMIT 1
        """,
        static r => new EndedCall(
            r.GetInt64(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3), MessageHash.FromBytes(r.GetFieldValue<byte[]>(4)), r.IsDBNull(5) ? null : MessageHash.FromBytes(r.GetFieldValue<byte[]>(5)),
            r.IsDBNull(6) ? null : (ModelErrorKind)r.GetInt32(6)),
        ("@run", run.ToString()), ("@after", after)).FirstOrDefault();
}

/// <summary>A question that has ended.</summary>
/// <param name="Number">The call's number in its run.</param>
/// <param name="Attempt">The step's attempt.</param>
/// <param name="First">The first message that it showed.</param>
/// <param name="End">The message behind the last one.</param>
/// <param name="Frame">What it asked besides, by its hash.</param>
/// <param name="Reply">The answer, by its hash; null for none.</param>
/// <param name="Error">How the model failed; null if there is an answer.</param>
sealed record EndedCall(long Number, int Attempt, long First, long End, MessageHash Frame, MessageHash? Reply, ModelErrorKind? Error);

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
