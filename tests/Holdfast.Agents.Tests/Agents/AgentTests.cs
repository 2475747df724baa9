using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What an agent does with what its model proposes.</summary>
public sealed class AgentTests : IDisposable
{
    readonly Files _files = new();
    readonly Bank _bank = new();

    public void Dispose() => _files.Dispose();

    Task<Desk> StartAsync(ScriptedModel model, Func<ModelChain, Toolbox, ClerkDefinition>? define = null, EffectOptions<Transfer>? options = null) =>
        Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, _bank, define, options));

    static Task<RunHandle<Clerk, AgentAnswer>> AskAsync(Desk desk, AgentStart start) => desk.Client.StartAsync((Clerk a) => a.Run(start));

    static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> fits)
    {
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            var value = await read();
            if (fits(value)) return value;
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task It_carries_out_what_the_gate_admits_and_answers()
    {
        var model = new ScriptedModel(
            ScriptedReply.Call("transfer_by_key", Clerks.Arguments()).After("Pay A-1."),
            ScriptedReply.Say("Paid.").When("it is paid", static c => c.LastText.Contains("\"amount\":10", StringComparison.Ordinal)));
        await using var desk = await StartAsync(model);
        var run = await AskAsync(desk, AgentStart.Ask("Pay A-1.", new() { Tokens = 100_000, Calls = 5 }));
        Assert.Equal(new AgentAnswer(AgentStatus.Answered, "Paid."), await desk.ResultAsync<AgentAnswer>(run));
        model.ExpectDone();
        Assert.Equal($"{run.Id}-call-1", Assert.Single(_bank.Done).Key);
    }

    [Fact]
    public async Task What_is_not_admitted_is_told_to_the_model_and_not_done()
    {
        var model = new ScriptedModel(
            ScriptedReply.Call("transfer_by_key", """{"invoice":"A-1"}""").AndCall("transfer_all", "{}"),
            ScriptedReply.Call("transfer_by_key", Clerks.Arguments(5_000)).When("both are told", static c => c.LastText.Contains("amount", StringComparison.Ordinal) && c.LastText.Contains("no tool 'transfer_all'", StringComparison.Ordinal)),
            ScriptedReply.Say("I cannot.").When("no rule", static c => c.LastText.Contains("refuse", StringComparison.OrdinalIgnoreCase) || c.LastText.Contains("No rule", StringComparison.Ordinal)));
        await using var desk = await StartAsync(model);
        Assert.Equal("I cannot.", (await desk.ResultAsync<AgentAnswer>(await AskAsync(desk, AgentStart.Ask("Pay all.")))).Text);
        model.ExpectDone();
        Assert.Empty(_bank.Done);
    }

    [Fact]
    public async Task What_cannot_stand_in_a_conversation_never_does()
    {
        var model = new ScriptedModel(
            ScriptedReply.Call("transfer_by_key", "{\"invoice\":"),
            ScriptedReply.Call("transfer by\u202ekey", "{}"),
            ScriptedReply.Say("Sorry.").When("told twice", static c => c.Messages.Count >= 3));
        await using var desk = await StartAsync(model);
        Assert.Equal("Sorry.", (await desk.ResultAsync<AgentAnswer>(await AskAsync(desk, AgentStart.Ask("Pay.")))).Text);
        Assert.All(model.Calls, static c => Assert.All(c.Messages, static m => Assert.DoesNotContain(m.Contents, static x => x is Microsoft.Extensions.AI.FunctionCallContent)));
    }

    [Fact]
    public async Task Half_a_character_from_a_tool_spoils_nothing()
    {
        var model = new ScriptedModel(ScriptedReply.Call("look", Clerks.Arguments()), ScriptedReply.Say("Too bad.").After("cut off \ufffd"));
        await using var desk = await StartAsync(model);
        _bank.Middle = static _ => throw new ToolFailedException("cut off \ud83d");
        Assert.Equal("Too bad.", (await desk.ResultAsync<AgentAnswer>(await AskAsync(desk, AgentStart.Ask("Look.")))).Text);
    }

    [Fact]
    public async Task A_conversation_that_no_model_takes_any_more_is_left_behind()
    {
        const int WindowCharacters = 60_000;
        var model = new ScriptedModel(static c =>
        {
            var size = c.Messages.Sum(static m => m.Contents.Sum(static x => x is Microsoft.Extensions.AI.TextContent t ? t.Text.Length : x is Microsoft.Extensions.AI.FunctionCallContent f ? f.Arguments!.Sum(static a => a.Value?.ToString()?.Length ?? 0) : 0));
            if (size > WindowCharacters) return ScriptedReply.Fail(new HttpRequestException("too long", null, System.Net.HttpStatusCode.BadRequest));
            return c.LastText.Contains("huge", StringComparison.Ordinal) ? ScriptedReply.Call("look", $$"""{"invoice":"{{new string('x', 1_000_000)}}","amount":1}""") : ScriptedReply.Say("fine");
        });
        await using var desk = await StartAsync(model, static (m, t) => new(m, t) { BytesMax = 40_000 });
        var run = await AskAsync(desk, new());
        await run.SendAsync(new("a huge call"));
        for (var i = 0; i < 4; i++) await run.SendAsync(new($"{i} {new string('y', 25_000)}"));
        await run.SendAsync(new("last"));
        await run.SendAsync(new("") { IsEnd = true });
        Assert.Equal(new AgentAnswer(AgentStatus.Answered, "fine"), await desk.ResultAsync<AgentAnswer>(run));
        Assert.DoesNotContain((await desk.Client.ReadConversationAsync(run.Id)).OfType<AssistantMessage>(), static m => m.Calls.Any(static c => c.Arguments.Length > 100_000));
    }

    [Fact]
    public async Task Only_so_many_repairs_and_rounds_are_given()
    {
        var model = new ScriptedModel(static _ => ScriptedReply.Call("transfer_by_key", "{\"invoice\":"));
        await using var desk = await StartAsync(model);
        Assert.Equal(AgentStatus.TooManyRounds, (await desk.ResultAsync<AgentAnswer>(await AskAsync(desk, AgentStart.Ask("Pay.")))).Status);
        Assert.Equal(4, model.Calls.Count);
    }

    [Fact]
    public async Task An_approval_is_bound_to_the_call_and_answered_once()
    {
        var model = new ScriptedModel(ScriptedReply.Call("transfer_once", Clerks.Arguments(500)), ScriptedReply.Say("Done.").When("it is paid", static c => c.LastText.Contains("\"amount\":500", StringComparison.Ordinal)));
        await using var desk = await StartAsync(model);
        var run = await AskAsync(desk, AgentStart.Ask("Pay A-1."));
        var asked = (await UntilAsync(() => run.QueryAsync(a => a.PendingApprovals), static p => p.Count == 1))[0];
        Assert.Equal("large transfer_once", asked.Rule);
        Assert.Empty(_bank.Done);
        var answer = new ApprovalAnswer(asked.Id, asked.Arguments, IsGranted: true, "Ada");
        Assert.Equal(ApprovalReceipt.Unknown, await run.AnswerAsync(answer with { Id = new("00") }));
        Assert.Equal(ApprovalReceipt.Altered, await run.AnswerAsync(answer with { Arguments = asked.Arguments.Replace("500", "900", StringComparison.Ordinal) }));
        Assert.Empty(_bank.Done);
        Assert.Equal(ApprovalReceipt.Taken, await run.AnswerAsync(answer));
        Assert.Equal("Done.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(500, Assert.Single(_bank.Done).Amount);
    }

    [Fact]
    public async Task A_refused_an_unanswered_and_a_repeated_approval_do_nothing()
    {
        var model = new ScriptedModel(
            ScriptedReply.Call("transfer_once", Clerks.Arguments(500)),
            ScriptedReply.Call("transfer_once", Clerks.Arguments(600)).After("A person did not agree to it: Too much. It was not done."),
            ScriptedReply.Say("No luck.").After("Nobody agreed to it in time. It was not done."));
        await using var desk = await StartAsync(model, static (m, t) => new(m, t) { ApprovalTime = TimeSpan.FromSeconds(2) });
        var run = await AskAsync(desk, AgentStart.Ask("Pay A-1."));
        var asked = (await UntilAsync(() => run.QueryAsync(a => a.PendingApprovals), static p => p.Count == 1))[0];
        var answer = new ApprovalAnswer(asked.Id, asked.Arguments, IsGranted: false, "Ada", "Too much");
        Assert.Equal(ApprovalReceipt.Taken, await run.AnswerAsync(answer));
        var second = (await UntilAsync(() => run.QueryAsync(a => a.PendingApprovals), p => p.Count == 1 && p[0].Id != asked.Id))[0];
        Assert.Equal(ApprovalReceipt.Repeated, await run.AnswerAsync(answer with { IsGranted = true }));
        Assert.Equal("No luck.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        // After the end nobody takes an answer.
        await Assert.ThrowsAsync<HoldfastException>(() => run.AnswerAsync(new(second.Id, second.Arguments, IsGranted: true, "Ada")));
        Assert.Empty(_bank.Done);
    }

    [Fact]
    public async Task A_call_in_doubt_waits_for_whoever_finds_out()
    {
        var model = new ScriptedModel(ScriptedReply.Call("transfer_once", Clerks.Arguments()), ScriptedReply.Say("Done.").After("\"by hand\""));
        await using var desk = await StartAsync(model);
        var fails = true;
        _bank.Middle = _ => fails ? throw new TimeoutException() : Task.CompletedTask;
        var run = await AskAsync(desk, AgentStart.Ask("Pay A-1.", new() { Calls = 1 }));
        var doubt = await UntilAsync(() => run.QueryAsync(a => a.Doubt), static d => d is not null);
        Assert.Equal(($"{run.Id}-call-1", "transfer_once", 1), (doubt!.Key, doubt.Tool, doubt.Try));
        fails = false;
        Assert.False(await run.RuleAsync(doubt with { Try = 2 }, new(CallRulingKind.Happened, "Ada")));
        Assert.True(await run.RuleAsync(doubt, new(CallRulingKind.Happened, "Ada", "\"by hand\"")));
        Assert.Equal("Done.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Empty(_bank.Done);
    }

    [Fact]
    public async Task Tried_again_after_doubt_it_happens_under_the_same_key()
    {
        var model = new ScriptedModel(ScriptedReply.Call("transfer_once", Clerks.Arguments()), ScriptedReply.Say("Done.").When("it is paid", static c => c.LastText.Contains("\"amount\":10", StringComparison.Ordinal)));
        var ruled = new List<CallInDoubt>();
        await using var desk = await StartAsync(model, (m, t) => new(m, t)
        {
            RuleInDoubt = doubt =>
            {
                ruled.Add(doubt);
                return new(CallRulingKind.Retry, "policy");
            },
        });
        var tries = 0;
        _bank.Middle = _ => ++tries < 3 ? throw new TimeoutException() : Task.CompletedTask;
        var run = await AskAsync(desk, AgentStart.Ask("Pay A-1.", new() { Calls = 1 }));
        Assert.Equal("Done.", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        // Not as fast as the machine can: each try is made after a pause.
        Assert.Equal(2, (await run.ReadJournalAsync()).Count(static l => l.What == "TimerSet"));
        Assert.Equal([1, 2], ruled.Select(static d => d.Try));
        Assert.Single(_bank.Done);
    }

    [Fact]
    public async Task A_budget_ends_it_before_the_call_that_would_exceed_it()
    {
        var model = new ScriptedModel(static _ => ScriptedReply.Call("look", Clerks.Arguments()));
        await using var desk = await StartAsync(model);
        var run = await AskAsync(desk, AgentStart.Ask("Look.", new() { Tokens = 10_000 }));
        var answer = await desk.ResultAsync<AgentAnswer>(run);
        Assert.Equal(AgentStatus.OutOfBudget, answer.Status);
        Assert.Contains("tokens", answer.Text, StringComparison.Ordinal);
        // Each answer took 15 tokens of which the provider told; a reservation is only for what is under way.
        Assert.InRange(model.Calls.Count, 2, 20);
    }

    [Fact]
    public async Task Models_are_asked_no_more_often_than_their_rate_allows()
    {
        var model = new ScriptedModel(static c => ScriptedReply.Say($"{c.Number}"));
        await using var desk = await StartAsync(model, static (m, t) => new(m, t) { ModelRates = [new("provider", 1, TimeSpan.FromMilliseconds(300))] });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => AskAsync(desk, AgentStart.Ask($"{i}"))));
        foreach (var run in runs) Assert.Equal(AgentStatus.Answered, (await desk.ResultAsync<AgentAnswer>(run)).Status);
        // Never earlier: that is the promise. How much later is the machine's affair.
        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(900), $"{watch.Elapsed}");
        Assert.Equal(4, model.Calls.Count);
    }

    /// <summary>Each model of a chain that is asked is a request; and whoever has waited goes on with the next model, for the first would take each turn.</summary>
    [Theory]
    [InlineData(2, 3_600_000)]
    [InlineData(1, 300)]
    public async Task A_rate_counts_each_model_of_a_chain_that_is_asked(int count, int milliseconds)
    {
        var (busy, patient) = (new ScriptedModel(static _ => ScriptedReply.Fail(new HttpRequestException("busy", null, System.Net.HttpStatusCode.TooManyRequests))), new ScriptedModel(static _ => ScriptedReply.Say("fine")));
        var (rate, before) = (new Rate("provider", count, TimeSpan.FromMilliseconds(milliseconds)), DateTimeOffset.UtcNow);
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), builder =>
        {
            builder.Services.AddSingleton(services => new ClerkDefinition(
                new(new Model("busy", busy), new Model("patient", patient)), new Toolbox(new([], []), [], services))
            { ModelRates = [rate], ModelOptions = new() { OutputTokensMax = 10 } });
            builder.AddAgent<Clerk>();
        });
        var run = await AskAsync(desk, AgentStart.Ask("Look.", new() { Tokens = 100_000 }));
        Assert.Equal(new AgentAnswer(AgentStatus.Answered, "fine"), await desk.ResultAsync<AgentAnswer>(run));
        Assert.Equal((1, 1), (busy.Calls.Count, patient.Calls.Count));
        Assert.True((long)await _files.ReadAsync("runs.db", "SELECT free FROM agents_rate") >= (before + (2 * rate.Time / rate.Count)).UtcTicks);
        Assert.Equal("fine", Assert.Single((await desk.Client.ReadCassetteAsync(run.Id)).Calls).Reply!.Text);
        Assert.Equal(15L, await _files.ReadAsync("runs.db", "SELECT sum(spent) FROM agents_budget WHERE unit = 1"));
        Assert.Equal(0L, await _files.ReadAsync("runs.db", "SELECT sum(reserved) FROM agents_budget WHERE unit = 1"));
    }

    [Fact]
    public async Task Mail_is_answered_one_at_a_time_and_only_once()
    {
        var model = new ScriptedModel(static c => ScriptedReply.Say($"to {c.LastText}"));
        await using var desk = await StartAsync(model);
        var run = await AskAsync(desk, new());
        for (var i = 0; i < 3; i++) await run.SendAsync(new($"mail {i}") { Id = $"{i}" }, $"key {i}");
        await run.SendAsync(new("mail 1") { Id = "1" }, "key 1");
        await run.SendAsync(new("") { IsEnd = true });
        Assert.Equal("to mail 2", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal([1, 3, 5], model.Calls.Select(static c => c.Messages.Count));
    }

    [Fact]
    public async Task A_long_conversation_is_summed_up_and_stays_readable()
    {
        var model = new ScriptedModel(static c => ScriptedReply.Say(c.LastText.Contains("Sum up", StringComparison.Ordinal) ? "in short" : "fine"));
        await using (var desk = await StartAsync(model, static (m, t) => new(m, t) { MessagesMax = 4 }))
        {
            var run = await AskAsync(desk, new());
            for (var i = 0; i < 4; i++) await run.SendAsync(new($"mail {i}"));
            await run.SendAsync(new("") { IsEnd = true });
            await desk.ResultAsync<AgentAnswer>(run);
        }
        Assert.Equal([1, 3, 5, 2, 4], model.Calls.Select(static c => c.Messages.Count));
        Assert.Contains("in short", string.Concat(model.Calls[3].Messages[0].Contents.OfType<Microsoft.Extensions.AI.TextContent>().Select(static t => t.Text)), StringComparison.Ordinal);
        Assert.Equal(10, Count("agents_history"));
        Assert.Equal(5, Count("agents_model"));
    }

    [Fact]
    public async Task A_message_is_kept_once_and_a_model_call_records_no_text()
    {
        const int Turns = 100;
        var text = new string('x', 2_000);
        var model = new ScriptedModel(c => ScriptedReply.Say($"{c.Number} {text}"));
        await using (var desk = await StartAsync(model, static (m, t) => new(m, t) { MessagesMax = 10_000, BytesMax = long.MaxValue }))
        {
            var run = await AskAsync(desk, new());
            for (var i = 0; i < Turns; i++) await run.SendAsync(new($"mail {i} {text}"));
            await run.SendAsync(new("") { IsEnd = true });
            await desk.ResultAsync<AgentAnswer>(run);
        }
        Assert.Equal(Enumerable.Range(0, Turns).Select(static i => (2 * i) + 1), model.Calls.Select(static c => c.Messages.Count));
        var (bytes, messages) = (Count("agents_text", "SUM(LENGTH(body))"), Count("agents_history"));
        Assert.Equal(2 * Turns, messages);
        // Every message once, every answer once more as what the model said, and nothing of it with the questions.
        Assert.InRange(bytes, 3 * Turns * text.Length, (3 * Turns * text.Length * 12 / 10) + 10_000);
    }

    long Count(string table, string what = "COUNT(*)")
    {
        using var connection = new SqliteConnection($"Data Source={_files["runs.db"]};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = $"SELECT {what} FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
