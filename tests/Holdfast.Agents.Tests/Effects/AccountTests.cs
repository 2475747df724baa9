using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Accounts that have no name, or that nobody has opened: nothing is drawn beside them, and nothing is tried again.</summary>
public sealed class AccountTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    /// <summary>What is done, with the account of which name; null for the value that an account has which nobody has named.</summary>
    public sealed record Act(string What, string? Name)
    {
        public AccountId Account() => Name is null ? default : new(Name);
    }

    public sealed class Teller(Toolbox toolbox) : Workflow
    {
        public async Durable<string> Run(Act act)
        {
            switch (act.What)
            {
                case "open": await Carry.OpenAccount(act.Account(), new()); break;
                case "open below": await Carry.OpenAccount(new("below"), new(), act.Account()); break;
                case "read": await Carry.ReadAccount(act.Account()); break;
                case "ask": await Team.Map<Clerk>([AgentStart.Ask("Pay.", account: act.Account())]); break;
                default:
                    var result = await Carry.Out(toolbox, new(1, "transfer_once", Clerks.Arguments()) { Account = act.Account() });
                    return $"{result.Status} {result.Stage} {result.Rule}: {result.Reason}";
            }
            return "done";
        }
    }

    Task<Desk> StartAsync() => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        Clerks.With(new(ScriptedReply.Say("Paid.")), _bank)(builder);
        builder.AddWorkflow<Teller>();
    });

    static async Task<string> RunAsync(Desk desk, Act act) => await desk.ResultAsync<string>(await desk.Client.StartAsync((Teller w) => w.Run(act)));

    [Theory]
    [InlineData("open", null)]
    [InlineData("open", "")]
    [InlineData("open below", null)]
    [InlineData("read", null)]
    [InlineData("ask", null)]
    [InlineData("call", null)]
    [InlineData("call", "")]
    public async Task An_account_without_a_name_is_refused_wherever_one_is_taken(string what, string? name)
    {
        await using var desk = await StartAsync();
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => RunAsync(desk, new(what, name)));
        Assert.Equal(HoldfastError.RunFailed, failed.Error);
        Assert.Contains("An account has a name", failed.Message, StringComparison.Ordinal);
        Assert.Empty(_bank.Done);
    }

    [Fact]
    public void An_agent_draws_on_no_account_without_a_name()
    {
        foreach (var none in new AccountId[] { default, new("") })
        {
            Assert.Throws<ArgumentException>(() => AgentStart.Ask("Pay.", account: none));
            Assert.Throws<ArgumentException>(() => new AgentStart { Account = none });
        }
        Assert.Null(new AgentStart { Account = null }.Account);
    }

    [Fact]
    public async Task An_account_that_was_never_opened_fails_at_once_what_is_to_be_opened_below_it()
    {
        await using var desk = await StartAsync();
        var failed = await Assert.ThrowsAsync<HoldfastException>(() => RunAsync(desk, new("open below", "nowhere")));
        Assert.Contains("'nowhere' was never opened", failed.Message, StringComparison.Ordinal);
        var agent = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", null, new AccountId("nowhere"))));
        failed = await Assert.ThrowsAsync<HoldfastException>(() => desk.ResultAsync<AgentAnswer>(agent));
        Assert.Contains("'nowhere' was never opened", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_on_an_account_that_was_never_opened_is_refused_at_once_by_the_budget()
    {
        await using var desk = await StartAsync();
        Assert.StartsWith("Refused Budget nowhere: The account 'nowhere' was never opened.", await RunAsync(desk, new("call", "nowhere")), StringComparison.Ordinal);
        Assert.Empty(_bank.Done);
    }

    [Fact]
    public async Task An_account_of_a_file_without_a_ledger_is_none()
    {
        await using var desk = await StartAsync();
        Assert.Null(await desk.ResultAsync<Account?>(await desk.Client.StartAsync((TeamTests.Looks w) => w.Run("company"))));
    }
}
