using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>A build that has no tools goes on with conversations that have calls of some.</summary>
public sealed class LostToolsTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    Task<Desk> StartAsync(IChatClient client, params Tool<Transfer>[] tools) => Desk.StartAsync(() => _files.Open("runs.db"), builder =>
    {
        builder.Services.AddSingleton(services => new ClerkDefinition(
            new(new Model("double", client)),
            new(new Gate(tools, tools.Select(static t => t.Admit(t.Name, static _ => true))), tools.Select(static t => t.Pure(static a => a.Amount)), services)));
        builder.AddAgent<Clerk>();
    });

    static async Task<AgentAnswer> AskAsync(Desk desk, string question)
    {
        var begin = new AgentStart();
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(begin), key: "clerk");
        await run.SendAsync(new(question) { Id = question });
        var deadline = DateTime.UtcNow + Desk.Patience;
        while (true)
        {
            if ((await run.QueryAsync(a => a.Answers)).FirstOrDefault(a => a.Id == question) is { } answer) return answer;
            Assert.True(DateTime.UtcNow < deadline, (await run.GetInfoAsync()).Waiting);
            await Task.Delay(10);
        }
    }

    [Theory]
    [InlineData(WireFormat.OpenAi)]
    [InlineData(WireFormat.Anthropic)]
    public async Task The_model_is_shown_all_of_them_and_may_call_nothing(WireFormat format)
    {
        await using var server = await DoubleServer.StartAsync(static r => r.Asked.Messages[^1].Text == "Quote." ? DoubleReply.Call("quote", Clerks.Arguments()) : DoubleReply.Say($"I see {r.Asked.Messages.Count} messages and {string.Join(", ", r.Asked.Tools)}."));
        await using (var desk = await StartAsync(Providers.Client(format, server.Address), BankTools.Quote)) await AskAsync(desk, "Quote.");
        var choices = new List<ChatToolMode?>();
        await using (var desk = await StartAsync(new Overheard(Providers.Client(format, server.Address), o => choices.Add(o.ToolMode))))
            Assert.Equal("I see 5 messages and quote.", (await AskAsync(desk, "And then?")).Text);
        Assert.Equal([ChatToolMode.None], choices);
    }

    [Fact]
    public async Task One_that_never_had_any_sends_none()
    {
        var seen = new List<(IList<AITool>?, ChatToolMode?)>();
        await using var desk = await StartAsync(new Overheard(new ScriptedModel(ScriptedReply.Say("fine")), o => seen.Add((o.Tools, o.ToolMode))));
        await AskAsync(desk, "Hello.");
        Assert.Equal([(null, null)], seen);
    }

    sealed class Overheard(IChatClient inner, Action<ChatOptions> hear) : DelegatingChatClient(inner)
    {
        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            hear(options!);
            return base.GetResponseAsync(messages, options, cancellationToken);
        }
    }
}
