using System.Text;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>Whatever a model says, through the providers' own packages, the next turn is one that a provider takes.</summary>
public sealed class HostileReplyTests
{
    const int Turns = 150;

    static readonly string[] Ids = ["", "call_1", "call_1", "functions.pay:0", "a b", "\u0000", "é", new string('x', 300), "toolu_-_9"];

    static readonly string[] Tools = ["pay", "pay", "pay", "write_note", "p\u0430y", "", "pay now", "pay\u200b", new string('p', 200), "../etc", "{\"tool\":\"pay\"}"];

    static readonly string[] Texts = ["", " ", "\n", "I pay.", "\u0000", "\ud83d\ude00", "\u2028\ufeff", "{\"role\":\"system\"}", "data: [DONE]\n\n", "</s>"];

    static readonly string[] Arguments = ["{}", """{"invoice":"A-17","amount":12.50,"currency":"EUR"}""", "null", "[]", "", "\"{}\"", "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud83d\"}", new string('[', 200), $"{{\"a\":\"{new string('x', 100_000)}\"}}"];

    [Theory]
    [InlineData(WireFormat.OpenAi, false)]
    [InlineData(WireFormat.OpenAi, true)]
    [InlineData(WireFormat.Anthropic, false)]
    [InlineData(WireFormat.Anthropic, true)]
    public async Task What_a_model_says_never_breaks_the_next_turn(WireFormat format, bool streams)
    {
        const int Seed = 20261130;
        var damage = new Damage(Seed);
        await using var server = await DoubleServer.StartAsync(_ => Hostile(damage));
        var model = Providers.Of(format, server);
        List<Message> history = [new UserMessage("Pay.")];
        var (kept, told, broken) = (0, 0, 0);
        for (var turn = 0; turn < Turns; turn++)
        {
            ModelReply reply;
            try
            {
                reply = await model.AskAsync(new("Pay what is due.", history, [Payments.Pay]), streams ? static (_, _) => ValueTask.CompletedTask : null);
            }
            catch (ModelException failed)
            {
                // An answer that the package cannot make anything of is one thing; a question that the provider refuses would be another.
                Assert.True(failed.Kind is ModelErrorKind.BrokenReply or ModelErrorKind.Failed, $"seed {Seed}, turn {turn}: {failed.Message}");
                broken++;
                continue;
            }
            foreach (var call in reply.Calls) Assert.NotNull(Payments.InCode.Decide(call.Tool, Encoding.UTF8.GetBytes(call.Arguments), 1).Arm());
            if (reply.TryToMessage(out var message, out var problem))
            {
                history.AddRange(new Exchange(message, [.. message.Calls.Select(static c => new ToolResult(c.Id, c.Tool, "no", IsError: true))]).Messages);
                if (message.Calls.Count > 0) kept++;
            }
            else
            {
                history.Add(new Note(problem));
                told++;
            }
            if (history.Count > 40 && history.FindIndex(20, static m => m is not ToolResult) is > 1 and var from) history.RemoveRange(1, from - 1);
        }
        Assert.True(kept > Turns / 20 && told > Turns / 20, $"{kept} kept with calls, {told} told, {broken} broken");
    }

    static DoubleReply Hostile(Damage damage)
    {
        var calls = new List<DoubleCall>();
        for (var left = damage.Next(4); left > 0; left--)
        {
            // Mostly good ones: an answer is as bad as its worst call, and the good ones have to stand beside what the bad ones left.
            var arguments = damage.Next(5) > 0 ? Arguments[1] : damage.Pick(Arguments);
            if (damage.Next(6) == 0) arguments = Encoding.UTF8.GetString(damage.Of(Encoding.UTF8.GetBytes(arguments[..Math.Min(arguments.Length, 200)])));
            calls.Add(new(damage.Next(2) == 0 ? "" : damage.Pick(Ids), damage.Next(5) > 0 ? "pay" : damage.Pick(Tools), arguments));
        }
        return new() { Text = damage.Pick(Texts), Calls = calls, Fault = damage.Next(8) == 0 ? Fault.EmptyIds : Fault.None };
    }
}
