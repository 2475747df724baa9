using Microsoft.Data.Sqlite;

namespace Holdfast.Agents.Tests;

/// <summary>Tables that an earlier build made get the columns that came later.</summary>
public sealed class EarlierLedgerTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_ledger_of_an_earlier_build_gets_what_it_lacks()
    {
        var model = new ScriptedModel(
            ScriptedReply.Say("First."), ScriptedReply.Fail(new HttpRequestException("no", null, System.Net.HttpStatusCode.BadRequest)));
        RunId first;
        await using (var desk = await StartAsync(model))
        {
            first = (await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("One.")))).Id;
            Assert.Equal("First.", (await desk.ResultAsync<AgentAnswer>(desk.Client.GetRun(first))).Text);
        }
        await using (var file = new SqliteConnection($"Data Source={_files["runs.db"]};Pooling=False"))
        {
            await file.OpenAsync();
            await using var command = file.CreateCommand();
            command.CommandText = "ALTER TABLE agents_model DROP COLUMN error; ALTER TABLE agents_verdict DROP COLUMN person; ALTER TABLE agents_approval DROP COLUMN person; ALTER TABLE agents_call DROP COLUMN step; ALTER TABLE agents_call DROP COLUMN quiet";
            await command.ExecuteNonQueryAsync();
        }
        await using var next = await StartAsync(model);
        var second = await next.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Two.")));
        Assert.Equal(AgentStatus.NoModel, (await next.ResultAsync<AgentAnswer>(second)).Status);
        Assert.Equal(ModelErrorKind.Rejected, Assert.Single((await next.Client.ReadCassetteAsync(second.Id)).Calls).Error);
        Assert.Equal("First.", Assert.Single((await next.Client.ReadCassetteAsync(first)).Calls).Reply!.Text);
        Assert.Equal(1L, await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM pragma_table_info('agents_call') WHERE name = 'step'"));
        Assert.Equal(1L, await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM pragma_table_info('agents_call') WHERE name = 'quiet'"));
    }

    Task<Desk> StartAsync(ScriptedModel model) => Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, new Bank()));
}
