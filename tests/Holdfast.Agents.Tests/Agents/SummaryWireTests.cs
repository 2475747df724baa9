using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>A conversation with calls in it is summed up, by the providers' own packages.</summary>
public sealed class SummaryWireTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static DoubleReply Say(DoubleRequest request)
    {
        var last = request.Asked.Messages[^1];
        return last.Text.Contains("Sum up", StringComparison.Ordinal) ? DoubleReply.Say("INV-4711 was paid.") : last.Text == "Pay." ? DoubleReply.Call("quote", Clerks.Arguments()) : DoubleReply.Say("fine");
    }

    /// <summary>A clerk that is told to pay and then something else, and sums up in between.</summary>
    async Task<(RunId Run, Cassette Cassette)> TalkAsync(IChatClient client)
    {
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.Asking(client, new Bank(), static (m, t) => new(m, t) { MessagesMax = 4 }));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        await run.SendAsync(new("Pay."));
        await run.SendAsync(new("And then?"));
        await run.SendAsync(new("") { IsEnd = true });
        Assert.Equal("fine", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Contains("What was said before, summed up:\nINV-4711 was paid.", (await desk.Client.ReadConversationAsync(run.Id)).OfType<Note>().Select(static n => n.Text));
        return (run.Id, await desk.Client.ReadCassetteAsync(run.Id));
    }

    [Theory]
    [InlineData(WireFormat.OpenAi)]
    [InlineData(WireFormat.Anthropic)]
    public async Task The_provider_takes_the_question(WireFormat format)
    {
        await using var server = await DoubleServer.StartAsync(Say);
        var (_, cassette) = await TalkAsync(Providers.Client(format, server.Address));
        Assert.Equal(4, cassette.Calls.Count);
    }

    [Fact]
    public async Task And_is_told_that_nothing_may_be_called_as_recordings_have_it_that_were_made_without_tools()
    {
        var choices = new List<ChatToolMode?>();
        var model = new ScriptedModel(static c => c.LastText.Contains("Sum up", StringComparison.Ordinal) ? ScriptedReply.Say("INV-4711 was paid.") : c.LastText == "Pay." ? ScriptedReply.Call("quote", Clerks.Arguments()) : ScriptedReply.Say("fine"));
        var (_, cassette) = await TalkAsync(new Overheard(model, o => choices.Add(o.ToolMode)));
        Assert.Equal([null, null, ChatToolMode.None, null], choices);
        Assert.Equal([true, true, false, true], cassette.Calls.Select(static c => c.Print.Parts.Any(static p => p.Name.StartsWith("tool ", StringComparison.Ordinal))));
        // What is recorded is played.
        var written = new StringWriter();
        cassette.Write(written);
        File.Delete(_files["runs.db"]);
        await TalkAsync(new CassetteModel(Cassette.Read(new StringReader(written.ToString()))));
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
