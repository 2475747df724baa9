using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Handing on to an agent that is there already: it acts with what it was started with, and for nobody else.</summary>
public sealed class HandOnTests : IDisposable
{
    static readonly Tool<Errand> HandOn = new("hand_on", 1, "Hands an errand on.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed class Sender(SenderDefinition definition) : Agent<ClerkState>(definition);

    public sealed class SenderDefinition(ModelChain models, Toolbox toolbox) : AgentDefinition("You hand on.", models, toolbox);

    /// <summary>With what an agent is to be handed on to; null for what the one that hands on has itself.</summary>
    static readonly Dictionary<string, Func<EffectContext, AgentStart?>> Starts = new()
    {
        ["own"] = static _ => null,
        ["nothing"] = static _ => new(),
        ["principal"] = static effect => new() { Principal = effect.Principal },
        ["account"] = static effect => new() { Account = effect.Account },
        ["company"] = static _ => new() { Principal = "company", Account = new("company") },
    };

    Task<Desk> StartAsync() => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        Clerks.With(new(static c => ScriptedReply.Say($"did {c.LastText}")), new())(builder);
        // What is asked of it is how it is to hand on.
        var sender = new ScriptedModel(static c => c.Messages.Count == 1 ? ScriptedReply.Call("hand_on", $$"""{"text":"{{c.LastText}}"}""") : ScriptedReply.Say(c.LastText));
        builder.Services.AddSingleton(services => new SenderDefinition(
            new(new Model("sender", sender)),
            new(new Gate([HandOn], [HandOn.Admit("all", static _ => true)]), [HandOn.Idempotent(static async (errand, effect) =>
            {
                var words = errand.Text.Split(' ');
                foreach (var (at, word) in words.Index()) await effect.HandOnAsync<Clerk>(at < words.Length - 1 ? "another clerk" : "the clerk", new($"{effect.Principal}: {word}"), Starts[word](effect));
                return "Handed on.";
            })], services)));
        builder.AddAgent<Sender>();
        builder.AddWorkflow<AccountTests.Teller>();
    });

    static Task<RunHandle<Sender, AgentAnswer>> StartAsync(Desk desk, string who, string how)
    {
        var start = AgentStart.Ask(how) with { Principal = who };
        return desk.Client.StartAsync((Sender a) => a.Run(start));
    }

    [Theory]
    [InlineData("alice own", "mallory own!", "alice own!")]
    [InlineData("alice principal", "alice principal", "mallory principal!", "alice nothing!", "alice own!")]
    [InlineData("alice nothing", "mallory nothing", "mallory own!", "mallory account!")]
    [InlineData("alice company", "mallory company", "mallory nothing!")]
    public async Task An_agent_that_acts_for_somebody_else_or_spends_other_money_is_not_handed_on_to(params string[] senders)
    {
        await using var desk = await StartAsync();
        var act = new AccountTests.Act("open", "company");
        await desk.ResultAsync<string>(await desk.Client.StartAsync((AccountTests.Teller w) => w.Run(act)));
        foreach (var sender in senders)
        {
            var words = sender.TrimEnd('!').Split(' ');
            var answer = await desk.ResultAsync<AgentAnswer>(await StartAsync(desk, words[0], words[1]));
            if (!sender.EndsWith('!')) Assert.Equal("\"Handed on.\"", answer.Text);
            else Assert.StartsWith("The agent 'the clerk' is there already, and ", answer.Text, StringComparison.Ordinal);
        }
        var clerk = (await desk.Client.FindAsync<Clerk>("the clerk"))!;
        await clerk.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(clerk);
        var heard = (await desk.Client.ReadConversationAsync(clerk.Id)).OfType<UserMessage>().Select(static m => m.Text.Replace(":", "", StringComparison.Ordinal));
        Assert.Equal(senders.Where(static s => !s.EndsWith('!')), heard);
    }

    [Fact]
    public async Task Where_something_was_handed_on_before_it_the_refusal_leaves_a_doubt()
    {
        await using var desk = await StartAsync();
        await desk.ResultAsync<AgentAnswer>(await StartAsync(desk, "alice", "own"));
        var run = await StartAsync(desk, "mallory", "own own");
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (await run.QueryAsync(a => a.Doubt) is null) Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
    }
}
