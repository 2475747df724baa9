using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>Whether somebody listens or not, the answer is the same; and half of one is none.</summary>
public sealed class StreamingTests
{
    static readonly ModelRequest Request = new("", [new UserMessage("Hello?")]);

    [Fact]
    public async Task The_answer_is_the_same_whether_somebody_listens_or_not()
    {
        ScriptedReply[] replies =
        [
            ScriptedReply.Say("One two  three "), ScriptedReply.Say(""), ScriptedReply.Call("pay", """{"a":1.50}""") with { Text = "I pay now." },
            ScriptedReply.Call("pay", """{"a":""").AndCall("pay", "null") with { Usage = Usage.Unknown }, ScriptedReply.Say("cut") with { FinishReason = FinishReason.Length },
        ];
        foreach (var scripted in replies)
        {
            var text = "";
            var listened = await new Model("m", new ScriptedModel(scripted)) { Clock = new HandClock() }.AskAsync(Request, (part, _) =>
            {
                Assert.Equal(0, part.Attempt);
                text += part.Text;
                return ValueTask.CompletedTask;
            });
            var waited = await new Model("m", new ScriptedModel(scripted)) { Clock = new HandClock() }.AskAsync(Request);
            Assert.Equal(JsonSerializer.Serialize(waited), JsonSerializer.Serialize(listened));
            Assert.Equal(waited.Text, text);
            Assert.Equal(scripted.Calls.Select(static c => (c.Tool, c.Arguments)), waited.Calls.Select(static c => (c.Tool, c.Arguments)));
            // A step's result comes back from JSON as it was.
            Assert.Equal(JsonSerializer.Serialize(waited), JsonSerializer.Serialize(JsonSerializer.Deserialize<ModelReply>(JsonSerializer.Serialize(waited))));
        }
    }

    [Fact]
    public async Task A_model_that_breaks_off_is_followed_by_another_and_the_listener_can_tell()
    {
        var heard = new List<TextPart>();
        var chain = new ModelChain(new Model("first", new StubClient(parts: static _ => Half(throws: true))), new Model("second", new ScriptedModel(ScriptedReply.Say("All of it."))));
        var reply = await chain.AskAsync(Request, (part, _) =>
        {
            heard.Add(part);
            return ValueTask.CompletedTask;
        });
        Assert.Equal([new(0, "Half "), new(1, "All "), new(1, "of "), new(1, "it.")], heard);
        Assert.Equal(ModelErrorKind.BrokenReply, reply.Attempts[0].Error);
    }

    [Fact]
    public async Task A_stream_that_ends_without_a_reason_is_half_a_stream()
    {
        var thrown = await Assert.ThrowsAsync<ModelException>(() => new Model("m", new StubClient(parts: static _ => Half(throws: false))).AskAsync(Request, static (_, _) => ValueTask.CompletedTask));
        Assert.Equal(ModelErrorKind.BrokenReply, thrown.Kind);
    }

    [Fact]
    public async Task What_a_listener_throws_goes_to_the_caller_and_no_other_model_is_asked()
    {
        var second = new ScriptedModel(ScriptedReply.Say("Hello."));
        var chain = new ModelChain(new Model("first", new ScriptedModel(ScriptedReply.Say("Hello."))), new Model("second", second));
        var mine = new IOException("The client has left.");
        Assert.Same(mine, await Assert.ThrowsAsync<IOException>(() => chain.AskAsync(Request, (_, _) => throw mine)));
        Assert.Empty(second.Calls);
    }

    [Fact]
    public async Task Nothing_is_heard_of_a_model_whose_time_is_up()
    {
        var clock = new HandClock();
        var heard = new List<TextPart>();
        var (asked, late) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = new Model("first", new StubClient(parts: _ => Late(asked, late.Task))) { Clock = clock, Timeout = TimeSpan.FromSeconds(1) };
        var call = new ModelChain(slow, new Model("second", new ScriptedModel(ScriptedReply.Say("Hello.")))).AskAsync(Request, (part, _) =>
        {
            heard.Add(part);
            return ValueTask.CompletedTask;
        });
        await asked.Task;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ModelErrorKind.TimedOut, (await call.WaitAsync(HandClock.Limit)).Attempts[0].Error);
        late.SetResult();
        Assert.Equal([new(1, "Hello.")], heard);
    }

    static async IAsyncEnumerable<ChatResponseUpdate> Half(bool throws)
    {
        yield return new(ChatRole.Assistant, "Half ");
        await Task.Yield();
        if (throws) throw new IOException("Connection reset.");
    }

    static async IAsyncEnumerable<ChatResponseUpdate> Late(TaskCompletionSource asked, Task until)
    {
        asked.SetResult();
        await until;
        yield return new(ChatRole.Assistant, "Too late.");
    }
}
