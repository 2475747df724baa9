using Microsoft.Data.Sqlite;

namespace Holdfast.Agents.Tests;

/// <summary>Who agreed, and who did not.</summary>
public sealed class ApproverTests : IDisposable
{
    /// <summary>The tables as they were before a person had a column, with what one run left in them.</summary>
    const string Before =
        """
        CREATE TABLE agents_approval (approval TEXT PRIMARY KEY, hash BLOB NOT NULL, key TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE agents_verdict (
            run TEXT NOT NULL, number INTEGER NOT NULL, tool TEXT NOT NULL, arm INTEGER NOT NULL, stage INTEGER NOT NULL, rule TEXT, noted INTEGER NOT NULL, PRIMARY KEY (run, number)
        ) WITHOUT ROWID;
        INSERT INTO agents_approval VALUES ('00aa', x'00', '01M8NRME5ZN3Y7SF35CNNT786Y-call-1', 1000);
        INSERT INTO agents_verdict VALUES ('01M8NRME5ZN3Y7SF35CNNT786Y', 1, 'transfer_once', 3, 5, 'large transfer_once', 1000);
        """;

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static ScriptedModel Model() => new(static call => call.LastText is "Pay." ? ScriptedReply.Call("transfer_once", Clerks.Arguments(500)) : ScriptedReply.Say("Well."));

    static async Task<RunId> AskAsync(Desk desk, bool isGranted, string who)
    {
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", null, null)));
        IReadOnlyList<ApprovalRequest> asked;
        while ((asked = await run.QueryAsync(a => a.PendingApprovals)).Count == 0) await Task.Delay(5);
        Assert.Equal(ApprovalReceipt.Taken, await run.AnswerAsync(new(asked[0].Id, asked[0].Arguments, isGranted, who)));
        await desk.ResultAsync<AgentAnswer>(run);
        return run.Id;
    }

    static Task<List<string>> PersonsAsync(Desk desk) => desk.Client.TransactAsync(static tx =>
    {
        using var command = tx.Connection.CreateCommand();
        command.CommandText = "SELECT COALESCE(person, '-') || ' ' || arm || ' ' || stage FROM agents_verdict ORDER BY run, number";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    });

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_ledger_knows_who_decided_also_in_a_file_from_before_it_did(bool isOld)
    {
        // The store makes the file; the tables are put in beside it.
        await using (await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(Model(), new())))
        {
        }
        if (isOld) Execute(Before);
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(Model(), new()));
        var agreed = await AskAsync(desk, isGranted: true, "Ada");
        var refused = await AskAsync(desk, isGranted: false, "Bob");
        var used = Assert.Single(await desk.Client.ReadApprovalsAsync(agreed));
        Assert.Equal(($"{agreed}-call-1", "Ada"), (used.Key, used.By));
        Assert.InRange(used.UsedUtc, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Empty(await desk.Client.ReadApprovalsAsync(refused));
        Assert.Equal(["Ada 3 5", "Bob 4 9"], (await PersonsAsync(desk)).Where(static row => row[0] != '-'));
        Assert.Equal(isOld ? 3 : 2, (await PersonsAsync(desk)).Count);
    }

    void Execute(string text)
    {
        using var connection = new SqliteConnection($"Data Source={_files["runs.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
