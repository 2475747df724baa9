using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>A tool that looks at something which costs money is tried again after a failure, and each try costs.</summary>
public sealed class TriedCostTests : IDisposable
{
    static readonly AccountId Till = new("till");
    static readonly Tool<Errand> Look = new("look", 1, "Asks a service that is paid for each question.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Came(EffectResult Result, Spending Reserved, Spending Spent);

    public sealed class Asks(Toolbox toolbox) : Workflow
    {
        public async Durable<Came> Run(int limit)
        {
            await Carry.OpenAccount(Till, new() { Money = limit });
            var result = await Carry.Out(toolbox, new CallRequest(1, "look", """{"text":"x"}""") { Account = Till });
            var till = (await Carry.ReadAccount(Till))!;
            return new(result, till.Reserved, till.Spent);
        }
    }

    /// <summary>Has it carried out, where a try costs at most ten.</summary>
    /// <param name="limit">What the account has.</param>
    /// <param name="tries">What each try says that it cost, with <c>?</c> for one that says nothing, and <c>!</c> where it succeeds, <c>x</c> where it must not be tried again, <c>-</c> where it says that nothing came of it.</param>
    async Task<(Came Came, int Tried)> AskAsync(int limit, string tries)
    {
        var (words, tried) = (tries.Split(' '), 0);
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new Toolbox(new Gate([Look], [Look.Admit("all", static _ => true)]),
            [
                Look.ReadOnly<Errand, string>((_, call) =>
                {
                    var word = words[tried++];
                    if (!word.Contains('?', StringComparison.Ordinal)) call.Cost = new() { Money = decimal.Parse(word.TrimEnd('!', 'x', '-'), CultureInfo.InvariantCulture) };
                    return word[^1] switch
                    {
                        '!' => Task.FromResult("found"), 'x' => throw new NotSupportedException(), '-' => throw new ToolFailedException("There is nothing."), _ => throw new TimeoutException(),
                    };
                }, new()
                {
                    CostMax = static _ => new() { Money = 10 },
                    Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxAttempts = words.Length, NonRetryable = [typeof(NotSupportedException)] },
                }),
            ], services));
            builder.AddWorkflow<Asks>();
        });
        return (await desk.ResultAsync<Came>(await desk.Client.StartAsync((Asks w) => w.Run(limit))), tried);
    }

    [Theory]
    [InlineData(100, "10 10 10!", EffectStatus.Succeeded, 3, 30)]
    [InlineData(25, "10 10 10 10 10!", EffectStatus.Failed, 2, 20)]
    [InlineData(10, "0 0 0 10!", EffectStatus.Succeeded, 4, 10)]
    [InlineData(22, "4 4 4 4!", EffectStatus.Succeeded, 4, 16)]
    [InlineData(17, "4 4 4 4!", EffectStatus.Failed, 2, 8)]
    [InlineData(100, "4 4", EffectStatus.Failed, 2, 8)]
    [InlineData(100, "4 7x", EffectStatus.Failed, 2, 11)]
    [InlineData(100, "4 3-", EffectStatus.Failed, 2, 7)]
    public async Task What_the_tries_say_that_they_cost_is_added_up_and_never_more_than_the_account_has(int limit, string tries, EffectStatus status, int tried, int spent)
    {
        var (came, times) = await AskAsync(limit, tries);
        Assert.Equal((status, tried, (decimal?)spent), (came.Result.Status, times, came.Spent.Money));
        Assert.Equal(new Spending { Money = 0, Tokens = 0, Calls = 0, Time = TimeSpan.Zero }, came.Reserved);
        Assert.Equal(1, came.Spent.Calls);
    }

    [Theory]
    [InlineData(100, "? 3!", EffectStatus.Succeeded, 2, 13)]
    [InlineData(25, "? ? ? 3!", EffectStatus.Failed, 2, 20)]
    [InlineData(100, "?x", EffectStatus.Failed, 1, 10)]
    public async Task What_a_try_does_not_say_counts_as_all_that_it_may_have_cost(int limit, string tries, EffectStatus status, int tried, int spent)
    {
        var (came, times) = await AskAsync(limit, tries);
        Assert.Equal((status, tried, (decimal?)spent), (came.Result.Status, times, came.Spent.Money));
        Assert.Equal(0, came.Reserved.Money);
    }

    [Fact]
    public async Task A_try_for_which_the_account_has_not_enough_is_refused_by_its_name()
    {
        var (came, _) = await AskAsync(15, "10 10!");
        Assert.Equal((GateStage.Budget, "till"), (came.Result.Stage, came.Result.Rule));
        Assert.Contains("not enough money", came.Result.Reason, StringComparison.Ordinal);
        Assert.Equal(4L, await _files.ReadAsync("runs.db", "SELECT phase FROM agents_call"));
    }
}
