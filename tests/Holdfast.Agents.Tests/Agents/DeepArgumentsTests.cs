using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>Arguments that are JSON, and deeper than a package can write into its own: kept once, they would have made every later question fail.</summary>
public sealed class DeepArgumentsTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    static string Nested(int deep) => $$"""{"invoice":{{new string('[', deep - 1)}}{{new string(']', deep - 1)}}}""";

    [Theory]
    [InlineData(WireFormat.OpenAi, 32, 0)]
    [InlineData(WireFormat.OpenAi, 33, 1)]
    [InlineData(WireFormat.Anthropic, 32, 0)]
    [InlineData(WireFormat.Anthropic, 33, 1)]
    [InlineData(WireFormat.Anthropic, 60, 1)]
    public async Task The_next_question_is_answered(WireFormat format, int deep, int notes)
    {
        await using var server = await DoubleServer.StartAsync(request => request.Asked.LastText == "Pay." ? DoubleReply.Call("quote", Nested(deep)) : DoubleReply.Say("fine"));
        await using var desk = await Desk.StartAsync(() => _files.Open("runs.db"), Clerks.Asking(Providers.Client(format, server.Address), new Bank(), static (m, t) => new(m, t) { ModelRetry = RetryPolicy.Default with { MaxAttempts = 1 } }));
        var run = await desk.Client.StartAsync((Clerk a) => a.Run(new AgentStart()));
        await run.SendAsync(new("Pay."));
        await run.SendAsync(new("And then?"));
        await run.SendAsync(new("") { IsEnd = true });
        Assert.Equal("fine", (await desk.ResultAsync<AgentAnswer>(run)).Text);
        Assert.Equal(notes, (await desk.Client.ReadConversationAsync(run.Id)).OfType<Note>().Count(static n => n.Text.Contains("32 deep", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[["}""", true)]
    [InlineData("""{"a\\":"\\","b":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", false)]
    public void What_stands_in_a_text_is_not_deep(string arguments, bool isTaken) =>
        Assert.Equal(isTaken, new ModelReply("", [new("c", "quote", arguments)], Usage.Unknown, FinishReason.Calls, "m").TryToMessage(out _, out _));
}
