using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Tests;

/// <summary>An answer has an end, whatever the model says.</summary>
public sealed class ReplyBoundTests
{
    const int BytesMax = 1_000;

    static readonly ModelRequest Request = new("", [new UserMessage("Hello?")]);

    public sealed record Count(int Of);

    static Model Bounded(IChatClient client) => new("m", client) { ReplyBytesMax = BytesMax, Timeout = HandClock.Limit };

    static long BytesOf(ModelReply reply) => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(reply).Length;

    static ScriptedReply Calls(int count, Func<int, RawCall> call) => ScriptedReply.Say("") with { Calls = [.. Enumerable.Range(0, count).Select(call)] };

    public static TheoryData<string, ScriptedReply> Long => new()
    {
        { "text", ScriptedReply.Say(string.Concat(Enumerable.Repeat("é ", 600))) },
        { "many calls", Calls(90, static i => new($"c{i}", "pay", "{}")) },
        { "arguments", Calls(1, static _ => new("c", "pay", $"{{\"a\":\"{new string('x', 2_000)}\"}}")) },
        { "a name", Calls(1, static _ => new("c", new string('n', 2_000), "{}")) },
        { "an id", Calls(1, static _ => new(new string('i', 2_000), "pay", "{}")) },
        { "no JSON", Calls(1, static _ => new("c", "pay", new string('[', 2_000))) },
    };

    [Theory]
    [MemberData(nameof(Long))]
    public async Task Of_one_that_is_too_long_only_the_beginning_is_there(string what, ScriptedReply said)
    {
        foreach (var listens in new[] { false, true })
        {
            var reply = await Bounded(new ScriptedModel(said)).AskAsync(Request, listens ? static (_, _) => ValueTask.CompletedTask : null);
            Assert.Equal(FinishReason.TooLong, reply.FinishReason);
            Assert.InRange(BytesOf(reply), 0, 5 * BytesMax);
            // What was called is a proposal all the same, and gets a verdict.
            Assert.Equal(said.Calls.Count == 0, reply.Calls.Count == 0);
            Assert.False(reply.TryToMessage(out _, out var problem), what);
            Assert.Contains("longer", problem, StringComparison.Ordinal);
            // What is kept of it is played as it was.
            var cassette = new StringWriter();
            new Cassette(RecordedCall.Of(Request, reply)).Write(cassette);
            var played = await new Model("m", new CassetteModel(Cassette.Read(new StringReader(cassette.ToString())))).AskAsync(Request);
            Assert.Equal((reply.Text, reply.FinishReason, reply.Calls.Count), (played.Text, played.FinishReason, played.Calls.Count));
        }
    }

    [Fact]
    public async Task One_that_is_just_short_enough_is_whole()
    {
        var reply = await Bounded(new ScriptedModel(ScriptedReply.Say(new string('x', BytesMax)), ScriptedReply.Say(new string('x', BytesMax + 1)))).AskAsync(Request);
        Assert.Equal((FinishReason.Stop, BytesMax), (reply.FinishReason, reply.Text.Length));
    }

    [Theory]
    [InlineData("word ")]
    [InlineData("")]
    public async Task One_that_does_not_end_is_left(string piece)
    {
        var isLeft = new TaskCompletionSource();
        var reply = await Bounded(new StubClient(parts: cancellation => EndlessAsync(() => new(ChatRole.Assistant, piece), isLeft, cancellation))).AskAsync(Request, static (_, _) => ValueTask.CompletedTask);
        await isLeft.Task.WaitAsync(HandClock.Limit);
        // How much it took nobody has said.
        Assert.Equal((FinishReason.TooLong, Usage.Unknown), (reply.FinishReason, reply.Usage));
    }

    /// <summary>Whatever it says: it would be gathered until there is no memory.</summary>
    [Fact]
    public async Task One_that_thinks_aloud_without_an_end_is_left()
    {
        var isLeft = new TaskCompletionSource();
        var pieces = 0;
        AIContent Thought()
        {
            pieces++;
            return new TextReasoningContent(new string('x', 100));
        }
        var reply = await Bounded(new StubClient(parts: cancellation => EndlessAsync(() => new(ChatRole.Assistant, [Thought()]), isLeft, cancellation))).AskAsync(Request, static (_, _) => ValueTask.CompletedTask);
        Assert.Equal(FinishReason.TooLong, reply.FinishReason);
        Assert.InRange(pieces, 1, 1 + (BytesMax / 100));
    }

    [Fact]
    public async Task What_was_said_on_the_way_of_what_it_takes_is_not_what_it_took()
    {
        var isLeft = new TaskCompletionSource();
        var piece = 0;
        ChatResponseUpdate Next() => piece++ == 0
            ? new(ChatRole.Assistant, [new UsageContent(new() { InputTokenCount = 20, OutputTokenCount = 1 })])
            : new(ChatRole.Assistant, "word ");
        var reply = await Bounded(new StubClient(parts: cancellation => EndlessAsync(Next, isLeft, cancellation))).AskAsync(Request, static (_, _) => ValueTask.CompletedTask);
        Assert.Equal((FinishReason.TooLong, Usage.Unknown), (reply.FinishReason, reply.Usage));
    }

    [Fact]
    public async Task A_record_that_is_too_long_may_be_mended()
    {
        var answer = await Bounded(new ScriptedModel(ScriptedReply.Say($"{{\"of\":1}}{new string(' ', BytesMax)}"), ScriptedReply.Say("{\"of\":2}").When("what was too long is not sent back", static call => call.Messages.Sum(static m => m.Text.Length) < BytesMax))).AskAsync<Count>(Request, repairs: 1);
        Assert.Equal(2, answer.Value.Of);
    }

    [Fact]
    public void No_bytes_are_no_answer() => Assert.Throws<ArgumentOutOfRangeException>(static () => new Model("m", new ScriptedModel(ScriptedReply.Say(""))) { ReplyBytesMax = 0 });

    static async IAsyncEnumerable<ChatResponseUpdate> EndlessAsync(Func<ChatResponseUpdate> next, TaskCompletionSource isLeft, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                yield return next();
            }
        }
        finally
        {
            isLeft.TrySetResult();
        }
    }
}
