using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Agents.Ledgers;

/// <summary>Statements of the ledger, inside a commit. All of their text is in this folder; values go as parameters.</summary>
static class Sql
{
    public static int Run(StoreTransaction transaction, string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(transaction, text, values);
        return command.ExecuteNonQuery();
    }

    public static List<T> Read<T>(StoreTransaction transaction, string text, Func<DbDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(transaction, text, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? LongOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    [SuppressMessage("Security", "CA2100", Justification = "The texts are constants of this folder.")]
    static DbCommand Command(StoreTransaction transaction, string text, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = transaction.Connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }
}
