using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Holdfast.Agents.Tests;

/// <summary>Processes that die at every commit of an agent's life, before it and after it: with calls of each kind, an approval and a question that is mended.</summary>
public sealed class AgentCrashTests : IDisposable
{
    static readonly string[] Tools = ["quote", "look", "transfer_by_key", "transfer_by_asking"];

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>The same answers to the same conversation, whoever asks how often.</summary>
    static ScriptedReply Answer(ScriptedCall call)
    {
        var results = call.Messages.SelectMany(static m => m.Contents).OfType<Microsoft.Extensions.AI.FunctionResultContent>().Count();
        return results switch
        {
            0 when call.Messages.Count == 1 => ScriptedReply.Call("transfer_by_key", "{\"invoice\""),
            < 4 when results == 0 => Tools.Aggregate(ScriptedReply.Call(Tools[0], Clerks.Arguments()), static (reply, tool) => tool == Tools[0] ? reply : reply.AndCall(tool, Clerks.Arguments())),
            4 => ScriptedReply.Call("transfer_by_key", Clerks.Arguments(500)).AndCall("transfer_once", Clerks.Arguments()),
            _ => ScriptedReply.Say("Done."),
        };
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Whenever_the_process_dies_everything_is_done_once_and_the_history_is_whole(bool keepsLast)
    {
        for (var deaths = 0; ; deaths++)
        {
            var (bank, file) = (new Bank(), $"{deaths}.db");
            var asked = new ConcurrentQueue<ScriptedCall>();
            var model = new ScriptedModel(call =>
            {
                asked.Enqueue(call);
                return Answer(call);
            });
            var configure = Clerks.With(model, bank, static (m, t) => new(m, t) { LookTime = TimeSpan.FromMilliseconds(200), ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } });
            var start = AgentStart.Ask("Pay.", new() { Tokens = 200_000, Calls = 6 });
            var dying = default(DyingStore);
            await using (var desk = await Desk.StartAsync(() => dying = new(_files.Open(file), deaths, keepsLast), configure)) await LiveAsync(desk, start, dying!);
            await using var next = await Desk.StartAsync(() => _files.Open(file), configure);
            var run = await next.Client.StartAsync((Clerk a) => a.Run(start), key: "clerk");
            var answer = await EndAsync(next, run);
            var shown = $"death {deaths}: {JsonSerializer.Serialize(answer)}, {string.Join(' ', bank.Done.Select(static r => $"{r.Key}:{r.Amount}"))}";
            Assert.True(answer is { Status: AgentStatus.Answered, Text: "Done." }, shown);
            Assert.True(bank.Done.Select(static r => r.Key).Distinct().Count() == bank.Done.Count, shown);
            // One that looks, two by key, one by asking; the one that cannot be asked about at most.
            Assert.True(bank.Done.Count is 5 || (bank.Done.Count == 4 && !bank.Done.Any(r => r.Key == $"{run.Id}-call-7")), shown);
            CheckRows(file, run.Id, shown);
            // No model ever saw a call without its results; the request would not have been made otherwise.
            Assert.All(asked, static c => Assert.True(c.Messages.Count > 0));
            if (!dying!.Died.IsCompleted) break;
        }
    }

    static async Task LiveAsync(Desk desk, AgentStart start, DyingStore dying)
    {
        try
        {
            var run = await desk.Client.StartAsync((Clerk a) => a.Run(start), key: "clerk");
            await Task.WhenAny(dying.Died, EndAsync(desk, run));
        }
        catch (HoldfastException)
        {
            // It died before it could answer.
        }
    }

    /// <summary>Agrees to what waits for somebody, decides what is in doubt, and waits for the end.</summary>
    static async Task<AgentAnswer> EndAsync(Desk desk, RunHandle<Clerk, AgentAnswer> run)
    {
        var result = run.ResultAsync();
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (await Task.WhenAny(result, Task.Delay(5)) != result)
        {
            var info = await run.GetInfoAsync();
            Assert.True(info.Status != RunStatus.Parked && DateTime.UtcNow < deadline, $"run {run.Id} is {info.Status}: {info.Waiting}");
            try
            {
                foreach (var request in await run.QueryAsync(a => a.PendingApprovals)) await run.AnswerAsync(new(request.Id, request.Arguments, IsGranted: true, "Ada"));
                if (await run.QueryAsync(a => a.Doubt) is { } doubt) await run.RuleAsync(doubt, new(CallRulingKind.DidNotHappen, "Ada"));
            }
            catch (HoldfastException error) when (error.Error is HoldfastError.RunFinished or HoldfastError.AnswerTimeout)
            {
                // It ended meanwhile.
            }
        }
        return await result;
    }

    /// <summary>The ledger agrees with what happened: nothing is open but what nobody knows the price of, and no approval was used twice.</summary>
    void CheckRows(string file, RunId run, string shown)
    {
        using var connection = new SqliteConnection($"Data Source={_files[file]};Mode=ReadOnly;Pooling=False");
        connection.Open();
        Assert.True(Long(connection, "SELECT COUNT(*) FROM agents_call WHERE phase < 3") == 0, shown);
        Assert.True(Long(connection, "SELECT COUNT(*) FROM agents_approval") == 1, shown);
        Assert.True(Long(connection, "SELECT COUNT(*) FROM agents_approval a JOIN agents_verdict v ON v.person = a.person WHERE a.person = 'Ada' AND v.arm = 3") == 1, shown);
        Assert.True(Long(connection, $"SELECT spent FROM agents_budget WHERE unit = 3") == 6, shown);
        Assert.True(Long(connection, $"SELECT reserved FROM agents_budget WHERE unit = 3") == 0, shown);
        // Tokens: what every answer took, and the whole reservation of an attempt that was cut off; no reservation is left of an attempt that ended.
        var answered = Long(connection, "SELECT COUNT(*) FROM agents_model WHERE reply IS NOT NULL");
        Assert.True(Long(connection, "SELECT spent FROM agents_budget WHERE unit = 1") == answered * 15, shown);
        Assert.True(Long(connection, "SELECT reserved FROM agents_budget WHERE unit = 1") == Long(connection, "SELECT COALESCE(SUM(amount), 0) FROM agents_reservation WHERE unit = 1"), shown);
        Assert.True(Long(connection, "SELECT COUNT(*) FROM agents_reservation WHERE unit = 1") == Long(connection, "SELECT COUNT(*) FROM agents_model WHERE reply IS NULL"), shown);
        Assert.True(Long(connection, $"SELECT COUNT(*) FROM agents_verdict WHERE run = '{run}'") == 7, shown);
        Assert.True(Long(connection, $"SELECT MAX(number) + 1 - COUNT(*) FROM agents_history WHERE run = '{run}'") == 0, shown);
    }

    static long Long(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = text;
#pragma warning restore CA2100
        return command.ExecuteScalar() as long? ?? -1;
    }
}
