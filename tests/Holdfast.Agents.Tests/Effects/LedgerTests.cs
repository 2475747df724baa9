using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What the ledger lets start: the same thing once, not too often, within every budget, and with an approval only once.</summary>
public sealed class LedgerTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    public sealed record Order(CallRequest[] Calls, Spending? Limit = null, string? Parent = null, Spending? ParentLimit = null);

    public sealed record Ended(EffectResult[] Results, Account? Own, Account? Parent);

    /// <summary>Carries calls out, one after the other.</summary>
    public sealed class Clerk(Toolbox toolbox) : Workflow
    {
        public async Durable<Ended> Run(Order order)
        {
            var own = new AccountId($"run {RunId}");
            AccountId? parent = order.Parent is { } name ? new AccountId(name) : null;
            if (parent is { } above) await Carry.OpenAccount(above, order.ParentLimit ?? new());
            await Carry.OpenAccount(own, order.Limit ?? new(), parent);
            var results = new List<EffectResult>();
            foreach (var call in order.Calls) results.Add(await Carry.Out(toolbox, call with { Account = own }));
            var now = await Carry.ReadAccount(own);
            return new([.. results], now, parent is { } one ? await Carry.ReadAccount(one) : null);
        }
    }

    Task<Desk> StartAsync(EffectOptions<Transfer>? options = null, ToolboxOptions? toolbox = null) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        builder.Services.AddSingleton(_bank).AddSingleton(services => BankTools.Make(services, options, toolbox));
        builder.AddWorkflow<Clerk>();
    });

    static CallRequest Call(int number, string tool = "transfer_once", int amount = 10, string invoice = "A-1") =>
        new(number, tool, $$"""{"invoice":"{{invoice}}","amount":{{amount}}}""");

    static async Task<Ended> RunAsync(Desk desk, Order order) => await desk.ResultAsync<Ended>(await desk.Client.StartAsync((Clerk w) => w.Run(order)));

    [Fact]
    public async Task The_same_call_is_done_once()
    {
        await using var desk = await StartAsync();
        var ended = await RunAsync(desk, new([Call(1), Call(2), Call(3, amount: 11), Call(4, "look"), Call(5, "look")]));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Refused, EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Succeeded], ended.Results.Select(static r => r.Status));
        Assert.Equal(GateStage.Idempotency, ended.Results[1].Stage);
        Assert.Contains("was done already", ended.Results[1].Reason, StringComparison.Ordinal);
        Assert.Equal(2, _bank.Done.Count(static r => r.Amount > 0));
    }

    [Fact]
    public async Task What_is_about_one_thing_is_done_once_in_all_runs_and_again_after_a_failure()
    {
        await using var desk = await StartAsync(new() { Identity = static t => t.Invoice });
        _bank.Middle = static t => t.Amount == 13 ? throw new ToolFailedException("The account is closed.") : Task.CompletedTask;
        var first = await RunAsync(desk, new([Call(1, amount: 13), Call(2, amount: 20), Call(3, amount: 30)]));
        Assert.Equal([EffectStatus.Failed, EffectStatus.Succeeded, EffectStatus.Refused], first.Results.Select(static r => r.Status));
        Assert.Equal("The account is closed.", first.Results[0].Reason);
        var second = await RunAsync(desk, new([Call(1, amount: 40), Call(2, invoice: "A-2")]));
        Assert.Equal([EffectStatus.Refused, EffectStatus.Succeeded], second.Results.Select(static r => r.Status));
        Assert.Equal([20m, 10m], _bank.Done.Select(static r => r.Amount));
    }

    [Fact]
    public async Task A_budget_is_drawn_at_every_account_above_and_never_beyond()
    {
        await using var desk = await StartAsync(new() { MayRepeat = true, CostMax = static t => new() { Money = t.Amount } });
        var limit = new Spending { Money = 100 };
        var order = new Order([Call(1, amount: 30), Call(2, amount: 30), Call(3, amount: 30)], limit, "company", new() { Money = 75 });
        var first = await RunAsync(desk, order);
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Refused], first.Results.Select(static r => r.Status));
        Assert.Equal((GateStage.Budget, "company"), (first.Results[2].Stage, first.Results[2].Rule));
        // Nobody said what the tools cost, so their reservations stay.
        Assert.Equal((60, 0, 0), (first.Parent!.Reserved.Money, first.Parent.Spent.Money, first.Parent.Reserved.Calls));
        Assert.Equal(2, first.Parent.Spent.Calls);
        Assert.Equal((60, 2), (first.Own!.Reserved.Money, first.Own.Spent.Calls));
        var second = await RunAsync(desk, order with { Calls = [Call(1, amount: 16), Call(2, amount: 15)] });
        Assert.Equal([EffectStatus.Refused, EffectStatus.Succeeded], second.Results.Select(static r => r.Status));
        Assert.Equal(75, second.Parent!.Reserved.Money);
        Assert.Equal(3, _bank.Done.Count);
    }

    [Fact]
    public async Task What_a_tool_says_that_it_cost_takes_the_place_of_what_was_reserved()
    {
        await using var desk = await StartAsync(new() { MayRepeat = true, CostMax = static t => new() { Money = t.Amount, Tokens = 100 } });
        _bank.CostOf = static t => new() { Money = t.Amount / 2 };
        var ended = await RunAsync(desk, new([Call(1, amount: 30), Call(2, amount: 40)], new() { Money = 60, Tokens = 1_000 }));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Succeeded], ended.Results.Select(static r => r.Status));
        Assert.Equal((35m, 0m, 0L, 200L), (ended.Own!.Spent.Money, ended.Own.Reserved.Money, ended.Own.Spent.Tokens, ended.Own.Reserved.Tokens));
    }

    [Fact]
    public async Task A_rate_is_shared_and_says_how_long_to_wait()
    {
        var rate = new Rate("transfers", 2, TimeSpan.FromHours(1));
        await using var desk = await StartAsync(new() { MayRepeat = true, Rates = [rate] });
        var ended = await RunAsync(desk, new([Call(1), Call(2), Call(3, "transfer_by_key")]));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Succeeded, EffectStatus.Refused], ended.Results.Select(static r => r.Status));
        Assert.Equal((GateStage.Rate, "transfers"), (ended.Results[2].Stage, ended.Results[2].Rule));
        Assert.InRange(ended.Results[2].WaitTime!.Value, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(30));
        // What was refused was not counted as a call either.
        Assert.Equal(2, ended.Own!.Spent.Calls);
        Assert.Equal(0, ended.Own.Reserved.Calls);
    }

    [Fact]
    public async Task A_principal_has_a_rate_over_all_tools()
    {
        await using var desk = await StartAsync(toolbox: new() { RateOfPrincipal = static who => who == "intern" ? new Rate("intern", 1, TimeSpan.FromDays(1)) : null });
        var ended = await RunAsync(desk, new([Call(1) with { Principal = "intern" }, Call(2, "transfer_by_key") with { Principal = "intern" }, Call(3, "transfer_by_key") with { Principal = "boss" }]));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Refused, EffectStatus.Succeeded], ended.Results.Select(static r => r.Status));
    }

    [Fact]
    public async Task An_approval_holds_for_one_call()
    {
        await using var desk = await StartAsync(new() { MayRepeat = true });
        var approval = new ApprovalId("ab12");
        var ended = await RunAsync(desk, new([Call(1, amount: 500), Call(2, amount: 500) with { Approval = approval }, Call(3, amount: 500) with { Approval = approval }]));
        Assert.Equal([EffectStatus.Refused, EffectStatus.Succeeded, EffectStatus.Refused], ended.Results.Select(static r => r.Status));
        Assert.Equal(GateStage.Policy, ended.Results[0].Stage);
        Assert.Equal(GateStage.Approval, ended.Results[2].Stage);
        Assert.Single(_bank.Done);
    }

    [Fact]
    public async Task After_an_exception_only_what_knows_no_key_is_in_doubt()
    {
        await using var desk = await StartAsync(new() { Retry = new() { MaxAttempts = 2, FirstDelay = TimeSpan.FromMilliseconds(1) } });
        _bank.Middle = static _ => throw new InvalidOperationException("canary-7f3a");
        var ended = await RunAsync(desk, new([Call(1, "look"), Call(2, "transfer_by_key"), Call(3, "transfer_by_asking"), Call(4, "transfer_once")]));
        Assert.Equal([EffectStatus.Failed, EffectStatus.InDoubt, EffectStatus.InDoubt, EffectStatus.InDoubt], ended.Results.Select(static r => r.Status));
        Assert.All(ended.Results, static r => Assert.DoesNotContain("canary", r.Reason, StringComparison.Ordinal));
        Assert.Equal((3, 1), (ended.Own!.Reserved.Calls, ended.Own.Spent.Calls));
    }
}
