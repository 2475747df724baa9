using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Models that say anything at all: nothing of it gets past the gate, and nothing of it breaks the next turn.</summary>
public sealed class HostileModelTests : IDisposable
{
    const int Agents = 150;

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Whatever_a_model_says_the_agent_ends_and_its_conversation_is_whole()
    {
        var bank = new Bank();
        var model = new ScriptedModel(static call => Nonsense(new Random(HashOf(call))));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, bank, static (m, t) => new(m, t) { RoundsMax = 12, RepairsMax = 8, ApprovalTime = TimeSpan.FromMilliseconds(20) }));
        var runs = new List<RunHandle<Clerk, AgentAnswer>>();
        for (var i = 0; i < Agents; i++)
        {
            var start = AgentStart.Ask($"question {i}", new() { Calls = 50, Tokens = 1_000_000_000 });
            runs.Add(await desk.Client.StartAsync((Clerk a) => a.Run(start)));
        }
        var statuses = new HashSet<AgentStatus>();
        var (calls, notes) = (0, 0);
        foreach (var run in runs)
        {
            statuses.Add((await desk.ResultAsync<AgentAnswer>(run)).Status);
            var conversation = await desk.Client.ReadConversationAsync(run.Id);
            // A request that a provider would refuse cannot be made.
            _ = new ModelRequest("", conversation);
            calls += conversation.OfType<AssistantMessage>().Sum(static m => m.Calls.Count);
            notes += conversation.OfType<Note>().Count();
        }
        Assert.Equal([AgentStatus.Answered, AgentStatus.TooManyRounds], statuses.Order());
        Assert.True(calls > Agents && notes > Agents, $"{calls} calls and {notes} notes");
        // Only what a rule admits was done: small sums. Nothing was done twice.
        Assert.All(bank.Done, static r => Assert.InRange(r.Amount, 0, 100));
        Assert.Equal(bank.Done.Count, bank.Done.DistinctBy(static r => r.Key).Count());
    }

    /// <summary>Each row would be one more for which everybody else's commits wait.</summary>
    [Fact]
    public async Task Of_an_answer_with_far_too_many_calls_not_each_has_a_row()
    {
        var many = ScriptedReply.Say("") with { Calls = [.. Enumerable.Range(0, 20_000).Select(static i => new RawCall($"c{i}", "transfer_by_key", Clerks.Arguments(1, $"A-{i}")))] };
        var model = new ScriptedModel(many, ScriptedReply.Call("transfer_by_key", Clerks.Arguments()), ScriptedReply.Say("One."));
        var bank = new Bank();
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, bank));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Calls = 5 })));
        Assert.Equal("One.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Single(bank.Done);
        Assert.Contains("more than 100 calls", Assert.Single((await desk.Client.ReadConversationAsync(run.Id)).OfType<Note>()).Text, StringComparison.Ordinal);
        // One stands for all that came behind the hundredth, and then there is the one that was done.
        Assert.Equal(102L, await _files.ReadAsync("runs.db", "SELECT count(*) FROM agents_verdict"));
        Assert.Equal(102L, await _files.ReadAsync("runs.db", "SELECT max(number) FROM agents_verdict"));
    }

    /// <summary>It is one row, which everybody else's commits wait for, and which the file would keep.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_an_answer_without_measure_not_more_is_kept_than_may_be_and_its_repairs_are_counted(bool streams)
    {
        var many = ScriptedReply.Say("") with { Calls = [.. Enumerable.Range(0, 100_000).Select(static i => new RawCall($"c{i}", "transfer_by_key", Clerks.Arguments(1, $"A-{i}")))] };
        var bank = new Bank();
        await using (var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(new ScriptedModel(c => many), bank, (m, t) => new(m, t) { RepairsMax = 2, Streams = streams ? new() : null })))
        {
            var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay.", new() { Calls = 5 })));
            Assert.Equal(AgentStatus.TooManyRounds, (await desk.ResultAsync<AgentAnswer>(run)).Status);
            Assert.All((await desk.Client.ReadConversationAsync(run.Id)).OfType<Note>(), static n => Assert.Contains("longer than an answer may be", n.Text, StringComparison.Ordinal));
        }
        Assert.Empty(bank.Done);
        Assert.Equal(3L, await _files.ReadAsync("runs.db", "SELECT count(*) FROM agents_model"));
        // Of many short calls JSON's own names are more than half.
        Assert.InRange((long)await _files.ReadAsync("runs.db", "SELECT max(length(body)) FROM agents_text"), 1_000_000, 6_000_000);
    }

    /// <summary>The same in every process, unlike the framework's own.</summary>
    static int HashOf(ScriptedCall call) => call.Messages[0].Text.Aggregate(17, static (h, c) => unchecked((h * 31) + c)) + (call.Messages.Count * 7919);

    static ScriptedReply Nonsense(Random random)
    {
        if (random.Next(12) == 0) return ScriptedReply.Say(Text(random));
        if (random.Next(2) == 0) return ScriptedReply.Call("transfer_by_key", Clerks.Arguments(random.Next(1, 2_000), $"A-{random.Next(100)}"));
        var reply = ScriptedReply.Call(Name(random), Arguments(random));
        for (var more = random.Next(4); more > 0; more--) reply = reply.AndCall(Name(random), Arguments(random));
        // Ids that are none, or another call's.
        return random.Next(3) == 0 ? reply with { Calls = [.. reply.Calls.Select(c => c with { Id = random.Next(3) switch { 0 => "same", 1 => "\u0001 id", _ => new string('i', 200) } })] } : reply;
    }

    static string Name(Random random) => random.Next(8) switch
    {
        0 => "transfer_by_key\u200b",
        1 => "transfer_by_k\u0435y",
        2 => new string('x', 10_000),
        3 => "",
        4 => "../etc/passwd",
        _ => new[] { "quote", "look", "transfer_by_key", "transfer_by_asking" }[random.Next(4)],
    };

    static string Arguments(Random random) => random.Next(14) switch
    {
        0 => "{\"invoice\":\"A-1\"",
        1 => "{\"invoice\":\"A-1\",\"amount\":5,\"amount\":5000}",
        2 => new string('[', 5_000) + new string(']', 5_000),
        3 => $"{{\"invoice\":\"{new string('a', 1_000_000)}\",\"amount\":1}}",
        4 => "{\"invoice\":\"\\ud800\",\"amount\":1}",
        5 => "null",
        6 => "[]",
        7 => "{\"invoice\":\"A-1\",\"amount\":1e400}",
        8 => "{\"invoice\":\"A-1\",\"amount\":\"10\"}",
        9 => $"{{\"invoice\":\"{Text(random)}\",\"amount\":10}}",
        10 => "{\"invoice\":\"A-1\",\"amount\":10,\"approved\":true}",
        _ => $"{{\"invoice\":\"A-{random.Next(5)}\",\"amount\":{random.Next(1, 100)}}}",
    };

    static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(40); length > 0; length--) text.Append((char)random.Next(random.Next(2) == 0 ? 0x7f : 0xffff));
        return text.ToString();
    }

    public sealed record Looked([property: System.Text.Json.Serialization.JsonIgnore] string Internal, string Shown);

    static readonly Secret<string> Token = new("bank-token");

    [Fact]
    public async Task What_is_secret_is_in_no_file()
    {
        const string Canary = "canary-5d1f90b7";
        Tool<Errand> open = new("open", 1, "Opens."), broken = new("broken", 1, "Breaks.");
        var model = new ScriptedModel(
            ScriptedReply.Call("open", """{"text":"it"}""").AndCall("broken", """{"text":"it"}"""),
            ScriptedReply.Fail(new HttpRequestException($"401 for key {Canary}", null, System.Net.HttpStatusCode.ServiceUnavailable)),
            ScriptedReply.Say("Looked."));
        await using (var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.AddSecrets<string>(static (_, _, _) => Task.FromResult(Canary));
            builder.Services.AddSingleton(services => new ClerkDefinition(
                new(new Model("scripted", model)),
                new(new Gate([open, broken], [open.Admit("open", static _ => true), broken.Admit("broken", static _ => true)]),
                    [
                        open.ReadOnly(static async (_, effect) => new Looked(await effect.RevealAsync(Token), "plain")),
                        broken.AtMostOnce<Errand, string>(static async (_, effect) => throw new InvalidOperationException(await effect.RevealAsync(Token))),
                    ], services))
            {
                ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1) },
                RuleInDoubt = static _ => new(CallRulingKind.DidNotHappen, "policy"),
            });
            builder.AddAgent<Clerk>();
        }))
        {
            var run = await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Look.")));
            Assert.Equal("Looked.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
            Assert.Contains("plain", string.Concat((await desk.Client.ReadConversationAsync(run.Id)).OfType<ToolResult>().Select(static r => r.Text)), StringComparison.Ordinal);
        }
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_files["runs.db"])!))
            Assert.False(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).Contains(Canary, StringComparison.Ordinal), $"{Path.GetFileName(file)} has the secret.");
    }
}
