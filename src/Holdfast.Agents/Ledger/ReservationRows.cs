using System.Globalization;

namespace Holdfast.Agents.Ledgers;

/// <summary>Reservations that are left of what is over, by their keys: <c>RUN-call-NUMBER</c>, or <c>RUN-model-QUESTION-ATTEMPT-MODEL</c>.</summary>
static class ReservationRows
{
    const string Call = "-call-", Model = "-model-";

    /// <summary>The reservations behind a key, in order.</summary>
    public static List<OpenReservation> Read(StoreTransaction transaction, string after, int limit) => Sql.Read(
        transaction,
        """
        SELECT key, account, MAX(CASE unit WHEN 1 THEN amount END), MAX(CASE unit WHEN 2 THEN amount END), MAX(CASE unit WHEN 3 THEN amount END), MAX(CASE unit WHEN 4 THEN amount END)
        FROM agents_reservation WHERE key > @after GROUP BY key ORDER BY key LIMIT @limit
        """,
        static r => new OpenReservation(
            r.GetString(0), RunOf(r.GetString(0)), r.GetString(0).Contains(Model, StringComparison.Ordinal), new(r.GetString(1)), Spending.Of(unit => r.LongOrNull(1 + (int)unit) is > 0 and var amount ? amount : null)),
        ("@after", after), ("@limit", limit));

    /// <summary>Whether nothing settles it any more; null if only its run knows, as long as that goes on.</summary>
    public static bool? IsOver(StoreTransaction transaction, string key)
    {
        // A call in doubt is settled by whoever finds out whether it happened, and with it what it took.
        if (!key.Contains(Model, StringComparison.Ordinal)) return Sql.Read(transaction, "SELECT 1 FROM agents_call WHERE key = @key AND phase < 3", static _ => true, ("@key", key)).Count == 0;
        var attempt = key[(key.IndexOf(Model, StringComparison.Ordinal) + Model.Length)..].Split('-');
        // A run asks one question after the other, and an attempt that another one has followed commits nothing any more.
        var isOver = Sql.Read(
            transaction,
            """
            SELECT 1 FROM agents_model WHERE run = @run AND number = @number AND attempt = @attempt AND settled IS NOT NULL
            UNION ALL SELECT 1 FROM agents_model WHERE run = @run AND (number, attempt) > (@number, @attempt) LIMIT 1
            """, static _ => true, ("@run", RunOf(key).ToString()), ("@number", long.Parse(attempt[0], CultureInfo.InvariantCulture)), ("@attempt", long.Parse(attempt[1], CultureInfo.InvariantCulture))).Count > 0;
        return isOver ? true : null;
    }

    public static FindingReceipt Settle(StoreTransaction transaction, string key, Spending used, string by, bool isRunOver, DateTimeOffset now)
    {
        if (Sql.Read(transaction, "SELECT 1 FROM agents_reservation WHERE key = @key LIMIT 1", static _ => true, ("@key", key)).Count == 0) return FindingReceipt.TooLate;
        if (!(IsOver(transaction, key) ?? isRunOver)) return FindingReceipt.RunGoesOn;
        BudgetRows.Settle(transaction, key, used, isLast: true);
        Sql.Run(transaction, "INSERT INTO agents_finding (key, finder, noted) VALUES (@key, @by, @now)", ("@key", key), ("@by", by), ("@now", now.ToUnixTimeMilliseconds()));
        return FindingReceipt.Taken;
    }

    /// <summary>The key says whose it is, whatever else somebody put into the record.</summary>
    public static RunId RunOf(string key) => RunOfCall(key) ?? RunOf(key, Model) ?? throw new ArgumentException($"'{key}' is not the key of a call or of a question to a model.", nameof(key));

    /// <summary>The run whose call has this key; null for a key of anything else.</summary>
    public static RunId? RunOfCall(string key) => RunOf(key, Call);

    static RunId? RunOf(string key, string kind) => key.IndexOf(kind, StringComparison.Ordinal) is > 0 and var end && RunId.TryParse(key[..end], out var run) ? run : null;
}
