using FsCheck;
using FsCheck.Fluent;
using Holdfast.Agents.Conversation;

namespace Holdfast.Agents.Tests;

/// <summary>A call and its result enter a conversation together, or not at all.</summary>
public sealed class ExchangeTests
{
    static readonly AssistantMessage Two = new("", new ToolCall("a", "pay", "{}"), new ToolCall("b", "note", "{}"));

    [Fact]
    public void Results_stand_in_the_order_of_their_calls() => Prop.ForAll(Arb.From(Messages.Calls()), Arb.From(Gen.Choose(0, int.MaxValue)), static (calls, seed) =>
    {
        var results = calls.Select(static call => new ToolResult(call.Id, call.Tool, $"of {call.Id}")).ToArray();
        new Random(seed).Shuffle(results);
        var exchange = new Exchange(new("", calls), results);
        Assert.Equal(calls.Select(static c => c.Id), exchange.Results.Select(static r => r.CallId));
        Assert.Equal(calls.Length + 1, exchange.Messages.Count);
        Pairing.Check([new UserMessage("go"), .. exchange.Messages, new Note("on"), .. exchange.Messages]);
        // Without any one of them, or with one twice, it is no exchange, wherever that one stands.
        for (var i = 0; i < results.Length; i++)
        {
            var without = results.Where((_, at) => at != i).ToArray();
            Assert.Throws<ConversationFormatException>(() => new Exchange(new("", calls), without));
            Assert.Throws<ConversationFormatException>(() => new Exchange(new("", calls), [.. results, results[i]]));
            Assert.Throws<ConversationFormatException>(() => Pairing.Check([new AssistantMessage("", calls), .. without, new Note("on")]));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [InlineData("a:pay", "The call 'b' of note has no result.")]
    [InlineData("a:pay b:note a:pay", "There is a result for the call 'a'")]
    [InlineData("a:pay c:note", "The call 'b' of note has no result.")]
    [InlineData("a:note b:note", "The call 'a' is one of pay, and its result says note.")]
    [InlineData("a:pay b:note c:pay", "There is a result for the call 'c'")]
    public void An_exchange_that_is_not_whole_is_refused_with_what_is_missing(string results, string why)
    {
        var all = results.Split(' ').Select(static r => r.Split(':')).Select(static r => new ToolResult(r[0], r[1], "ok")).ToArray();
        Assert.StartsWith(why, Assert.Throws<ConversationFormatException>(() => new Exchange(Two, all)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_calls_of_one_message_have_two_ids() =>
        Assert.Contains("'a'", Assert.Throws<ConversationFormatException>(() => new AssistantMessage("", new ToolCall("a", "pay", "{}"), new ToolCall("a", "note", "{}"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_result_that_nobody_waits_for_stands_in_no_conversation()
    {
        var result = new ToolResult("a", "pay", "ok");
        Assert.Throws<ConversationFormatException>(() => Pairing.Check([result]));
        Assert.Throws<ConversationFormatException>(() => Pairing.Check([new AssistantMessage("no calls"), result]));
        Assert.Throws<ConversationFormatException>(() => Pairing.Check([new AssistantMessage("", new ToolCall("a", "pay", "{}")), new UserMessage("between"), result]));
        Assert.Throws<ConversationFormatException>(() => Pairing.Check([new AssistantMessage("", new ToolCall("a", "pay", "{}"))]));
    }

    [Fact]
    public void What_was_given_may_change_afterwards_and_the_message_does_not()
    {
        var calls = new List<ToolCall> { new("a", "pay", "{}") };
        var message = new AssistantMessage("", calls);
        calls.Clear();
        Assert.Single(message.Calls);
    }
}
