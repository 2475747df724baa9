namespace Holdfast.Agents.Tests;

/// <summary>Answers that a model did not bring to their end.</summary>
public sealed class CutAnswerTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    Task<Desk> StartAsync(ScriptedModel model, Func<ModelChain, Toolbox, ClerkDefinition>? define = null) => Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, new(), define));

    [Theory]
    [InlineData(FinishReason.Length, "The total is 1", "The total is 1")]
    [InlineData(FinishReason.Filtered, "", "stopped")]
    [InlineData(FinishReason.Length, "", "stopped")]
    public async Task One_is_not_told_to_be_an_answer(FinishReason reason, string said, string told)
    {
        await using var desk = await StartAsync(new(ScriptedReply.Say(said) with { FinishReason = reason }));
        var answer = await desk.ResultAsync<AgentAnswer>(await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("What is the total?"))));
        Assert.Equal(AgentStatus.Incomplete, answer.Status);
        Assert.Contains(told, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FinishReason.Length)]
    [InlineData(FinishReason.Filtered)]
    public async Task One_takes_no_conversations_place(FinishReason reason)
    {
        var model = new ScriptedModel(c => c.LastText.Contains("Sum up", StringComparison.Ordinal) ? ScriptedReply.Say("First of all, we") with { FinishReason = reason } : ScriptedReply.Say("fine"));
        await using var desk = await StartAsync(model, static (m, t) => new(m, t) { MessagesMax = 4 });
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        for (var i = 0; i < 4; i++) await run.SendAsync(new($"mail {i}"));
        await run.SendAsync(new("") { IsEnd = true });
        Assert.Equal("fine", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.DoesNotContain("summed up:", string.Concat(model.Calls[^1].Messages.Select(static m => m.Text)), StringComparison.Ordinal);
        Assert.Contains("could not be summed up", model.Calls[3].Messages[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FinishReason.Length)]
    [InlineData(FinishReason.Filtered)]
    public async Task What_one_calls_is_not_done_and_may_be_mended(FinishReason reason)
    {
        var bank = new Bank();
        // What may be left out is missing, so that what is left fits its schema.
        var model = new ScriptedModel(c => c.LastText == "Pay." ? ScriptedReply.Call("transfer_once", Clerks.Arguments()) with { FinishReason = reason }
            : c.LastText.Contains("nothing of it was done", StringComparison.Ordinal) ? ScriptedReply.Call("transfer_once", Clerks.Arguments(20)) : ScriptedReply.Say("Done."));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, bank));
        Assert.Equal("Done.", (await desk.ResultAsync<AgentAnswer>(await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay."))))).Text);
        Assert.Equal(20, Assert.Single(bank.Done).Amount);
        Assert.Equal((1L, 2L), (await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM agents_call"), await _files.ReadAsync("runs.db", "SELECT COUNT(*) FROM agents_verdict")));
    }

    [Fact]
    public async Task One_that_is_always_cut_off_has_an_end()
    {
        var bank = new Bank();
        var model = new ScriptedModel(static _ => ScriptedReply.Call("transfer_once", Clerks.Arguments()) with { Text = "I pay now.", FinishReason = FinishReason.Length });
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.With(model, bank));
        var answer = await desk.ResultAsync<AgentAnswer>(await desk.Client.StartAsync((Clerk a) => a.Run(AgentStart.Ask("Pay."))));
        Assert.Equal((AgentStatus.Incomplete, 4), (answer.Status, model.Calls.Count));
        Assert.Contains("cut off", answer.Text, StringComparison.Ordinal);
        Assert.Empty(bank.Done);
    }
}
