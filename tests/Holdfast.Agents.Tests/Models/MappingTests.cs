using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>What goes to a client is what every provider takes.</summary>
public sealed class MappingTests
{
    [Fact]
    public async Task A_conversation_goes_out_in_its_order_with_calls_and_results_together()
    {
        var chat = await SentAsync(
            new UserMessage("Pay."), new UserMessage("Now.", "ada"),
            new AssistantMessage("I pay.", new ToolCall("call_1", "pay", """{"a":1.50,"b":{"c":[]}}"""), new ToolCall("call_2", "pay", "{}")),
            new ToolResult("call_1", "pay", "paid"), new ToolResult("call_2", "pay", "refused", IsError: true), new Note("Both are known."), new AssistantMessage("Done."));
        Assert.Equal(["user", "user", "assistant", "tool", "user", "assistant"], chat.Select(static m => m.Role.Value));
        Assert.Equal(["Pay.", "From ada:\nNow.", "I pay.", "", "Note:\nBoth are known.", "Done."], chat.Select(static m => m.Text));
        var calls = chat[2].Contents.OfType<FunctionCallContent>().ToList();
        Assert.Equal([("call_1", "pay"), ("call_2", "pay")], calls.Select(static c => (c.CallId, c.Name)));
        Assert.Equal(["1.50", "{\"c\":[]}"], calls[0].Arguments!.Values.Select(static v => v!.ToString()));
        var results = chat[3].Contents.OfType<FunctionResultContent>().ToList();
        Assert.Equal([("call_1", "paid", false), ("call_2", "refused", true)], results.Select(static r => (r.CallId, (string)r.Result!, r.Exception is not null)));
    }

    [Fact]
    public async Task What_is_empty_is_left_out_or_said_so()
    {
        var chat = await SentAsync(new UserMessage(" "), new AssistantMessage(""), new AssistantMessage("\n", new ToolCall("c", "pay", "{}")), new ToolResult("c", "pay", ""));
        Assert.Equal(["user", "assistant", "tool"], chat.Select(static m => m.Role.Value));
        Assert.Equal("(nothing)", chat[0].Text);
        Assert.IsType<FunctionCallContent>(Assert.Single(chat[1].Contents));
    }

    [Theory]
    [InlineData("call_AbC-9", "call_AbC-9")]
    [InlineData("functions.pay:0", null)]
    [InlineData("0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789")]
    [InlineData("01234567890123456789012345678901234567890", null)]
    public async Task An_id_that_another_provider_gave_is_one_that_this_provider_takes(string id, string? sent)
    {
        var chat = await SentAsync(new AssistantMessage("", new ToolCall(id, "pay", "{}")), new ToolResult(id, "pay", "ok"));
        var called = chat[0].Contents.OfType<FunctionCallContent>().Single().CallId;
        Assert.Equal(called, chat[1].Contents.OfType<FunctionResultContent>().Single().CallId);
        if (sent is not null) Assert.Equal(sent, called);
        else Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", called);
    }

    [Fact]
    public async Task Tools_and_settings_go_out_with_their_schemas()
    {
        ChatOptions? options = null;
        var model = new Model("m", new ClientThatSees((_, seen) => options = seen));
        await model.AskAsync(new("Be brief.", [new UserMessage("a")], [Payments.Pay], new() { Temperature = 0.5f, OutputTokensMax = 10, Answer = JsonSchema.Of<Remark>() }));
        var tool = Assert.IsAssignableFrom<AIFunctionDeclaration>(Assert.Single(options!.Tools!));
        Assert.Equal(("pay", Payments.Pay.Description), (tool.Name, tool.Description));
        Assert.Equal(Payments.Pay.Schema.ToString(), JsonSchema.Load(System.Text.Encoding.UTF8.GetBytes(tool.JsonSchema.GetRawText())).ToString());
        // Providers know one dialect, and one of their packages takes the word for a description.
        Assert.False(tool.JsonSchema.TryGetProperty("$schema", out _));
        Assert.Equal(("Be brief.", 0.5f, 10), (options.Instructions, options.Temperature, options.MaxOutputTokens));
        Assert.NotNull(Assert.IsType<ChatResponseFormatJson>(options.ResponseFormat).Schema);
    }

    [Fact]
    public async Task A_call_comes_in_letter_by_letter_where_the_client_kept_it()
    {
        var element = System.Text.Json.JsonDocument.Parse("""{"a":1.50,"b":{"x":1,"x":2},"c":"\ud83d"}""").RootElement;
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant,
        [
            new FunctionCallContent("1", "pay", element.EnumerateObject().ToDictionary(static p => p.Name, static p => (object?)p.Value)),
            new FunctionCallContent("", "pay", new Dictionary<string, object?> { ["a"] = 1.5m, ["b"] = null }),
            new FunctionCallContent("3", "pay") { Exception = new InvalidOperationException() },
            new FunctionCallContent("3", "no such tool!"),
        ]));
        var reply = await new Model("m", new StubClient(_ => Task.FromResult(response))).AskAsync(new("", []));
        Assert.Equal(
            [new("1", "pay", """{"a":1.50,"b":{"x":1,"x":2},"c":"\ud83d"}"""), new("", "pay", """{"a":1.5,"b":null}"""), new("3", "pay", ""), new("3", "no such tool!", "null")],
            reply.Calls);
    }

    [Theory]
    [InlineData("1", "pay", "{\"a\":1}", null)]
    [InlineData("", "pay", "{}", "id of a call")]
    [InlineData("2", "pay", "{}", "have the id '2'")]
    [InlineData("1", "p\u200bay", "{}", "p(U+200B)ay")]
    [InlineData("1", "pay", "", "at byte 0")]
    [InlineData("1", "pay", "{\"canary\":1,\"canary\":2}", "twice")]
    public void Calls_that_cannot_stand_in_a_conversation_are_told_so(string id, string tool, string arguments, string? why)
    {
        var reply = new ModelReply("a\ud83d", [new("2", "pay", "{}"), new(id, tool, arguments)], Usage.Unknown, FinishReason.Calls, "m");
        Assert.Equal(why is null, reply.TryToMessage(out var message, out var problem));
        if (why is null) Assert.Equal(("a\ufffd", 2), (message!.Text, message.Calls.Count));
        else
        {
            Assert.Contains(why, problem, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_request_that_a_provider_would_refuse_cannot_be_made()
    {
        Assert.Throws<ConversationFormatException>(() => new ModelRequest("", [new AssistantMessage("", new ToolCall("c", "pay", "{}"))]));
        Assert.Throws<ConversationFormatException>(() => new ModelRequest("", [new ToolResult("c", "pay", "ok")]));
        Assert.Throws<ArgumentException>(() => new ModelRequest("", [], [Payments.Pay, Payments.Pay]));
    }

    [Fact]
    public void The_same_request_has_the_same_hash_and_another_has_another()
    {
        Message[] messages = [new UserMessage("a"), new AssistantMessage("", new ToolCall("c", "pay", """{"b":1,"a":2}""")), new ToolResult("c", "pay", "ok")];
        var hash = new ModelRequest("Be.", messages, [Payments.Pay]).Hash;
        Assert.Equal(hash, new ModelRequest("Be.", [new UserMessage("a"), new AssistantMessage("", new ToolCall("c", "pay", """{ "a":2, "b":1 }""")), messages[2]], [Payments.Pay]).Hash);
        ModelRequest[] others =
        [
            new("Be!", messages, [Payments.Pay]), new("Be.", messages), new("Be.", messages, [Payments.Pay], new() { Temperature = 0 }), new("Be.", messages, [Payments.Pay], new() { OutputTokensMax = 1 }),
            new("Be.", messages, [Payments.Pay], new() { Answer = JsonSchema.Of<Remark>() }), new("Be.", [.. messages, new Note("b")], [Payments.Pay]),
            new("Be.", [messages[0], messages[1], new ToolResult("c", "pay", "ok", IsError: true)], [Payments.Pay]),
        ];
        Assert.Equal(others.Length + 1, others.Select(static r => r.Hash).Append(hash).Distinct().Count());
    }

    static async Task<IReadOnlyList<ChatMessage>> SentAsync(params Message[] messages)
    {
        var script = new ScriptedModel(ScriptedReply.Say("ok"));
        await new Model("m", script).AskAsync(new("", messages));
        return script.Calls.Single().Messages;
    }

    sealed class ClientThatSees(Action<IEnumerable<ChatMessage>, ChatOptions?> seen) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            seen(messages, options);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok")));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
