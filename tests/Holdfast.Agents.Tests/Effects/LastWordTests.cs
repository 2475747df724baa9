using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>When the last word about a call is said, nothing of it stays reserved: not its time, nor what it may have cost.</summary>
public sealed class LastWordTests : IDisposable
{
    static readonly AccountId Till = new("till");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>How a call goes, and what somebody rules if it is in doubt.</summary>
    public sealed record Course(string Tool, bool? Happened = null, decimal? Cost = null);

    public sealed record Came(EffectStatus Status, Spending Reserved, Spending Spent);

    public sealed class Carries(Toolbox toolbox) : Workflow
    {
        public async Durable<Came> Run(Course course)
        {
            await Carry.OpenAccount(Till, new() { Money = 100, Tokens = 100, Calls = 1, Time = TimeSpan.FromHours(1) });
            var request = new CallRequest(1, course.Tool, Clerks.Arguments(60)) { Account = Till };
            var result = await Carry.Out(toolbox, request);
            if (course.Happened is { } happened)
                result = await Carry.Settle(toolbox, request, happened, "7", "Ada looked.", course.Cost is { } cost ? new() { Money = cost, Tokens = 1 } : null);
            var till = (await Carry.ReadAccount(Till))!;
            return new(result.Status, till.Reserved, till.Spent);
        }
    }

    Task<Desk> StartAsync() => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        var options = new EffectOptions<Transfer> { CostMax = static t => new() { Money = t.Amount, Tokens = 10 }, Retry = new() { MaxAttempts = 2, FirstDelay = TimeSpan.FromMilliseconds(1) } };
        Tool<Transfer>[] tools = [BankTools.Look, BankTools.Once, BankTools.ByKey, BankTools.ByAsking, BankTools.Quote];
        builder.Services.AddSingleton(services => new Toolbox(
            new Gate(tools, tools.Select(static t => t.Admit(t.Name, static _ => true))),
            [
                BankTools.Look.ReadOnly<Transfer, int>(static (_, _) => throw new TimeoutException(), options),
                BankTools.Once.AtMostOnce<Transfer, int>(static (_, _) => throw new TimeoutException(), options),
                BankTools.ByKey.Calls(EffectKind.Idempotent, "works", options), BankTools.ByAsking.Calls(EffectKind.AtMostOnce, "says no", options), BankTools.Quote.Calls(EffectKind.AtMostOnce, "throws", options),
            ], services));
        builder.AddStep<Transfer, int>("works", static (_, _) => Task.FromResult(7))
            .AddStep<Transfer, int>("says no", static (_, _) => throw new ToolFailedException("The account is closed."))
            .AddStep<Transfer, int>("throws", static (_, _) => throw new TimeoutException());
        builder.AddWorkflow<Carries>();
    });

    [Theory]
    [InlineData("transfer_by_key", null, null, EffectStatus.Succeeded, 60, 10)]
    [InlineData("transfer_by_asking", null, null, EffectStatus.Failed, 0, 0)]
    [InlineData("look", null, null, EffectStatus.Failed, 60, 10)]
    [InlineData("transfer_once", true, null, EffectStatus.Succeeded, 60, 10)]
    [InlineData("transfer_once", true, 40, EffectStatus.Succeeded, 40, 1)]
    [InlineData("transfer_once", false, null, EffectStatus.Failed, 0, 0)]
    [InlineData("quote", true, null, EffectStatus.Succeeded, 60, 10)]
    [InlineData("quote", false, null, EffectStatus.Failed, 0, 0)]
    public async Task Nothing_stays_reserved_and_what_nobody_will_know_counts_as_spent(string tool, bool? happened, int? cost, EffectStatus status, int money, int tokens)
    {
        await using var desk = await StartAsync();
        var course = new Course(tool, happened, cost);
        var came = await desk.ResultAsync<Came>(await desk.Client.StartAsync((Carries w) => w.Run(course)));
        Assert.Equal(status, came.Status);
        Assert.Equal(new Spending { Money = 0, Tokens = 0, Calls = 0, Time = TimeSpan.Zero }, came.Reserved);
        Assert.Equal((money, tokens, 1L), (came.Spent.Money, came.Spent.Tokens, came.Spent.Calls));
        // No more than a try may take, and nothing for what did not happen.
        Assert.InRange(came.Spent.Time!.Value, TimeSpan.Zero, happened == false ? TimeSpan.Zero : TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task What_stays_reserved_for_a_call_in_doubt_is_all_that_it_may_have_used()
    {
        await using var desk = await StartAsync();
        var course = new Course("transfer_once");
        var came = await desk.ResultAsync<Came>(await desk.Client.StartAsync((Carries w) => w.Run(course)));
        Assert.Equal((EffectStatus.InDoubt, new Spending { Money = 60, Tokens = 10, Calls = 1, Time = TimeSpan.FromMinutes(1) }), (came.Status, came.Reserved));
    }
}
