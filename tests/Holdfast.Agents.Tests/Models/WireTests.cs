using System.Text.Json;
using ModelDouble;

namespace Holdfast.Agents.Tests;

/// <summary>Through the providers' own packages, in both wire formats, whole and in streams: what comes, and what comes of every fault.</summary>
public sealed class WireTests
{
    const string Arguments = """{"invoice":"INV-00017","amount":12.50,"currency":"EUR","note":"é 😀 \"x\""}""";

    static readonly ModelRequest Request = new("Pay what is due.", [new UserMessage("Pay INV-00017.")], [Payments.Pay], new() { Temperature = 0, OutputTokensMax = 200 });

    static readonly DoubleReply Two = DoubleReply.Call("pay", Arguments) with { Text = "I pay both of them.", Calls = [new("", "pay", Arguments), new("", "write_note", """{"text":"b"}""")] };

    public static TheoryData<WireFormat, bool> Ways => new() { { WireFormat.OpenAi, false }, { WireFormat.OpenAi, true }, { WireFormat.Anthropic, false }, { WireFormat.Anthropic, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_answer_comes_with_its_calls_its_usage_and_its_cost(WireFormat format, bool streams)
    {
        await using var server = await DoubleServer.StartAsync(static _ => Two);
        var heard = "";
        var reply = await AskAsync(Providers.Of(format, server), Request, streams, text => heard += text);
        Assert.Equal(("I pay both of them.", streams ? "I pay both of them." : ""), (reply.Text, heard));
        Assert.Equal(["pay", "write_note"], reply.Calls.Select(static c => c.Tool));
        Assert.Equal(2, reply.Calls.Select(static c => c.Id).Distinct().Count());
        Assert.Equal(new ToolCall("c", "pay", Arguments).Arguments, new ToolCall("c", "pay", reply.Calls[0].Arguments).Arguments);
        Assert.Equal((new Usage(100, 20, 40), FinishReason.Calls, (decimal?)0.000492m), (reply.Usage, reply.FinishReason, reply.Cost));
        Assert.True(reply.TryToMessage(out var message, out _));
        // The provider takes the conversation with the results in it, and what it says then is the end.
        await using var next = await DoubleServer.StartAsync(static request => DoubleReply.Say($"{request.Asked.Messages.Sum(static m => m.Results.Count)} results"));
        var exchange = new Exchange(message, [.. message.Calls.Select(static c => new ToolResult(c.Id, c.Tool, "ok", IsError: c.Tool == "pay"))]);
        var last = await AskAsync(Providers.Of(format, next), new(Request.Instructions, [.. Request.Messages, .. exchange.Messages], Request.Tools), streams);
        Assert.Equal(("2 results", FinishReason.Stop), (last.Text, last.FinishReason));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_is_asked_arrives_as_it_was_meant(WireFormat format, bool streams)
    {
        DoubleRequest? seen = null;
        await using var server = await DoubleServer.StartAsync(request =>
        {
            seen = request;
            return DoubleReply.Say("ok");
        });
        Message[] messages =
        [
            new UserMessage("é 😀 \"x\"\n"), new AssistantMessage(""), new AssistantMessage("", new ToolCall("functions.pay:0", "pay", Arguments), new ToolCall("call_2", "write_note", "{}")),
            new ToolResult("functions.pay:0", "pay", "paid"), new ToolResult("call_2", "write_note", "", IsError: true), new Note("Go on."), new UserMessage("", "ada"),
        ];
        await AskAsync(Providers.Of(format, server), new("Be brief.", messages, [Payments.Pay, Payments.Write]), streams);
        var asked = seen!.Asked;
        Assert.Equal((format, streams, "Be brief."), (seen.Format, seen.IsStreaming, asked.Instructions));
        Assert.Equal(["pay", "write_note"], asked.Tools);
        Assert.Equal("é 😀 \"x\"\n", asked.Messages[0].Text);
        Assert.Equal(["pay", "write_note"], asked.Messages[1].Calls.Select(static c => c.Tool));
        Assert.Equal(new ToolCall("c", "pay", Arguments).Arguments, new ToolCall("c", "pay", asked.Messages[1].Calls[0].Arguments).Arguments);
        var results = asked.Messages.SelectMany(static m => m.Results).ToList();
        Assert.Equal(asked.Messages[1].Calls.Select(static c => c.Id), results.Select(static r => r.Id));
        Assert.Equal(["paid", ""], results.Select(static r => r.Text));
        Assert.Equal(["Note:\nGo on.", "From ada:\n"], asked.Messages.TakeLast(2).Select(static m => m.Text));
        // Only one of the formats can say that a result is an error.
        Assert.Equal([false, format == WireFormat.Anthropic], results.Select(static r => r.IsError));
    }

    public static TheoryData<WireFormat, bool, Fault, ModelErrorKind, int?> Failures
    {
        get
        {
            var all = new TheoryData<WireFormat, bool, Fault, ModelErrorKind, int?>();
            foreach (var format in new[] { WireFormat.OpenAi, WireFormat.Anthropic })
            {
                foreach (var streams in new[] { false, true })
                {
                    all.Add(format, streams, Fault.RateLimited, ModelErrorKind.RateLimited, 429);
                    all.Add(format, streams, Fault.ServerError, ModelErrorKind.Unavailable, 500);
                    all.Add(format, streams, Fault.Unauthorized, ModelErrorKind.Unauthorized, 401);
                    all.Add(format, streams, Fault.HalfAnswer, ModelErrorKind.Unreachable, null);
                    all.Add(format, streams, Fault.QuietEnd, ModelErrorKind.BrokenReply, null);
                }
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_is_told_by_its_kind_and_another_provider_answers_where_it_may(WireFormat format, bool streams, Fault fault, ModelErrorKind kind, int? status)
    {
        await using var bad = await DoubleServer.StartAsync(_ => Two with { Fault = fault });
        await using var good = await DoubleServer.StartAsync(static _ => DoubleReply.Say("ok"));
        Exception? shown = null;
        var thrown = await Assert.ThrowsAsync<ModelException>(() => AskAsync(Providers.Of(format, bad, onError: e => shown = e), Request, streams));
        // A connection that breaks takes with it what was not read yet, so whether an answer had begun is for the system to say.
        var found = fault == Fault.HalfAnswer && streams && thrown.Kind == ModelErrorKind.BrokenReply ? kind : thrown.Kind;
        Assert.Equal((kind, status), (found, thrown.Attempts.Single().Status));
        Assert.DoesNotContain(Providers.Key, thrown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Providers.Key, JsonSerializer.Serialize(thrown.Attempts), StringComparison.Ordinal);
        Assert.NotNull(shown);
        var other = format == WireFormat.OpenAi ? WireFormat.Anthropic : WireFormat.OpenAi;
        var chain = new ModelChain(Providers.Of(format, bad), Providers.Of(other, good));
        if (kind == ModelErrorKind.Unauthorized) await Assert.ThrowsAsync<ModelException>(() => chain.AskAsync(Request));
        else Assert.Equal(($"{other}", "ok"), (await chain.AskAsync(Request) is var reply ? reply.Model : "", reply.Text));
        Assert.Equal(2, bad.Requests);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_provider_that_hangs_is_left_and_another_answers(WireFormat format, bool streams)
    {
        await using var bad = await DoubleServer.StartAsync(static _ => Two with { Fault = Fault.Hang });
        await using var good = await DoubleServer.StartAsync(static _ => DoubleReply.Say("ok"));
        var clock = new HandClock();
        var first = Providers.Of(format, bad, TimeSpan.FromMinutes(1));
        var chain = new ModelChain(new Model(first.Name, first.Client) { Timeout = first.Timeout, Clock = clock }, new Model("good", Providers.Of(format, good).Client));
        var call = chain.AskAsync(Request, streams ? static (_, _) => ValueTask.CompletedTask : null);
        clock.Advance(TimeSpan.FromMinutes(1));
        var reply = await call.WaitAsync(HandClock.Limit);
        Assert.Equal((ModelErrorKind.TimedOut, "ok"), (reply.Attempts[0].Error, reply.Text));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_is_wrong_with_calls_comes_through_and_stands_in_no_conversation(WireFormat format, bool streams)
    {
        var fault = Fault.None;
        await using var server = await DoubleServer.StartAsync(_ => Two with { Fault = fault });
        var model = Providers.Of(format, server);

        fault = Fault.MalformedArguments;
        var malformed = await AskAsync(model, Request, streams);
        Assert.Equal(("write_note", ""), (malformed.Calls[1].Tool, malformed.Calls[1].Arguments));
        Assert.False(malformed.TryToMessage(out _, out var problem));
        Assert.StartsWith("The arguments of a call are not JSON", problem, StringComparison.Ordinal);
        Assert.Equal("repair", Payments.InCode.Decide("write_note", System.Text.Encoding.UTF8.GetBytes(malformed.Calls[1].Arguments), 1).Arm());

        fault = Fault.SameIds;
        var same = await AskAsync(model, Request, streams);
        Assert.False(same.TryToMessage(out _, out problem), string.Join(',', same.Calls));
        Assert.StartsWith("Two calls of one message have the id", problem, StringComparison.Ordinal);

        fault = Fault.EmptyIds;
        var empty = await AskAsync(model, Request, streams);
        // A stream is put together by ids: without them the calls are lost, or in one, but never in a conversation as something else.
        if (empty.Calls.Count > 0) Assert.False(empty.TryToMessage(out _, out problem), string.Join(',', empty.Calls));

        fault = Fault.UnknownTool;
        var unknown = await AskAsync(model, Request, streams);
        Assert.Equal("pay_now", unknown.Calls[0].Tool);
        Assert.Equal("repair", Payments.InCode.Decide(unknown.Calls[0].Tool, System.Text.Encoding.UTF8.GetBytes(unknown.Calls[0].Arguments), 1).Arm());

        fault = Fault.DuplicateCall;
        var twice = await AskAsync(model, Request, streams);
        Assert.Equal(["pay", "write_note", "pay"], twice.Calls.Select(static c => c.Tool));
        Assert.Equal(twice.Calls[0].Arguments, twice.Calls[2].Arguments);
        Assert.NotEqual(twice.Calls[0].Id, twice.Calls[2].Id);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Usage_that_is_wrong_or_not_there_has_no_cost(WireFormat format, bool streams)
    {
        var fault = Fault.WrongUsage;
        await using var server = await DoubleServer.StartAsync(_ => DoubleReply.Say("ok") with { Fault = fault });
        var model = Providers.Of(format, server);
        Assert.Null((await AskAsync(model, Request, streams)).Cost);
        fault = Fault.NoUsage;
        Assert.Null((await AskAsync(model, Request, streams)).Cost);
    }

    [Theory]
    [InlineData(WireFormat.OpenAi)]
    [InlineData(WireFormat.Anthropic)]
    public async Task A_record_can_be_asked_for(WireFormat format)
    {
        await using var server = await DoubleServer.StartAsync(static request => DoubleReply.Say(request.Number == 1 ? "{}" : """{"text":"read"}"""));
        var answer = await Providers.Of(format, server).AskAsync<Remark>(new("", [new UserMessage("Read.")]));
        Assert.Equal((new Remark("read"), 2), (answer.Value, answer.Replies.Count));
    }

    [Theory]
    [InlineData(WireFormat.OpenAi)]
    [InlineData(WireFormat.Anthropic)]
    public async Task The_double_refuses_what_the_providers_refuse(WireFormat format)
    {
        await using var server = await DoubleServer.StartAsync(static _ => DoubleReply.Say("ok"));
        var client = Providers.Of(format, server).Client;
        Microsoft.Extensions.AI.ChatMessage call = new(Microsoft.Extensions.AI.ChatRole.Assistant, [new Microsoft.Extensions.AI.FunctionCallContent("call_1", "pay", new Dictionary<string, object?>())]);
        Microsoft.Extensions.AI.ChatMessage other = new(Microsoft.Extensions.AI.ChatRole.User, "And?");
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetResponseAsync([other, call, other]));
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetResponseAsync([other, call]));
        Assert.Equal("ok", (await client.GetResponseAsync([other])).Text);
    }

    [Fact]
    public async Task The_double_writes_down_what_it_was_asked_and_what_it_answered_and_no_key()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        try
        {
            for (var life = 0; life < 2; life++)
            {
                await using var server = await DoubleServer.StartAsync(static request => Two with { Fault = request.Number == 3 ? Fault.Unauthorized : Fault.None }, path);
                await AskAsync(Providers.Of(WireFormat.OpenAi, server), Request, streams: true);
                await AskAsync(Providers.Of(WireFormat.Anthropic, server), Request, streams: false);
                await Assert.ThrowsAsync<ModelException>(() => Providers.Of(WireFormat.OpenAi, server).AskAsync(Request));
            }
            var text = await File.ReadAllTextAsync(path);
            var lines = text.TrimEnd('\n').Split('\n').Select(static line => JsonSerializer.Deserialize(line, DoubleJson.Default.DoubleLine)!).ToList();
            Assert.Equal([1, 2, 3, 1, 2, 3], lines.Select(static l => l.Number));
            // The same question has the same hash, in either format.
            Assert.Single(lines.Select(static l => l.Request).Distinct());
            Assert.Equal("call_1_1", lines[0].Calls[0].Id);
            Assert.Equal((Fault.Unauthorized, 2), (lines[2].Fault, lines[2].Calls.Count));
            Assert.DoesNotContain(Providers.Key, text, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_conversation_has_one_hash_in_both_formats()
    {
        var hashes = new System.Collections.Concurrent.ConcurrentBag<string>();
        await using var server = await DoubleServer.StartAsync(request =>
        {
            hashes.Add(request.Hash);
            return DoubleReply.Say("ok");
        });
        Message[] messages =
        [
            new UserMessage("Pay \"all\"."), new AssistantMessage("I pay.", new ToolCall("call_1", "pay", Arguments), new ToolCall("call_2", "write_note", """{ "text" : "b" }""")),
            new ToolResult("call_1", "pay", """{"receipt":"é"}"""), new ToolResult("call_2", "write_note", "It was not done.", IsError: true), new Note("Go on."), new UserMessage("Well?", "ada"),
        ];
        foreach (var format in Enum.GetValues<WireFormat>()) await AskAsync(Providers.Of(format, server), new("Be brief.", messages, [Payments.Pay, Payments.Write]), streams: false);
        await AskAsync(Providers.Of(WireFormat.OpenAi, server), new("Be brief.", messages[..^1], [Payments.Pay, Payments.Write]), streams: false);
        Assert.Equal(2, hashes.Distinct().Count());
    }

    static Task<ModelReply> AskAsync(Model model, ModelRequest request, bool streams, Action<string>? hear = null) => model.AskAsync(request, !streams ? null : (part, _) =>
    {
        hear?.Invoke(part.Text);
        return ValueTask.CompletedTask;
    });
}
