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
        var ended = await RunAsync(desk, new([Call(1, amount: 500), Call(2, amount: 500) with { Approval = new("ab12") }]));
        Assert.Equal([EffectStatus.Refused, EffectStatus.Refused], ended.Results.Select(static r => r.Status));
        Assert.Equal([GateStage.Policy, GateStage.Approval], ended.Results.Select(static r => r.Stage!.Value));
        Assert.Empty(_bank.Done);
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

    [Fact]
    public async Task What_a_call_costs_belongs_to_the_account_also_when_nobody_said_so_before()
    {
        _bank.Middle = static t => t.Amount == 13 ? throw new ToolFailedException("closed") : Task.CompletedTask;
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(_bank).AddSingleton(services => new Toolbox(
                new Gate([BankTools.ByKey], [BankTools.ByKey.Admit("all", static _ => true)]),
                [
                    BankTools.ByKey.Idempotent((transfer, call) =>
                    {
                        call.Cost = new() { Money = transfer.Amount };
                        return _bank.TransferAsync(transfer, call.IdempotencyKey, oncePerKey: true);
                    }),
                ], services));
            builder.AddWorkflow<Clerk>();
        });
        var ended = await RunAsync(desk, new([Call(1, "transfer_by_key", 70), Call(2, "transfer_by_key", 71), Call(3, "transfer_by_key", 72)], new() { Money = 100 }));
        Assert.Equal(213, ended.Own!.Spent.Money);
        Assert.Equal((0, 3), (ended.Own.Reserved.Money, ended.Own.Spent.Calls));
    }

    [Theory]
    [InlineData(1e28, "Budget")]
    [InlineData(9, "Budget")]
    public async Task What_cannot_be_counted_is_refused_and_in_no_doubt(double amount, string stage)
    {
        Tool<Transfer> pay = new("pay", 1, "Pays.");
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate([pay], [pay.Admit("all", static _ => true)]),
                [pay.AtMostOnce(static (_, _) => Task.FromResult(1), new() { CostMax = static t => t.Amount == 9 ? throw new InvalidOperationException() : new() { Money = t.Amount } })], services));
            builder.AddWorkflow<Clerk>();
        });
        var ended = await RunAsync(desk, new([new(1, "pay", $$"""{"invoice":"A-1","amount":{{amount.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}}}""")], new() { Money = 100 }));
        Assert.Equal((EffectStatus.Refused, stage), (ended.Results[0].Status, ended.Results[0].Stage.ToString()));
        Assert.Equal(0, ended.Own!.Reserved.Calls);
    }

    [Theory]
    [InlineData("1000000000.000001")]
    [InlineData("9223372036854")]
    [InlineData("79228162514264337593543950335")]
    public async Task More_than_can_be_added_up_exactly_is_refused_also_where_there_is_no_limit(string amount)
    {
        var most = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);
        await using var desk = await StartAsync(new() { CostMax = t => new() { Money = t.Amount == 10 ? most : 1_000_000_000, Tokens = t.Amount == 20 ? long.MaxValue : 1 }, MayRepeat = true });
        var ended = await RunAsync(desk, new([Call(1), Call(2, amount: 20), Call(3, amount: 30), Call(4, amount: 30)]));
        Assert.Equal([EffectStatus.Refused, EffectStatus.Refused, EffectStatus.Succeeded, EffectStatus.Succeeded], ended.Results.Select(static r => r.Status));
        Assert.All(ended.Results[..2], static r => Assert.Equal(GateStage.Budget, r.Stage));
        Assert.Contains("1,000,000,000", ended.Results[0].Reason, StringComparison.Ordinal);
        Assert.Equal((2_000_000_000m, 2L), (ended.Own!.Reserved.Money, ended.Own.Spent.Calls));
    }

    [Fact]
    public async Task An_account_that_has_counted_as_much_as_can_be_counted_takes_no_more()
    {
        await using var desk = await StartAsync(new() { CostMax = static t => new() { Money = t.Amount }, MayRepeat = true });
        // As if thousands of the largest calls had been made.
        var full = await RunAsync(desk, new([Call(1)], Parent: "company"));
        Assert.Equal(1, full.Parent!.Spent.Calls);
        await desk.Client.TransactAsync(static tx =>
        {
            using var command = tx.Connection.CreateCommand();
            command.CommandText = "UPDATE agents_budget SET spent = 3999999999999999999 WHERE account = 'company' AND unit = 2";
            return command.ExecuteNonQuery();
        });
        var ended = await RunAsync(desk, new([Call(1), Call(2, "quote")], Parent: "company"));
        Assert.Equal([(EffectStatus.Refused, "company"), (EffectStatus.Refused, "company")], ended.Results.Select(static r => (r.Status, r.Rule!)));
        Assert.Equal(3_999_999_999_999.999999m, ended.Parent!.Spent.Money);
    }

    [Fact]
    public async Task A_number_is_of_one_call()
    {
        await using var desk = await StartAsync();
        var ended = await RunAsync(desk, new([Call(1), Call(1, amount: 20), Call(1)]));
        Assert.Equal([EffectStatus.Succeeded, EffectStatus.Refused, EffectStatus.Succeeded], ended.Results.Select(static r => r.Status));
        Assert.Equal(GateStage.Idempotency, ended.Results[1].Stage);
        Assert.Equal(10, Assert.Single(_bank.Done).Amount);
    }

    /// <summary>Carries one call out as often as it is told, without an account.</summary>
    public sealed class Insists(Toolbox toolbox) : Workflow
    {
        public async Durable<EffectStatus[]> Run(int times)
        {
            var results = new List<EffectStatus>();
            for (var i = 0; i < times; i++) results.Add((await Carry.Out(toolbox, new CallRequest(1, "transfer_once", """{"invoice":"A-1","amount":10}"""))).Status);
            return [.. results];
        }
    }

    [Theory]
    [InlineData("works", EffectStatus.Succeeded)]
    [InlineData("throws", EffectStatus.InDoubt)]
    [InlineData("says no", EffectStatus.Failed)]
    public async Task A_handler_that_must_not_be_repeated_is_called_once(string how, EffectStatus status)
    {
        var called = 0;
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(
                new Gate([BankTools.Once], [BankTools.Once.Admit("all", static _ => true)]), [BankTools.Once.Calls(EffectKind.AtMostOnce, "transfer")], services));
            builder.AddStep<Transfer, int>("transfer", (_, _) =>
            {
                called++;
                return how switch { "throws" => throw new TimeoutException(), "says no" => throw new ToolFailedException("The account is closed."), _ => Task.FromResult(1) };
            });
            builder.AddWorkflow<Insists>();
        });
        Assert.Equal([status, status, status], await desk.ResultAsync<EffectStatus[]>(await desk.Client.StartAsync((Insists w) => w.Run(3))));
        Assert.Equal(1, called);
    }
}
