using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace ClaimsDesk;

/// <summary>A verdict, a call, an approval that was used, a line of an account, and a message, as they stand in the engine's file.</summary>
sealed record VerdictRow(string Run, long Number, string Tool, int Arm, int Stage, string? Rule);

sealed record CallRow(string Key, string Run, string Tool, int Version, int Kind, byte[] Hash, string? Identity, string? Account, string? Approval, int Phase, int Tries, string? Note, long Begun, long? Settled)
{
    public const int Started = 1, InDoubt = 2, Succeeded = 3;

    public long Number => long.Parse(Key[(Key.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}

sealed record ApprovalRow(string Approval, byte[] Hash, string Key, string? Person);

sealed record BudgetRow(string Account, string? Parent, int Unit, long? Most, long Reserved, long Spent)
{
    public const int Tokens = 1, Money = 2, Calls = 3, Milliseconds = 4;
}

sealed record ReservationRow(string Key, string Account, int Unit, long Amount);

/// <summary>An attempt to ask a model; the reply is null for one that was cut off.</summary>
sealed record ModelRow(string Run, long Number, int Attempt, long First, long End, byte[]? Reply, byte[]? Body, string? Model, long? Tokens, long Started, long? Settled)
{
    public bool IsAnswered => Reply is not null;

    /// <summary>With what the key of each of its reservations begins.</summary>
    public string Key => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Run}-model-{Number}-{Attempt}");

    public bool IsWhole => Reply is null || (Body is not null && SHA256.HashData(Body).AsSpan().SequenceEqual(Reply));
}

sealed record HistoryRow(string Run, long Number, byte[] Hash, byte[]? Body)
{
    public bool IsWhole => Body is not null && SHA256.HashData(Body).AsSpan().SequenceEqual(Hash);
}

/// <summary>The ledger's tables, read with SQL alone: the audit uses nothing of the engine.</summary>
sealed record DeskRecords(
    IReadOnlyList<VerdictRow> Verdicts, IReadOnlyList<CallRow> Calls, IReadOnlyList<ApprovalRow> Approvals, IReadOnlyList<BudgetRow> Budgets, IReadOnlyList<ReservationRow> Reservations,
    IReadOnlyList<HistoryRow> History, IReadOnlyList<ModelRow> Models)
{
    public static DeskRecords Read(string db)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = db, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return new(
            Rows(connection, "SELECT run, number, tool, arm, stage, rule FROM agents_verdict ORDER BY run, number",
                static r => new VerdictRow(r.GetString(0), r.GetInt64(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), Text(r, 5))),
            Rows(connection, "SELECT key, run, tool, version, kind, hash, identity, account, approval, phase, tries, note, started, settled FROM agents_call ORDER BY key",
                static r => new CallRow(
                    r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), r.GetFieldValue<byte[]>(5), Text(r, 6), Text(r, 7), Text(r, 8), r.GetInt32(9), r.GetInt32(10), Text(r, 11), r.GetInt64(12),
                    r.IsDBNull(13) ? null : r.GetInt64(13))),
            Rows(connection, "SELECT approval, hash, key, person FROM agents_approval", static r => new ApprovalRow(r.GetString(0), r.GetFieldValue<byte[]>(1), r.GetString(2), Text(r, 3))),
            Rows(connection, "SELECT b.account, a.parent, b.unit, b.most, b.reserved, b.spent FROM agents_budget b JOIN agents_account a ON a.account = b.account",
                static r => new BudgetRow(r.GetString(0), Text(r, 1), r.GetInt32(2), r.IsDBNull(3) ? null : r.GetInt64(3), r.GetInt64(4), r.GetInt64(5))),
            Rows(connection, "SELECT key, account, unit, amount FROM agents_reservation", static r => new ReservationRow(r.GetString(0), r.GetString(1), r.GetInt32(2), r.GetInt64(3))),
            Rows(connection, "SELECT h.run, h.number, h.hash, t.body FROM agents_history h LEFT JOIN agents_text t ON t.hash = h.hash ORDER BY h.run, h.number",
                static r => new HistoryRow(r.GetString(0), r.GetInt64(1), r.GetFieldValue<byte[]>(2), r.IsDBNull(3) ? null : r.GetFieldValue<byte[]>(3))),
            Rows(connection, "SELECT m.run, m.number, m.attempt, m.first_message, m.end_message, m.reply, t.body, m.model, m.input + m.output, m.started, m.settled FROM agents_model m LEFT JOIN agents_text t ON t.hash = m.reply ORDER BY m.run, m.number, m.attempt",
                static r => new ModelRow(
                    r.GetString(0), r.GetInt64(1), r.GetInt32(2), r.GetInt64(3), r.GetInt64(4), r.IsDBNull(5) ? null : r.GetFieldValue<byte[]>(5), r.IsDBNull(6) ? null : r.GetFieldValue<byte[]>(6), Text(r, 7),
                    r.IsDBNull(8) ? null : r.GetInt64(8), r.GetInt64(9), r.IsDBNull(10) ? null : r.GetInt64(10))));
    }

    static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    [SuppressMessage("Security", "CA2100", Justification = "The texts are constants of this file.")]
    static List<T> Rows<T>(SqliteConnection connection, string text, Func<SqliteDataReader, T> make)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(make(reader));
        return rows;
    }
}
