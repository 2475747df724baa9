using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What the ledger keeps of runs that retention has removed.</summary>
public sealed class LedgerRetentionTests : IDisposable
{
    static readonly string[] Tables = ["agents_history", "agents_model", "agents_verdict", "agents_text", "agents_call", "agents_approval", "agents_account", "agents_budget", "agents_reservation"];

    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    /// <summary>Pays one invoice, which a person has to agree to where it is large, and looks.</summary>
    static ScriptedReply Answer(ScriptedCall call)
    {
        var results = call.Messages.SelectMany(static m => m.Contents).OfType<Microsoft.Extensions.AI.FunctionResultContent>().Count();
        var (invoice, amount) = (call.LastText, call.LastText.StartsWith('L') ? 500 : 10);
        return results > 0 ? ScriptedReply.Say("Done.") : ScriptedReply.Call("transfer_by_key", Clerks.Arguments(amount, invoice)).AndCall("look", Clerks.Arguments(1, invoice));
    }

    Task<Desk> StartAsync(EffectOptions<Transfer> options) => Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(new ScriptedModel(Answer), _bank, options: options));

    static async Task<RunHandle<Clerk, AgentAnswer>> PayAsync(Desk desk, string invoice)
    {
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask(invoice, new() { Money = 10_000, Calls = 10, Tokens = 100_000 })));
        var end = desk.ResultAsync<AgentAnswer>(run);
        while (await Task.WhenAny(end, Task.Delay(5)) != end)
        {
            try
            {
                foreach (var request in await run.QueryAsync(a => a.PendingApprovals)) await run.AnswerAsync(new(request.Id, request.Arguments, IsGranted: true, "Ada"));
            }
            catch (HoldfastException error) when (error.Error == HoldfastError.RunFinished)
            {
                // It ended meanwhile.
            }
        }
        Assert.Equal("Done.", (await end).Text);
        return run;
    }

    static Task<long[]> CountsAsync(Desk desk) => desk.Client.TransactAsync(static tx => Tables.Select(table => Long(tx, $"SELECT COUNT(*) FROM {table}")).ToArray());

    static long Long(StoreTransaction transaction, string text)
    {
        using var command = transaction.Connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = text;
#pragma warning restore CA2100
        return command.ExecuteScalar() as long? ?? 0;
    }

    static Task<PruneReport> PruneAsync(Desk desk) => desk.Client.PruneAsync(new Retention { Age = TimeSpan.Zero });

    [Fact]
    public async Task What_a_removed_run_left_goes_and_what_others_have_stays()
    {
        await using var desk = await StartAsync(new());
        _bank.CostOf = static _ => new() { Money = 0, Tokens = 0 };
        var other = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        await other.SendAsync(new("A-1") { Id = "1" });
        while ((await other.QueryAsync(a => a.Answers)).Count == 0) await Task.Delay(5);
        var before = await CountsAsync(desk);
        // The same words as the other's, and one with an approval.
        await PayAsync(desk, "A-1");
        await PayAsync(desk, "L-1");
        // As long as the store has the runs, all of it stays.
        await desk.Client.SweepLedgerAsync();
        Assert.True((await CountsAsync(desk))[5] == 1);
        await PruneAsync(desk);
        // What happened is remembered by its identity for a time; nothing else of it is.
        await desk.Client.SweepLedgerAsync();
        var (kept, calls) = (await CountsAsync(desk), await desk.Client.TransactAsync(static tx => Long(tx, "SELECT COUNT(*) FROM agents_call WHERE identity IS NOT NULL")));
        Assert.Equal([before[0], before[1], before[2], before[3]], kept[..4]);
        Assert.Equal((3L, 2L, 1L), (calls, kept[4] - before[4], kept[5]));
        Assert.Equal((before[6], before[7], before[8]), (kept[6], kept[7], kept[8]));
        await desk.Client.SweepLedgerAsync(new() { IdentityAge = TimeSpan.FromMilliseconds(-1) });
        Assert.Equal(before, await CountsAsync(desk));
        Assert.Equal(2, Assert.Single((await desk.Client.ReadConversationAsync(other.Id)).OfType<AssistantMessage>()).Calls.Count);
    }

    [Fact]
    public async Task An_identity_outlives_its_run_for_the_time_that_was_asked_for()
    {
        await using var desk = await StartAsync(new() { Identity = static t => t.Invoice });
        await PayAsync(desk, "A-1");
        await PruneAsync(desk);
        await desk.Client.SweepLedgerAsync();
        await PayAsync(desk, "A-1");
        Assert.Equal(1, _bank.Done.Count(static d => d.Amount > 0));
        await PruneAsync(desk);
        await desk.Client.SweepLedgerAsync(new() { IdentityAge = TimeSpan.FromMilliseconds(-1) });
        await PayAsync(desk, "A-1");
        Assert.Equal(2, _bank.Done.Count(static d => d.Amount > 0));
    }

    [Fact]
    public async Task What_holds_money_or_doubt_stays()
    {
        await using var desk = await StartAsync(new() { CostMax = static t => new() { Money = t.Amount } });
        // Nobody says what it cost, so the reservation stays, and with it call and account.
        await PayAsync(desk, "A-1");
        var (cut, goes) = (new TaskCompletionSource(), new TaskCompletionSource());
        _bank.Middle = _ =>
        {
            cut.TrySetResult();
            return goes.Task;
        };
        var open = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("A-2", new() { Money = 100 })));
        await cut.Task.WaitAsync(Desk.Patience);
        await open.TerminateAsync();
        await open.WaitAsync();
        goes.SetException(new TimeoutException());
        await foreach (var call in desk.Client.ReadOpenCallsAsync())
            while (Tries.Of(desk.Client).IsUnderWay(call.Key)) await Task.Yield();
        await PruneAsync(desk);
        await desk.Client.SweepLedgerAsync(new() { IdentityAge = TimeSpan.FromMilliseconds(-1) });
        var reserved = await desk.Client.TransactAsync(static tx => Long(tx, "SELECT COUNT(DISTINCT key) FROM agents_reservation WHERE unit = 2"));
        var counts = await CountsAsync(desk);
        // Two calls of the first agent, one of the second.
        Assert.Equal((3L, 3L, 2L), (reserved, counts[4], counts[6]));
        Assert.Equal((0L, 0L, 0L, 0L), (counts[0], counts[1], counts[2], counts[3]));
        Assert.Equal(1, await desk.Client.ReconcileAsync(static (call, _) => Task.FromResult<CallFinding?>(new(Happened: false, $"nobody has {call.Arguments}"))));
        await desk.Client.SweepLedgerAsync();
        counts = await CountsAsync(desk);
        Assert.Equal((2L, 1L), (counts[4], counts[6]));
        // Somebody who knows what they cost lets them go, and so goes what that one said.
        await foreach (var left in desk.Client.ReadReservationsAsync()) Assert.Equal(FindingReceipt.Taken, await desk.Client.SettleAsync(left, new() { Money = 1 }, "the bank"));
        Assert.Equal(2, await desk.Client.TransactAsync(static tx => Long(tx, "SELECT COUNT(*) FROM agents_finding")));
        await desk.Client.SweepLedgerAsync(new() { IdentityAge = TimeSpan.FromMilliseconds(-1) });
        counts = await CountsAsync(desk);
        Assert.Equal((0L, 0L, 0L), (counts[4], counts[6], await desk.Client.TransactAsync(static tx => Long(tx, "SELECT COUNT(*) FROM agents_finding"))));
    }

    [Fact]
    public async Task It_goes_in_small_commits_and_by_itself()
    {
        const int Turns = 90;
        var model = new ScriptedModel(static c => ScriptedReply.Say($"{c.Number}"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            Clerks.With(model, _bank)(builder);
            builder.RetainLedger(new() { SweepTime = TimeSpan.FromMilliseconds(50) });
        });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        for (var i = 0; i < Turns; i++) await run.SendAsync(new($"mail {i}"));
        await run.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(run);
        Assert.Equal(2 * Turns, (await CountsAsync(desk))[0]);
        await PruneAsync(desk);
        var deadline = DateTime.UtcNow + Desk.Patience;
        while ((await CountsAsync(desk)).Sum() > 0) Assert.True(DateTime.UtcNow < deadline, string.Join(' ', await CountsAsync(desk)));
    }
}
