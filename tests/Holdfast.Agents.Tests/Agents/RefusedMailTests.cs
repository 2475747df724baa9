using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Messages at which the agent's own code throws, when it has changed something already.</summary>
public sealed class RefusedMailTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Booking(string Account, decimal Amount);

    public sealed class Book
    {
        public decimal Total { get; set; }

        public List<string> Lines { get; set; } = [];

        public Dictionary<string, decimal> Accounts { get; set; } = [];

        public object? Last { get; set; }

        public ClerkDefinition? Definition { get; set; }
    }

    /// <summary>Changes everything that it has, and then throws.</summary>
    public sealed class Ledger(ClerkDefinition definition) : Agent<Book>(definition), IReceives<Booking>
    {
        readonly ClerkDefinition _definition = definition;

        [Query]
        public string Shown => JsonSerializer.Serialize(new { State.Total, State.Lines, State.Accounts, Last = State.Last as string, Same = State.Definition is null || ReferenceEquals(State.Definition, _definition) });

        public bool OnMessage(Booking message)
        {
            State.Total += message.Amount;
            State.Lines.Add(message.Account);
            State.Accounts[message.Account] = State.Accounts.GetValueOrDefault(message.Account) + message.Amount;
            State.Definition = _definition;
            if (message.Account == "unsavable") State.Last = new MemoryStream();
            if (message.Account == "elsewhere") State = new() { Lines = null! };
            if (message.Account != "boom" && message.Amount != 0) return false;
            State.Lines.Clear();
            throw new ArithmeticException();
        }
    }

    static readonly (string Account, decimal Amount)[] Messages = [("a", 5), ("boom", 100), ("unsavable", 7), ("b", 2), ("elsewhere", 0), ("a", 1)];

    const string Whole = """{"Total":8,"Lines":["a","b","a"],"Accounts":{"a":6,"b":2},"Last":null,"Same":true}""";

    static void Configure(HoldfastBuilder builder)
    {
        Clerks.With(new ScriptedModel(), new())(builder);
        builder.AddAgent<Ledger>();
    }

    static async Task<RunHandle<Ledger, AgentAnswer>> SendAsync(Desk desk)
    {
        var run = await desk.Client.StartAsync((Ledger a) => a.Run(new AgentStart()), key: "ledger");
        foreach (var (at, message) in Messages.Index()) await run.SendAsync(AgentMail.Of(new Booking(message.Account, message.Amount)) with { Id = $"{at}" }, dedupKey: $"{at}");
        return run;
    }

    static async Task<IReadOnlyList<AgentAnswer>> AnsweredAsync(RunHandle<Ledger, AgentAnswer> run)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            var answers = await run.QueryAsync(a => a.Answers);
            if (answers.Count == Messages.Length) return answers;
            var info = await run.GetInfoAsync();
            Assert.True(info.Status == RunStatus.Running && DateTime.UtcNow < deadline, $"{info.Status}: {info.Waiting}; {answers.Count} answers");
            await Task.Delay(5);
        }
    }

    static async Task CheckAsync(RunHandle<Ledger, AgentAnswer> run, string shown)
    {
        var answers = await AnsweredAsync(run);
        Assert.True(answers.Select(static a => a.Status).SequenceEqual(Messages.Select(static m => m.Account is "boom" or "unsavable" or "elsewhere" ? AgentStatus.NotTaken : AgentStatus.Answered)), $"{shown}: {JsonSerializer.Serialize(answers)}");
        Assert.Equal(Enumerable.Range(0, Messages.Length).Select(static at => $"{at}"), answers.Select(static a => a.Id));
        Assert.Contains("ArithmeticException", answers[1].Text, StringComparison.Ordinal);
        Assert.Contains("NotSavable", answers[2].Text, StringComparison.Ordinal);
        Assert.Equal(Whole, await run.QueryAsync(a => a.Shown));
    }

    [Fact]
    public async Task What_a_refused_message_changed_is_as_before_it()
    {
        await using (var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Configure)) await CheckAsync(await SendAsync(desk), "at once");
        await using var next = await Desk.StartAsync(() => _files.Open("runs.db"), Configure);
        await CheckAsync(await SendAsync(next), "after a restart");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Whenever_the_process_dies_a_refused_message_changes_nothing_and_the_others_count_once(bool keepsLast)
    {
        for (var deaths = 0; ; deaths++)
        {
            var (file, dying) = ($"{deaths}.db", default(DyingStore));
            await using (var desk = await Desk.StartAsync(() => dying = new(_files.Open(file), deaths, keepsLast), Configure))
            {
                try
                {
                    await Task.WhenAny(dying!.Died, AnsweredAsync(await SendAsync(desk)));
                }
                catch (HoldfastException)
                {
                    // It died before it could answer.
                }
            }
            await using var next = await Desk.StartAsync(() => _files.Open(file), Configure);
            await CheckAsync(await SendAsync(next), $"death {deaths}");
            if (!dying!.Died.IsCompleted) break;
        }
    }
}
