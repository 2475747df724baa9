using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What stays reserved because nobody knows what was used, and how somebody who has found out gives it back.</summary>
public sealed class ReservationTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();
    readonly TaskCompletionSource _asked = new();
    Func<int, ScriptedReply> _answer = static _ => ScriptedReply.Say("Yes.");
    bool _hangs = true;
    int _questions;

    public void Dispose() => _files.Dispose();

    Task<Desk> StartAsync(EffectOptions<Transfer>? options = null) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        Clerks.With(new ScriptedModel(_ => _answer(++_questions)), _bank, (m, t) => new(new(new Model("hangs", new Hanging(this, m)) { Price = new(Input: 1, Output: 2) }), t) { ModelRetry = RetryPolicy.None }, options)(builder);
    }, static o => o.StopTime = TimeSpan.FromMilliseconds(100));

    /// <summary>A model that is cut off while it answers, as long as it is told to hang.</summary>
    sealed class Hanging(ReservationTests test, ModelChain models) : Microsoft.Extensions.AI.DelegatingChatClient(models.Models[0].Client)
    {
        public override async Task<Microsoft.Extensions.AI.ChatResponse> GetResponseAsync(
            IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            test._asked.TrySetResult();
            if (test._hangs) await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
    }

    static async Task<List<OpenReservation>> OpenAsync(Desk desk)
    {
        var open = new List<OpenReservation>();
        await foreach (var one in desk.Client.ReadReservationsAsync()) open.Add(one);
        return open;
    }

    static async Task<Account> AccountAsync(Desk desk, RunId run) => (await desk.ResultAsync<Account?>(await desk.Client.StartAsync((TeamTests.Looks w) => w.Run($"agent {run}"))))!;

    [Fact]
    public async Task A_question_that_was_cut_off_is_given_back_by_who_has_seen_the_bill()
    {
        RunId id;
        await using (var desk = await StartAsync())
        {
            // Enough for one question at a time, so that the one that is cut off leaves nothing for another.
            id = (await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart { Budget = new() { Tokens = 8_000, Money = 1 } }))).Id;
            await desk.Client.GetRun<Clerk, AgentAnswer>(id).SendAsync(new("Well?"));
            await _asked.Task.WaitAsync(Desk.Patience);
            Assert.Empty(await OpenAsync(desk));
        }
        _hangs = false;
        await using var next = await StartAsync();
        var run = next.Client.GetRun<Clerk, AgentAnswer>(id);
        Assert.Equal(AgentStatus.OutOfBudget, (await AnswerAsync(run, 1)).Status);

        var left = Assert.Single(await OpenAsync(next));
        Assert.Equal(($"{id}-model-1-1-0", id, true, $"agent {id}"), (left.Key, left.Run, left.IsOfModel, left.Account.Value));
        var account = await AccountAsync(next, id);
        Assert.Equal((account.Reserved.Tokens, account.Reserved.Money, account.Reserved.Time), (left.Amount.Tokens, left.Amount.Money, left.Amount.Time));
        Assert.True(left.Amount is { Tokens: > 4_096, Money: > 0, Calls: null });

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => next.Client.SettleAsync(left, new() { Tokens = -1 }, "the bill"));
        var receipts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => next.Client.SettleAsync(left, new() { Tokens = 12, Money = 0.5m }, "the bill")));
        Assert.Equal([FindingReceipt.Taken, FindingReceipt.TooLate, FindingReceipt.TooLate, FindingReceipt.TooLate], receipts.Order());
        account = await AccountAsync(next, id);
        Assert.Equal((0L, 0m, TimeSpan.Zero), (account.Reserved.Tokens, account.Reserved.Money, account.Reserved.Time));
        // Of its time nobody said anything, so all of it counts.
        Assert.Equal((12L, 0.5m, left.Amount.Time), (account.Spent.Tokens, account.Spent.Money, account.Spent.Time));
        Assert.Empty(await OpenAsync(next));
        await run.SendAsync(new("And now?"));
        Assert.Equal(AgentStatus.Answered, (await AnswerAsync(run, 2)).Status);
    }

    [Fact]
    public async Task What_is_under_way_is_not_among_them_and_not_given_back()
    {
        await using var desk = await StartAsync();
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Well?")));
        await _asked.Task.WaitAsync(Desk.Patience);
        Assert.Empty(await OpenAsync(desk));
        var guessed = new OpenReservation($"{run.Id}-model-1-1-0", default, true, default, new());
        Assert.Equal(FindingReceipt.RunGoesOn, await desk.Client.SettleAsync(guessed, new(), "somebody"));
        Assert.Equal(FindingReceipt.TooLate, await desk.Client.SettleAsync(guessed with { Key = $"{run.Id}-model-9-1-0" }, new(), "somebody"));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.Client.SettleAsync(guessed with { Key = "model 1" }, new(), "somebody"));
        await run.TerminateAsync();
        await run.WaitAsync();
        Assert.Equal(guessed.Key, Assert.Single(await OpenAsync(desk)).Key);
        Assert.Equal(FindingReceipt.Taken, await desk.Client.SettleAsync(guessed, new(), "somebody"));
    }

    [Fact]
    public async Task A_model_that_failed_without_a_word_of_what_it_took_is_among_them_at_once()
    {
        _hangs = false;
        _answer = static _ => ScriptedReply.Fail(new HttpRequestException("down", null, HttpStatusCode.InternalServerError));
        await using var desk = await StartAsync();
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        await run.SendAsync(new("Well?"));
        Assert.Equal(AgentStatus.NoModel, (await AnswerAsync(run, 1)).Status);
        // How long it took is known, and what for is not.
        Assert.True(Assert.Single(await OpenAsync(desk)) is { IsOfModel: true, Amount: { Tokens: > 0, Money: > 0, Time: null } });
    }

    [Fact]
    public async Task A_call_whose_code_did_not_say_what_it_cost_is_among_them_and_one_in_doubt_is_not()
    {
        _hangs = false;
        _answer = static n => n == 1 ? ScriptedReply.Call("transfer_by_key", Clerks.Arguments(60)).AndCall("transfer_once", Clerks.Arguments(13)) : ScriptedReply.Say("Done.");
        _bank.Middle = static t => t.Amount == 13 ? throw new TimeoutException() : Task.CompletedTask;
        await using var desk = await StartAsync(new() { CostMax = static t => new() { Money = t.Amount } });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Money = 100 })));
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (await run.QueryAsync(a => a.Doubt) is null) Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
        var left = Assert.Single(await OpenAsync(desk));
        Assert.Equal(($"{run.Id}-call-1", false, new Spending { Money = 60 }), (left.Key, left.IsOfModel, left.Amount));
        Assert.Equal(FindingReceipt.RunGoesOn, await desk.Client.SettleAsync(left with { Key = $"{run.Id}-call-2" }, new() { Money = 0 }, "the bank"));
        Assert.Equal(FindingReceipt.Taken, await desk.Client.SettleAsync(left, new() { Money = 59 }, "the bank"));
        Assert.True(await run.RuleAsync((await run.QueryAsync(a => a.Doubt))!, new(CallRulingKind.Happened, "Ada") { Cost = new() { Money = 3 } }));
        await desk.ResultAsync<AgentAnswer>(run);
        var account = await AccountAsync(desk, run.Id);
        Assert.Equal((0m, 0L, 0L, TimeSpan.Zero), (account.Reserved.Money, account.Reserved.Tokens, account.Reserved.Calls, account.Reserved.Time));
        Assert.InRange(account.Spent.Money!.Value, 62, 63);
        Assert.Equal(2, account.Spent.Calls);
        Assert.Empty(await OpenAsync(desk));
    }

    static async Task<AgentAnswer> AnswerAsync(RunHandle<Clerk, AgentAnswer> run, int count)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            if (await run.QueryAsync(a => a.Answers) is var answers && answers.Count == count) return answers[^1];
            Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
            await Task.Delay(5);
        }
    }
}
