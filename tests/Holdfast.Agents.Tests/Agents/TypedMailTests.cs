using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>Messages that are records.</summary>
public sealed class TypedMailTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    public sealed record Paid([property: StringLength(10)] string Invoice, [property: Range(1, 1000)] decimal Amount);

    public sealed record Reminder(string Invoice, int Times);

    public sealed record Unknown(string What);

    public sealed class BookState
    {
        public decimal Total { get; set; }

        public List<string> Results { get; set; } = [];
    }

    /// <summary>Adds up what was paid, and shows its model reminders from the second on.</summary>
    public sealed class Bookkeeper(ClerkDefinition definition) : Agent<BookState>(definition), IReceives<Paid>, IReceives<Reminder>
    {
        [Query]
        public decimal Total => State.Total;

        [Query]
        public IReadOnlyList<string> Results => State.Results;

        public bool OnMessage(Paid message)
        {
            if (message.Invoice == "boom") throw new ArithmeticException("canary-91");
            State.Total += message.Amount;
            return false;
        }

        public bool OnMessage(Reminder message) => message.Times > 1;

        protected override void OnResult(ToolCall call, EffectResult result) => State.Results.Add($"{call.Tool} {result.Status}");
    }

    Task<Desk> StartAsync(ScriptedModel model) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        Clerks.With(model, new())(builder);
        builder.AddAgent<Bookkeeper>();
    });

    [Fact]
    public async Task The_agent_takes_what_it_receives_and_the_model_sees_the_rest()
    {
        var model = new ScriptedModel(
            ScriptedReply.Say("again?").After("reminder: {\"invoice\":\"A-1\",\"times\":2}"), ScriptedReply.Call("quote", Clerks.Arguments()).After("unknown: {\"what\":\"is this\"}"), ScriptedReply.Say("nothing"));
        RunId id;
        await using (var desk = await StartAsync(model))
        {
            var run = await desk.Client.StartAsync((Bookkeeper a) => a.Run(new AgentStart()));
            id = run.Id;
            await run.SendAsync(AgentMail.Of(new Paid("A-1", 12.5m)) with { Id = "1" });
            await run.SendAsync(AgentMail.Of(new Reminder("A-1", 1)) with { Id = "2" });
            await run.SendAsync(AgentMail.Of(new Reminder("A-1", 2)) with { Id = "3" });
            await run.SendAsync(AgentMail.Of(new Paid("A-2", 7)) with { Id = "4" });
            await run.SendAsync(AgentMail.Of(new Unknown("is this")) with { Id = "5" });
            while ((await run.QueryAsync(a => a.Answers)).Count < 5) await Task.Delay(5);
            Assert.Equal(
                [("1", AgentStatus.Answered, ""), ("2", AgentStatus.Answered, ""), ("3", AgentStatus.Answered, "again?"), ("4", AgentStatus.Answered, ""), ("5", AgentStatus.Answered, "nothing")],
                (await run.QueryAsync(a => a.Answers)).Select(static a => (a.Id!, a.Status, a.Text)));
        }
        model.ExpectDone();
        await using var next = await StartAsync(model);
        var again = next.Client.GetRun<Bookkeeper, AgentAnswer>(id);
        Assert.Equal(19.5m, await again.QueryAsync(a => a.Total));
        Assert.Equal(["quote Succeeded"], await again.QueryAsync(a => a.Results));
    }

    [Fact]
    public async Task Every_message_that_wants_a_reply_gets_its_own_also_where_no_model_was_asked()
    {
        await using var desk = await StartAsync(new ScriptedModel(static c => ScriptedReply.Say($"read: {c.LastText}")));
        var asker = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        var books = await desk.Client.StartAsync((Bookkeeper a) => a.Run(new AgentStart()));
        string[] ids = ["1", "2", "3", "4"];
        await books.SendAsync(AgentMail.Of(new Paid("A-1", 2)) with { Id = "1", ReplyTo = asker.Id });
        await books.SendAsync(AgentMail.Of(new Paid("A-2", 3)) with { Id = "2", ReplyTo = asker.Id });
        await books.SendAsync(new("Well?") { Id = "3", ReplyTo = asker.Id });
        await books.SendAsync(new("nothing") { Type = "paid", Id = "4", ReplyTo = asker.Id });
        var deadline = DateTime.UtcNow + Desk.Patience;
        IReadOnlyList<AgentAnswer> replies;
        while ((replies = await asker.QueryAsync(a => a.Answers)).Count < ids.Length)
        {
            Assert.True(DateTime.UtcNow < deadline, $"Only of {string.Join(' ', replies.Select(static r => r.Id))}.");
            await Task.Delay(5);
        }
        Assert.Equal(ids, replies.Select(static r => r.Id));
    }

    [Theory]
    [InlineData("""{"invoice":"A-1"}""", "amount")]
    [InlineData("""{"invoice":"A-1","amount":5000}""", "amount")]
    [InlineData("nothing", "JSON")]
    [InlineData("null", "")]
    [InlineData("""{"invoice":"boom","amount":1}""", "ArithmeticException")]
    public async Task What_does_not_fit_its_type_is_not_taken_and_the_agent_goes_on(string json, string why)
    {
        await using var desk = await StartAsync(new ScriptedModel());
        var run = await desk.Client.StartAsync((Bookkeeper a) => a.Run(new AgentStart()));
        await run.SendAsync(new(json) { Type = "paid" });
        await run.SendAsync(AgentMail.Of(new Paid("A-1", 2)));
        IReadOnlyList<AgentAnswer> answers;
        while ((answers = await run.QueryAsync(a => a.Answers)).Count < 2) await Task.Delay(5);
        Assert.Equal([AgentStatus.NotTaken, AgentStatus.Answered], answers.Select(static a => a.Status));
        Assert.Contains(why, answers[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", answers[0].Text, StringComparison.Ordinal);
        Assert.Equal(2, await run.QueryAsync(a => a.Total));
    }

    [Fact]
    public void What_its_own_type_would_refuse_is_not_sent() => Assert.Throws<ArgumentException>(() => AgentMail.Of(new Paid("A-1", 5_000)));

    public sealed record Shapeless(object Anything);

    public sealed class Odd(ClerkDefinition definition) : Agent<BookState>(definition), IReceives<Shapeless>
    {
        public bool OnMessage(Shapeless message) => true;
    }

    [Fact]
    public void A_type_without_a_form_stops_the_start() => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddHoldfast(static _ => { }).AddAgent<Odd>());
}
