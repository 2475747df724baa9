using System.Text;

namespace Holdfast.Agents.Tests;

/// <summary>What was recorded is played, and what was not fails with what differs.</summary>
public sealed class CassetteTests
{
    static readonly Message[] Start = [new UserMessage("Pay INV-00017, please. é 😀"), new AssistantMessage("I pay.", new ToolCall("call_1", "pay", """{"invoice":"INV-00017"}""")), new ToolResult("call_1", "pay", "paid\nat 12:00")];

    static readonly ModelRequest First = new("Pay what is due.", Start[..1], [Payments.Pay], new() { Temperature = 0 });
    static readonly ModelRequest Second = new("Pay what is due.", Start, [Payments.Pay], new() { Temperature = 0 });

    static readonly Cassette Two = new(
        RecordedCall.Of(First, new("I pay.", [new("call_1", "pay", """{"invoice":"INV-00017"}"""), new("", "pay", "{\"a\":")], new(100, 20, null), FinishReason.Calls, "m") { Cost = 3, Attempts = [new("m", null, null, TimeSpan.FromSeconds(3))] }),
        RecordedCall.Of(Second, new("Paid.", [], Usage.Unknown, FinishReason.Stop, "m")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_recorded_is_played(bool streams)
    {
        var model = new Model("played", new CassetteModel(Reread(Two))) { Price = new(3, 15) };
        var first = await AskAsync(model, First, streams);
        Assert.Equal(("I pay.", new Usage(100, 20, null), FinishReason.Calls, (decimal?)0.0006m), (first.Text, first.Usage, first.FinishReason, first.Cost));
        // Also what was no JSON comes as it was.
        Assert.Equal(Two.Calls[0].Reply!.Calls, first.Calls);
        var second = await AskAsync(model, new(Second.Instructions, Start, [Payments.Pay], new() { Temperature = 0 }), streams);
        Assert.Equal(("Paid.", Usage.Unknown, (decimal?)null), (second.Text, second.Usage, second.Cost));
    }

    [Fact]
    public void A_cassette_comes_back_from_its_lines_and_has_each_text_once()
    {
        var lines = Lines(Two);
        Assert.Equal(lines, Lines(Reread(Two)));
        Assert.Equal(Two.Calls.Select(static c => c.Request), Reread(Two).Calls.Select(static c => c.Request));
        Assert.Equal([First.Hash, Second.Hash], Two.Calls.Select(static c => c.Request));
        Assert.Single(lines.Split('\n'), static line => line.Contains("please", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_conversation_takes_a_file_that_grows_with_it_and_not_with_its_square()
    {
        static int Size(int turns)
        {
            var messages = Enumerable.Range(0, turns).Select(static i => (Message)new UserMessage($"{i} {new string('x', 10_000)}")).ToList();
            return Lines(new(Enumerable.Range(1, turns).Select(i => RecordedCall.Of(new("", messages[..i]), new("ok", [], Usage.Unknown, FinishReason.Stop, "m"))))).Length;
        }
        Assert.InRange(Size(40), 40 * 10_000, 40 * 13_000);
    }

    [Fact]
    public void The_lines_do_not_change_from_version_to_version() => Assert.Equal(
        """
        {"name":"faf6ce9828597e9e","text":"Be."}
        {"name":"0da72197e898ebe1","text":"Hello?"}
        {"reply":{"calls":[{"arguments":"{}","id":"1","tool":"pay"}],"finish":"Calls","model":"m","text":"","usage":{"cached":null,"input":1,"output":2}},"request":[["instructions","faf6ce9828597e9e"],["message 1 (user)","0da72197e898ebe1"]],"v":1}

        """,
        Lines(new(RecordedCall.Of(new("Be.", [new UserMessage("Hello?")]), new("", [new("1", "pay", "{}")], new(1, 2, null), FinishReason.Calls, "m")))));

    [Fact]
    public async Task A_request_that_was_not_recorded_fails_with_the_nearest_one_and_what_differs()
    {
        var changed = new ModelRequest("Pay what is due.", [Start[0], Start[1], new ToolResult("call_1", "pay", "paid\nat 13:00"), new UserMessage("And?")], [Payments.Pay], new() { OutputTokensMax = 5 });
        var other = new ScriptedModel(ScriptedReply.Say("Never."));
        var chain = new ModelChain(new Model("m", new CassetteModel(Two)), new Model("other", other));
        var thrown = await Assert.ThrowsAsync<UnexpectedCallException>(() => chain.AskAsync(changed));
        Assert.Equal(
            $"""
            The cassette has no recording of the request {changed.Hash.ToString()[..12]}…; of its 2 recordings number 2 is the nearest:
            - output tokens was not there: '5'
            - message 3 (tool): from character 28 on it is '… paid
            at 13:00' instead of '… paid
            at 12:00'
            - message 4 (user) was not there: 'And?'
            - and 1 more
            If that is meant, record it again.
            """,
            thrown.Message);
        Assert.Empty(other.Calls);
        Assert.EndsWith("nor of any other.", (await Assert.ThrowsAsync<UnexpectedCallException>(() => new Model("m", new CassetteModel(new())).AskAsync(First))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_asked_more_than_once_is_answered_in_order_and_then_with_the_last_answer()
    {
        static RecordedCall Recorded(string text) => RecordedCall.Of(First, new(text, [], Usage.Unknown, FinishReason.Stop, "m"));
        var model = new Model("m", new CassetteModel(new(Recorded("one"), Recorded("two"))));
        var texts = new List<string>();
        for (var i = 0; i < 4; i++) texts.Add((await model.AskAsync(First)).Text);
        Assert.Equal(["one", "two", "two", "two"], texts);
    }

    [Theory]
    [InlineData(ModelErrorKind.RateLimited, true)]
    [InlineData(ModelErrorKind.BrokenReply, false)]
    [InlineData(ModelErrorKind.Rejected, false)]
    public async Task What_failed_when_it_was_recorded_fails_in_the_same_way(ModelErrorKind kind, bool streams)
    {
        var cassette = Reread(new(RecordedCall.Failure(First, kind)));
        Assert.Equal((null, kind), (cassette.Calls[0].Reply, cassette.Calls[0].Error));
        var failed = await Assert.ThrowsAsync<ModelException>(() => AskAsync(new("played", new CassetteModel(cassette)), First, streams));
        Assert.Equal(kind, failed.Kind);
    }

    [Theory]
    [InlineData("{\"v\":1,\"request\":[],\"error\":\"Tired\"}", "'Tired' is no way to fail")]
    [InlineData("{\"v\":1,\"request\":[],\"error\":\"Failed\",\"reply\":{}}", "there is a reply and an error")]
    [InlineData("{", "line 1 is none of a cassette: ")]
    [InlineData("\n\n[]", "line 3 is none of a cassette: ")]
    [InlineData("{\"v\":2}", "the version is 2")]
    [InlineData("{\"v\":1}", "line 1 is none of a cassette: ")]
    [InlineData("{\"v\":1,\"request\":[[\"instructions\",\"a\"]],\"reply\":{}}", "no line before it has the text 'a'")]
    [InlineData("{\"v\":1,\"request\":[[]],\"reply\":{}}", "line 1 is none of a cassette: ")]
    [InlineData("{\"v\":1,\"request\":[],\"reply\":{\"text\":\"\",\"calls\":[],\"usage\":{\"input\":1,\"output\":1,\"cached\":1},\"finish\":\"7\",\"model\":\"m\"}}", "'7' is no reason")]
    [InlineData("{\"name\":\"a\",\"text\":null}", "the text is null")]
    public void A_line_that_is_none_is_told_by_its_number(string lines, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => Cassette.Read(new StringReader(lines))).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_lines_are_a_cassette_or_a_typed_error()
    {
        const int Seed = 815;
        var damage = new Damage(Seed);
        var good = Encoding.UTF8.GetBytes(Lines(Two));
        var (read, refused) = (0, 0);
        for (var i = 0; i < 5_000; i++)
        {
            var text = Encoding.UTF8.GetString(damage.Of(good));
            try
            {
                Lines(Cassette.Read(new StringReader(text)));
                read++;
            }
            catch (FormatException)
            {
                refused++;
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {Seed}, text {i}: {other.GetType().Name} for {text}");
            }
        }
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    static Cassette Reread(Cassette cassette) => Cassette.Read(new StringReader(Lines(cassette)));

    static string Lines(Cassette cassette)
    {
        var lines = new StringWriter();
        cassette.Write(lines);
        return lines.ToString();
    }

    static Task<ModelReply> AskAsync(Model model, ModelRequest request, bool streams) => model.AskAsync(request, streams ? static (_, _) => ValueTask.CompletedTask : null);
}
