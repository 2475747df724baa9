using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Tests;

/// <summary>What is too large for a model, wherever it comes from: the next message is answered all the same.</summary>
public sealed class LargeTalkTests : IDisposable
{
    const int WindowCharacters = 30_000;

    static readonly Tool<Errand> Fetch = new("fetch", 1, "Fetches much.");
    static readonly Tool<Errand> Fail = new("fail", 1, "Fails at length.");

    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static int SizeOf(ScriptedCall call) => call.Messages.Sum(static m => m.Contents.Sum(static x => x switch
    {
        TextContent text => text.Text.Length,
        FunctionResultContent result => result.Result?.ToString()?.Length ?? 0,
        FunctionCallContent made => made.Arguments?.Sum(static a => a.Value?.ToString()?.Length ?? 0) ?? 0,
        _ => 0,
    }));

    static ScriptedReply Many(int calls, Func<int, (string Tool, string Text)> of) =>
        Enumerable.Range(1, calls - 1).Aggregate(ScriptedReply.Call(of(0).Tool, Json(of(0).Text)), (reply, at) => reply.AndCall(of(at).Tool, Json(of(at).Text)));

    static string Json(string text) => $$"""{"text":"{{text}}"}""";

    static ScriptedReply Answer(ScriptedCall call) =>
        SizeOf(call) > WindowCharacters ? ScriptedReply.Fail(new HttpRequestException("too long", null, HttpStatusCode.BadRequest))
        : call.LastText switch
        {
            "results" => Many(8, static at => (at % 2 == 0 ? "fetch" : "fail", $"{at}")),
            "answer" => ScriptedReply.Say(new string('x', 40_000)),
            "calls" => Many(30, static at => ("fetch", $"{at}{new string('u', 1_900)}")),
            "small calls" => Many(3_000, static at => ("fetch", $"{at}")),
            _ => ScriptedReply.Say("fine"),
        };

    Task<Desk> StartAsync(ScriptedModel model, long bytesMax = 20_000) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        builder.Services.AddSingleton(services => new ClerkDefinition(
            new(new Model("scripted", model)),
            new(new Gate([Fetch, Fail], [Fetch.Admit("fetch", static _ => true), Fail.Admit("fail", static _ => true)]),
                [
                    Fetch.ReadOnly(static (_, _) => Task.FromResult(new string('y', 9_000))),
                    Fail.ReadOnly<Errand, string>(static (_, _) => throw new ToolFailedException(new string('z', 9_000))),
                ], services))
        {
            BytesMax = bytesMax,
            ModelRetry = new() { FirstDelay = TimeSpan.FromMilliseconds(1), MaxAttempts = 2 },
        });
        builder.AddAgent<Clerk>();
    });

    static async Task<AgentAnswer> AskAsync(RunHandle<Clerk, AgentAnswer> run, string text, string id)
    {
        await run.SendAsync(new(text) { Id = id });
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            if ((await run.QueryAsync(a => a.Answers)).FirstOrDefault(a => a.Id == id) is { } answer) return answer;
            var info = await run.GetInfoAsync();
            Assert.True(info.Status == RunStatus.Running && DateTime.UtcNow < deadline, $"{info.Status}: {info.Waiting}");
            await Task.Delay(5);
        }
    }

    [Theory]
    [InlineData("results")]
    [InlineData("answer")]
    [InlineData("calls")]
    [InlineData("small calls")]
    public async Task What_a_model_or_a_tool_says_at_any_length_breaks_no_turn(string what)
    {
        await using var desk = await StartAsync(new(Answer));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        foreach (var text in new[] { "hello", what, "small", what, what, "last" })
            Assert.Equal(AgentStatus.Answered, (await AskAsync(run, text, Guid.NewGuid().ToString("n"))).Status);
        _ = new ModelRequest("", await desk.Client.ReadConversationAsync(run.Id));
    }

    [Fact]
    public async Task A_message_larger_than_all_that_a_model_is_shown_is_not_taken()
    {
        await using var desk = await StartAsync(new(Answer));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        Assert.Equal(AgentStatus.Answered, (await AskAsync(run, "hello", "1")).Status);
        var answer = await AskAsync(run, new string('m', 35_000), "2");
        Assert.Equal(AgentStatus.NotTaken, answer.Status);
        Assert.Contains("35,000", answer.Text, StringComparison.Ordinal);
        Assert.Equal("fine", (await AskAsync(run, "last", "3")).Text);
    }

    /// <summary>A window smaller than <see cref="AgentDefinition.BytesMax"/> says.</summary>
    [Fact]
    public async Task What_no_model_takes_is_left_out_where_that_helps()
    {
        await using var desk = await StartAsync(new(Answer), bytesMax: 200_000);
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        Assert.Equal(AgentStatus.NoModel, (await AskAsync(run, new string('m', 35_000), "1")).Status);
        Assert.Equal("fine", (await AskAsync(run, "last", "2")).Text);
        Assert.Equal("fine", (await AskAsync(run, "again", "3")).Text);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task What_comes_while_no_model_answers_is_not_too_much_afterwards(HttpStatusCode status)
    {
        var isOut = true;
        await using var desk = await StartAsync(new(call => isOut ? ScriptedReply.Fail(new HttpRequestException("out", null, status)) : Answer(call)));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        for (var i = 0; i < 30; i++) Assert.Equal(AgentStatus.NoModel, (await AskAsync(run, $"{i} {new string('m', 1_500)}", $"{i}")).Status);
        isOut = false;
        Assert.Equal("fine", (await AskAsync(run, "last", "last")).Text);
        Assert.Equal(30, (await desk.Client.ReadConversationAsync(run.Id)).OfType<UserMessage>().Count(static m => m.Text.Length > 1_500));
    }

    [Fact]
    public async Task What_no_budget_is_left_for_is_left_out_where_that_helps_and_else_is_not()
    {
        await using var desk = await StartAsync(new(static _ => ScriptedReply.Say("fine")), bytesMax: 200_000);
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart { Budget = new() { Tokens = 50_000 } }), key: "clerk");
        Assert.Equal("fine", (await AskAsync(run, "hello", "1")).Text);
        Assert.Equal(AgentStatus.OutOfBudget, (await AskAsync(run, new string('m', 60_000), "2")).Status);
        Assert.Equal((3, 0), await run.QueryAsync(a => a.Conversation));
        Assert.Equal("fine", (await AskAsync(run, "last", "3")).Text);
        Assert.Equal(3, (await run.QueryAsync(a => a.Conversation)).First);
    }

    [Fact]
    public async Task Results_that_are_cut_say_so_and_the_agent_is_told_all_of_them()
    {
        var model = new ScriptedModel(Answer);
        await using var desk = await StartAsync(model);
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()), key: "clerk");
        await AskAsync(run, "results", "1");
        var results = (await desk.Client.ReadConversationAsync(run.Id)).OfType<ToolResult>().ToList();
        Assert.All(results, static r => Assert.EndsWith("the rest is not shown to you.)", r.Text, StringComparison.Ordinal));
        Assert.InRange(results.Sum(static r => r.Text.Length), 8_000, 12_000);
    }
}
