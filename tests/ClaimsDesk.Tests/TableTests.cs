using System.Diagnostics.CodeAnalysis;
using ClaimsDesk;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace ClaimsDeskTests;

/// <summary>One value at a time is altered in each column of the ledger's tables, and rows are removed and added: the audit has to know better.</summary>
public sealed class TableTests(DeskRun run, ITestOutputHelper output) : IClassFixture<DeskRun>
{
    /// <summary>What tells rows of one table apart: of each sort one is changed.</summary>
    static readonly Dictionary<string, string> s_sorts = new()
    {
        ["agents_account"] = "account LIKE 'agent %'",
        ["agents_budget"] = "unit || (account LIKE 'agent %')",
        ["agents_call"] = "tool || (approval IS NOT NULL)",
        ["agents_history"] = "number",
        ["agents_model"] = "reply IS NULL",
        ["agents_verdict"] = "arm || stage || coalesce(person, '')",
    };

    /// <summary>What no other book knows: in which step of its run a call began, and of a question when it was asked, the number of its try, that one failed, how and when, what it looked like on its way, and how many messages it showed. The README has the same list.</summary>
    static readonly HashSet<string> s_unknown =
        ["agents_call.step", "agents_model.attempt", "agents_model.request", "agents_model.error", "agents_model.end_message", "agents_model.started", "agents_model.settled of one without a reply", "agents_model removed of one without a reply"];

    sealed record Column(string Name, bool IsKey, bool IsNullable);

    [Fact]
    public void Every_change_of_a_row_contradicts_another_book()
    {
        Assert.True(run.ExitCode == 0, run.Output);
        var books = new Books(run);
        using var connection = Copy();
        var (unnoticed, tried) = (new List<string>(), 0);
        foreach (var change in Changes(connection))
        {
            tried++;
            Run(connection, "SAVEPOINT untouched");
            Assert.True(Run(connection, change) > 0, change);
            try
            {
                if (books.With(DeskRecords.Read(connection)).Findings().Count == 0) unnoticed.Add(change);
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                unnoticed.Add($"{change}: {error}");
            }
            Run(connection, "ROLLBACK TO untouched; RELEASE untouched");
        }
        output.WriteLine($"{tried} changes");
        Assert.Equal([], books.With(DeskRecords.Read(connection)).Findings());
        Assert.True(unnoticed.Count == 0, $"{unnoticed.Count} of {tried} changes were not noticed:\n{string.Join('\n', unnoticed)}");
    }

    SqliteConnection Copy()
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using var original = new SqliteConnection($"Data Source={run.Db};Mode=ReadOnly;Pooling=False");
        original.Open();
        var copy = new SqliteConnection("Data Source=:memory:");
        copy.Open();
        original.BackupDatabase(copy);
        return copy;
    }

    static List<string> Changes(SqliteConnection connection)
    {
        var changes = new List<string>();
        foreach (var table in Texts(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'agents!_%' ESCAPE '!' ORDER BY name"))
        {
            var columns = DeskRecords.Rows(connection, $"SELECT name, pk, \"notnull\" FROM pragma_table_info('{table}') ORDER BY cid", static r => new Column(r.GetString(0), r.GetInt32(1) > 0, r.GetInt32(1) == 0 && r.GetInt32(2) == 0));
            var keys = string.Join(", ", columns.Where(static column => column.IsKey).Select(static column => column.Name));
            var sort = s_sorts.GetValueOrDefault(table, "1");
            foreach (var kind in Texts(connection, $"SELECT DISTINCT CAST({sort} AS TEXT) FROM {table} ORDER BY 1"))
            {
                string One(string more) => $"({keys}) = (SELECT {keys} FROM {table} WHERE CAST({sort} AS TEXT) = '{kind}'{more} ORDER BY {keys} LIMIT 1)";
                bool IsUnknown(string what) => s_unknown.Contains($"{table}{what}") || (kind == "1" && s_unknown.Contains($"{table}{what} of one without a reply"));
                if (!IsUnknown(" removed")) changes.Add($"DELETE FROM {table} WHERE {One("")}");
                var first = columns.First(static column => column.IsKey).Name;
                var added = columns.Select(column => column.Name == first ? $"CASE typeof({first}) WHEN 'blob' THEN randomblob(32) ELSE {first} || 'x' END" : column.Name == "identity" ? "NULL" : column.Name);
                changes.Add($"INSERT INTO {table} SELECT {string.Join(", ", added)} FROM {table} WHERE {One("")}");
                foreach (var column in columns)
                    if (!IsUnknown($".{column.Name}")) changes.AddRange(Altered(connection, table, column, One));
            }
        }
        return changes;
    }

    static IEnumerable<string> Altered(SqliteConnection connection, string table, Column column, Func<string, string> one)
    {
        foreach (var type in Texts(connection, $"SELECT DISTINCT typeof({column.Name}) FROM {table} WHERE {one($" AND {column.Name} IS NOT NULL")} OR {one($" AND {column.Name} IS NULL")}"))
        {
            var which = one($" AND typeof({column.Name}) = '{type}'");
            string[] others = type switch
            {
                "integer" when column.Name is "started" or "settled" or "noted" or "used" => [$"{column.Name} + 3600000", $"{column.Name} - 3600000"],
                "integer" => [$"{column.Name} + 1", $"{column.Name} - 1"],
                "text" => [$"{column.Name} || 'x'"],
                "blob" => ["randomblob(32)"],
                _ => ["1"],
            };
            foreach (var other in column.IsNullable && type != "null" ? [.. others, "NULL"] : others) yield return $"UPDATE OR REPLACE {table} SET {column.Name} = {other} WHERE {which}";
        }
    }

    static List<string> Texts(SqliteConnection connection, string text) => DeskRecords.Rows(connection, text, static r => r.GetString(0));

    [SuppressMessage("Security", "CA2100", Justification = "The test's own texts.")]
    static int Run(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteNonQuery();
    }
}
