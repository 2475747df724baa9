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
}
