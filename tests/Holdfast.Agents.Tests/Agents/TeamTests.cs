using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

public sealed record Errand([property: Description("What to do.")] string Text);

/// <summary>Agents that ask, hand on to, and divide work among agents.</summary>
public sealed class TeamTests : IDisposable
{
    static readonly Tool<Errand> AskAway = new("ask_clerk", 1, "Asks a clerk and waits.");
    static readonly Tool<Errand> HandOn = new("hand_on", 1, "Hands an errand on.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>Divides work.</summary>
    public sealed class Office : Workflow
    {
        public async Durable<string> Run(int parts)
        {
            await Carry.OpenAccount(new("office"), new() { Tokens = 10_000_000 });
            var starts = Enumerable.Range(0, parts).Select(static i => AgentStart.Ask($"part {i}", account: new AccountId("office"))).ToList();
            var answers = await Team.Map<Clerk>(starts, atOnce: 50);
            var office = await Carry.ReadAccount(new("office"));
            return $"{answers.Where((answer, i) => answer?.Text == $"did part {i}").Count()} of {parts}, {office!.Spent.Tokens} spent, {office.Reserved.Tokens} reserved";
        }
    }

    /// <summary>Has others work.</summary>
    public sealed class Boss(BossDefinition definition) : Agent<ClerkState>(definition);

    public sealed class BossDefinition(ModelChain models, Toolbox toolbox) : AgentDefinition("You have others work.", models, toolbox);

    static Task<Desk> StartAsync(Files files, ScriptedModel clerk, Func<Errand, EffectContext, Task<string>> work, TimeSpan? timeout = null, Action<HoldfastOptions>? options = null)
    {
        var boss = new ScriptedModel(static c => c.Messages.Count == 1 ? ScriptedReply.Call("hand_on", """{"text":"both"}""") : ScriptedReply.Say(c.LastText));
        return Desk.StartAsync(() => files.Open("runs.db"), builder =>
        {
            Clerks.With(clerk, new())(builder);
            builder.Services.AddSingleton(services => new BossDefinition(
                new(new Model("boss", boss)), new(new Gate([HandOn], [HandOn.Admit("all", static _ => true)]), [HandOn.Idempotent(work, new() { Timeout = timeout ?? TimeSpan.FromMinutes(1), Retry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) } })], services)));
            builder.AddAgent<Boss>();
        }, options);
    }

    [Fact]
    public async Task One_call_asks_two_agents_and_hands_on_twice_however_often_its_code_runs()
    {
        var (attempts, asked) = (0, 0);
        var clerk = new ScriptedModel(c =>
        {
            Interlocked.Increment(ref asked);
            return ScriptedReply.Say($"did {c.LastText}");
        });
        await using var desk = await StartAsync(_files, clerk, async (_, effect) =>
        {
            var (one, two) = (await effect.AskAsync<Clerk>("one"), await effect.AskAsync<Clerk>("two"));
            await effect.HandOnAsync<Clerk>("the clerk", new("three"));
            await effect.HandOnAsync<Clerk>("the clerk", new("four"));
            // What ran is asked for again, and is the same.
            if (++attempts < 3) throw new TimeoutException();
            return $"{one.Text}, {two.Text}";
        });
        Assert.Equal("\"did one, did two\"", (await desk.ResultAsync<AgentAnswer>(await desk.Client.StartAsync((Boss a) => a.Run(AgentStart.Ask("Go."))))).Text);
        var other = (await desk.Client.FindAsync<Clerk>("the clerk"))!;
        await other.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(other);
        Assert.Equal(["three", "four"], (await desk.Client.ReadConversationAsync(other.Id)).OfType<UserMessage>().Select(static m => m.Text));
        Assert.Equal((3, 4), (attempts, asked));
    }

    [Fact]
    public async Task Where_as_many_ask_as_steps_may_run_at_once_those_who_are_asked_can_answer_all_the_same()
    {
        await using var desk = await StartAsync(
            _files, new(static c => ScriptedReply.Say($"did {c.LastText}")), static async (_, effect) =>
            {
                var answers = await Task.WhenAll(effect.AskAsync<Clerk>("one"), effect.AskAsync<Clerk>("two"));
                await effect.HandOnAsync<Clerk>($"clerk of {effect.RunId}", new("three"));
                return string.Join(", ", answers.Select(static a => a.Text).Order());
            }, TimeSpan.FromHours(1), static o => o.StepsInFlightMax = 1);
        var runs = new List<RunHandle<Boss, AgentAnswer>>();
        for (var i = 0; i < 4; i++) runs.Add(await desk.Client.StartAsync((Boss a) => a.Run(AgentStart.Ask("Go."))));
        foreach (var run in runs) Assert.Equal("\"did one, did two\"", (await desk.ResultAsync<AgentAnswer>(run)).Text);
    }

    [Fact]
    public async Task Handing_on_to_an_agent_that_has_ended_did_not_happen_and_is_in_no_doubt()
    {
        await using var desk = await StartAsync(_files, new(), static async (errand, effect) => (await effect.HandOnAsync<Clerk>("the clerk", new(errand.Text))).ToString());
        var begin = new AgentStart();
        var clerk = await desk.Client.StartAsync((Clerk a) => a.Run(begin), "the clerk");
        await clerk.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(clerk);
        var run = await desk.Client.StartAsync((Boss a) => a.Run(AgentStart.Ask("Go.", new() { Calls = 1 })));
        Assert.Equal("The agent 'the clerk' has ended, and takes nothing any more.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(0, (await desk.ResultAsync<Account?>(await desk.Client.StartAsync((Looks w) => w.Run($"agent {run.Id}"))))!.Reserved.Calls);
    }

    [Fact]
    public async Task Where_something_was_handed_on_before_an_agent_that_has_ended_leaves_a_doubt()
    {
        await using var desk = await StartAsync(_files, new(ScriptedReply.Say("Taken.")), static async (errand, effect) =>
        {
            await effect.HandOnAsync<Clerk>("another clerk", new(errand.Text));
            return (await effect.HandOnAsync<Clerk>("the clerk", new(errand.Text))).ToString();
        });
        var begin = new AgentStart();
        var clerk = await desk.Client.StartAsync((Clerk a) => a.Run(begin), "the clerk");
        await clerk.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(clerk);
        var run = await desk.Client.StartAsync((Boss a) => a.Run(AgentStart.Ask("Go.")));
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (await run.QueryAsync(a => a.Doubt) is null) Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
    }

    static Action<HoldfastBuilder> WithBoss(ScriptedModel boss, ScriptedModel clerk) => builder =>
    {
        Clerks.With(clerk, new())(builder);
        builder.Services.AddSingleton(services => new BossDefinition(
            new(new Model("boss", boss)),
            new(
                new Gate([AskAway, HandOn], [AskAway.Admit("ask", static _ => true), HandOn.Admit("hand on", static _ => true)]),
                [
                    AskAway.Idempotent(static async (errand, effect) => (await effect.AskAsync<Clerk>(errand.Text)).Text),
                    HandOn.Idempotent(static async (errand, effect) => (await effect.HandOnAsync<Clerk>("the clerk", new(errand.Text, "boss"))).ToString()),
                ], services)));
        builder.AddAgent<Boss>();
    };

    [Fact]
    public async Task A_thousand_agents_divide_work_and_draw_on_one_account()
    {
        var model = new ScriptedModel(static c => ScriptedReply.Say($"did {c.LastText}"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, new()));
        var run = await desk.Client.StartAsync((Office w) => w.Run(1_000));
        Assert.Equal("1000 of 1000, 15000 spent, 0 reserved", await desk.ResultAsync<string>(run));
    }

    [Fact]
    public async Task One_agent_asks_another_and_pays_for_it()
    {
        var boss = new ScriptedModel(ScriptedReply.Call("ask_clerk", """{"text":"count"}"""), ScriptedReply.Say("Counted.").After("\"three\""));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), WithBoss(boss, new(ScriptedReply.Say("three").After("count"))));
        var run = await desk.Client.StartAsync((Boss a) => a.Run(AgentStart.Ask("Have it counted.", new() { Tokens = 1_000_000 }, null)));
        Assert.Equal("Counted.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(45, (await desk.ResultAsync<Account?>(await desk.Client.StartAsync((Looks w) => w.Run($"agent {run.Id}"))))!.Spent.Tokens);
    }

    [Fact]
    public async Task One_agent_hands_on_to_another()
    {
        var boss = new ScriptedModel(ScriptedReply.Call("hand_on", """{"text":"sweep"}"""), ScriptedReply.Say("It will be swept."));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), WithBoss(boss, new(ScriptedReply.Say("Swept."))));
        Assert.Equal("It will be swept.", (await desk.ResultAsync<AgentAnswer>(await desk.Client.StartAsync((Boss a) => a.Run(AgentStart.Ask("Have it swept."))))).Text);
        var clerk = (await desk.Client.FindAsync<Clerk>("the clerk"))!;
        await clerk.SendAsync(new("") { IsEnd = true });
        Assert.Equal("Swept.", (await desk.ResultAsync<AgentAnswer>(clerk)).Text);
    }

    [Fact]
    public async Task What_is_said_can_be_watched_and_read_again()
    {
        var streams = new AgentStreams();
        var model = new ScriptedModel(ScriptedReply.Say("first words"), ScriptedReply.Say("last words"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, new(), (m, t) => new(m, t) { Streams = streams }));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        using var patience = new CancellationTokenSource(Desk.Patience);
        var heard = new Dictionary<long, string>();
        var listening = Task.Run(async () =>
        {
            await foreach (var speech in streams.ListenAsync(run.Id, patience.Token))
            {
                heard[speech.Question] = (speech.Offset == 0 ? "" : heard[speech.Question]) + speech.Text;
                if (heard.GetValueOrDefault(2) == "last words") return;
            }
        });
        await run.SendAsync(new("one"));
        await run.SendAsync(new("two"));
        await listening;
        // Who comes late hears the last answer from its beginning.
        await foreach (var speech in streams.ListenAsync(run.Id, patience.Token))
        {
            Assert.Equal("last words", speech.Text);
            break;
        }
        await run.SendAsync(new("") { IsEnd = true });
        await desk.ResultAsync<AgentAnswer>(run);
        var conversation = await desk.Client.ReadConversationAsync(run.Id);
        Assert.Equal([new UserMessage("one"), new AssistantMessage("first words"), new UserMessage("two"), new AssistantMessage("last words")], conversation);
    }

    [Fact]
    public async Task A_run_becomes_a_test_that_needs_no_model()
    {
        var (bank, start) = (new Bank(), AgentStart.Ask("Pay A-1."));
        Cassette cassette;
        var model = new ScriptedModel(ScriptedReply.Call("quote", Clerks.Arguments()), ScriptedReply.Say("It costs little."));
        await using (var desk = await Desk.StartAsync(() => _files.Open("recorded.db"), Clerks.With(model, bank)))
        {
            var run = await desk.Client.StartAsync((Clerk a) => a.Run(start));
            await desk.ResultAsync<AgentAnswer>(run);
            cassette = await desk.Client.ReadCassetteAsync(run.Id);
        }
        Assert.Equal(2, cassette.Calls.Count);
        await using var played = await Desk.StartAsync(() => _files.Open("played.db"), builder =>
        {
            builder.Services.AddSingleton(new Bank()).AddSingleton(services => BankTools.Make(services));
            builder.Services.AddSingleton(services => new ClerkDefinition(new(new Model("cassette", new CassetteModel(cassette))), services.GetRequiredService<Toolbox>()));
            builder.AddAgent<Clerk>();
        });
        Assert.Equal("It costs little.", (await played.ResultAsync<AgentAnswer>(await played.Client.StartAsync((Clerk a) => a.Run(start)))).Text);
        var other = await played.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay A-2.")));
        var missed = await Assert.ThrowsAsync<HoldfastException>(() => played.ResultAsync<AgentAnswer>(other));
        Assert.Contains("'Pay A-2.' instead of 'Pay A-1.'", missed.Message, StringComparison.Ordinal);
    }

    /// <summary>Reads an account.</summary>
    public sealed class Looks : Workflow
    {
        public async Durable<Account?> Run(string account) => await Carry.ReadAccount(new(account));
    }
}
