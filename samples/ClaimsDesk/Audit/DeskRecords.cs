using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace ClaimsDesk;

/// <summary>A verdict, a call, an approval that was used, a line of an account, and a message, as they stand in the engine's file.</summary>
sealed record VerdictRow(string Run, long Number, string Tool, int Arm, int Stage, string? Rule, long Noted, string? Person);

sealed record CallRow(
    string Key, string Run, string Tool, int Version, int Kind, byte[] Hash, string? Identity, int Stage, string? Rule, string? Account, string? Approval, int Phase, int Tries, string? Note, long Begun, long? Settled,
    string Arguments, long? Quiet)
{
    public const int Started = 1, InDoubt = 2, Succeeded = 3;

    /// <summary>Which proposal of its run it was; 0 if its key does not say.</summary>
    public long Number => Key.StartsWith($"{Run}-call-", StringComparison.Ordinal) && long.TryParse(Key.AsSpan(Key.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

sealed record ApprovalRow(string Approval, byte[] Hash, string Key, long Used, string? Person);

sealed record BudgetRow(string Account, string? Parent, int Unit, long? Most, long Reserved, long Spent)
{
    public const int Tokens = 1, Money = 2, Calls = 3, Milliseconds = 4;
}

sealed record ReservationRow(string Key, string Account, int Unit, long Amount);

/// <summary>An attempt to ask a model; the reply is null for one that was cut off.</summary>
sealed record ModelRow(string Run, long Number, int Attempt, long First, long End, byte[] Frame, byte[]? Reply, byte[]? Body, string? Model, long? Tokens, bool IsCounted, long Started, long? Settled, int? Error)
{
    public bool IsAnswered => Reply is not null;

    /// <summary>With what the key of each of its reservations begins.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Run}-model-{Number}-{Attempt}");

    public bool IsWhole => Reply is null || TextRow.IsOf(Reply, Body);
}

sealed record HistoryRow(string Run, long Number, byte[] Hash, byte[]? Body)
{
    public bool IsWhole => TextRow.IsOf(Hash, Body);
}

/// <summary>A text by the hash of what it says: a message, an answer, or what a question showed beside the messages.</summary>
sealed record TextRow(byte[] Hash, byte[] Body)
{
    public string Name => Convert.ToHexStringLower(Hash);

    public bool IsWhole => IsOf(Hash, Body);

    public static bool IsOf(byte[] hash, byte[]? body) => body is not null && SHA256.HashData(body).AsSpan().SequenceEqual(hash);
}

/// <summary>The ledger's tables, read with SQL alone: the audit uses nothing of the engine.</summary>
sealed record DeskRecords(
    IReadOnlyList<VerdictRow> Verdicts, IReadOnlyList<CallRow> Calls, IReadOnlyList<ApprovalRow> Approvals, IReadOnlyList<BudgetRow> Budgets, IReadOnlyList<ReservationRow> Reservations,
    IReadOnlyList<HistoryRow> History, IReadOnlyList<ModelRow> Models, IReadOnlyList<string> Accounts, IReadOnlyList<string> Findings, IReadOnlyList<TextRow> Texts)
{
    public static DeskRecords Read(string db)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = db, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return Read(connection);
    }

    public static DeskRecords Read(SqliteConnection connection) => new(
        Rows(connection, "SELECT run, number, tool, arm, stage, rule, noted, person FROM agents_verdict ORDER BY run, number",
            static r => new VerdictRow(r.GetString(0), r.GetInt64(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), Text(r, 5), r.GetInt64(6), Text(r, 7))),
        Rows(connection, "SELECT key, run, tool, version, kind, hash, identity, stage, rule, account, approval, phase, tries, note, started, settled, arguments, quiet FROM agents_call ORDER BY key",
            static r => new CallRow(
                r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), r.GetFieldValue<byte[]>(5), Text(r, 6), r.GetInt32(7), Text(r, 8), Text(r, 9), Text(r, 10), r.GetInt32(11), r.GetInt32(12), Text(r, 13),
                r.GetInt64(14), Long(r, 15), Encoding.UTF8.GetString(r.GetFieldValue<byte[]>(16)), Long(r, 17))),
        Rows(connection, "SELECT approval, hash, key, used, person FROM agents_approval", static r => new ApprovalRow(r.GetString(0), r.GetFieldValue<byte[]>(1), r.GetString(2), r.GetInt64(3), Text(r, 4))),
        Rows(connection, "SELECT b.account, a.parent, b.unit, b.most, b.reserved, b.spent FROM agents_budget b LEFT JOIN agents_account a ON a.account = b.account",
            static r => new BudgetRow(r.GetString(0), Text(r, 1), r.GetInt32(2), Long(r, 3), r.GetInt64(4), r.GetInt64(5))),
        Rows(connection, "SELECT key, account, unit, amount FROM agents_reservation", static r => new ReservationRow(r.GetString(0), r.GetString(1), r.GetInt32(2), r.GetInt64(3))),
        Rows(connection, "SELECT h.run, h.number, h.hash, t.body FROM agents_history h LEFT JOIN agents_text t ON t.hash = h.hash ORDER BY h.run, h.number",
            static r => new HistoryRow(r.GetString(0), r.GetInt64(1), r.GetFieldValue<byte[]>(2), Bytes(r, 3))),
        Rows(connection,
            """
            SELECT m.run, m.number, m.attempt, m.first_message, m.end_message, m.frame, m.reply, t.body, m.model, m.input + m.output, m.input IS NOT NULL OR m.output IS NOT NULL, m.started, m.settled, m.error
            FROM agents_model m LEFT JOIN agents_text t ON t.hash = m.reply ORDER BY m.run, m.number, m.attempt
            """,
            static r => new ModelRow(
                r.GetString(0), r.GetInt64(1), r.GetInt32(2), r.GetInt64(3), r.GetInt64(4), r.GetFieldValue<byte[]>(5), Bytes(r, 6), Bytes(r, 7), Text(r, 8), Long(r, 9), r.GetBoolean(10), r.GetInt64(11), Long(r, 12), (int?)Long(r, 13))),
        Rows(connection, "SELECT account FROM agents_account", static r => r.GetString(0)),
        Rows(connection, "SELECT key FROM agents_finding", static r => r.GetString(0)),
        Rows(connection, "SELECT hash, body FROM agents_text", static r => new TextRow(r.GetFieldValue<byte[]>(0), r.GetFieldValue<byte[]>(1))));

    static long? Long(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    static byte[]? Bytes(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);

    static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    [SuppressMessage("Security", "CA2100", Justification = "The texts are constants of this file.")]
    public static List<T> Rows<T>(SqliteConnection connection, string text, Func<SqliteDataReader, T> make)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(make(reader));
        return rows;
    }
}
