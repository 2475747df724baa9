namespace Holdfast.Agents.Tests;

/// <summary>A script says what it expects, and a call that is not it fails the test.</summary>
public sealed class ScriptedModelTests
{
    static readonly ModelRequest Request = new("Be.", [new UserMessage("Pay the bill.")], [Payments.Pay]);

    [Fact]
    public async Task Replies_come_one_by_one_and_what_was_asked_can_be_looked_at()
    {
        var script = new ScriptedModel(ScriptedReply.Call("pay", "{}").AndCall("pay", "{}"), ScriptedReply.Say("Paid.").After("ok\nno"));
        var model = new Model("m", script);
        var first = await model.AskAsync(Request);
        Assert.Equal([new("call_1_1", "pay", "{}"), new("call_1_2", "pay", "{}")], first.Calls);
        Assert.True(first.TryToMessage(out var message, out _));
        Assert.Throws<UnexpectedCallException>(script.ExpectDone);
        var exchange = new Exchange(message, new ToolResult("call_1_1", "pay", "ok"), new ToolResult("call_1_2", "pay", "no", IsError: true));
        Assert.Equal("Paid.", (await model.AskAsync(new("Be.", [.. Request.Messages, .. exchange.Messages]))).Text);
        script.ExpectDone();
        Assert.Equal(["Pay the bill.", "ok\nno"], script.Calls.Select(static c => c.LastText));
        Assert.Equal(("Be.", "pay"), (script.Calls[0].Instructions, script.Calls[0].Tools.Single()));
    }

    [Fact]
    public async Task A_call_too_many_fails_whatever_other_models_there_are()
    {
        var other = new ScriptedModel(ScriptedReply.Say("Never."));
        var chain = new ModelChain(new Model("m", new ScriptedModel()), new Model("other", other));
        var thrown = await Assert.ThrowsAsync<UnexpectedCallException>(() => chain.AskAsync(Request));
        Assert.Equal("The script has 0 replies, and this is call 1. Its last message says 'Pay the bill.'.", thrown.Message);
        Assert.Empty(other.Calls);
    }

    [Fact]
    public async Task A_call_that_is_not_the_expected_one_fails_with_what_differs()
    {
        var wrong = await Assert.ThrowsAsync<UnexpectedCallException>(() => new Model("m", new ScriptedModel(ScriptedReply.Say("").After("Pay the bill at once."))).AskAsync(Request));
        Assert.Equal("Call 1 is not what the script expects: the last message is not what it should be: from character 13 on it is '…y the bill.' instead of '…y the bill at once.'.", wrong.Message);
        var unmet = await Assert.ThrowsAsync<UnexpectedCallException>(() => new Model("m", new ScriptedModel(ScriptedReply.Say("").When("it may pay", static call => !call.Tools.Contains("pay")))).AskAsync(Request));
        Assert.Equal("Call 1 is not what the script expects: this does not hold: it may pay.", unmet.Message);
    }

    [Fact]
    public async Task A_function_answers_as_often_as_it_is_asked()
    {
        var model = new Model("m", new ScriptedModel(static call => ScriptedReply.Say($"{call.Number}: {call.LastText}")));
        for (var i = 1; i < 4; i++) Assert.Equal($"{i}: Pay the bill.", (await model.AskAsync(Request, static (_, _) => ValueTask.CompletedTask)).Text);
    }
}
