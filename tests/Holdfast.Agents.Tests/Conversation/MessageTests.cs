using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Holdfast.Agents.Tests;

/// <summary>A message has one form, and nothing else is one.</summary>
public sealed class MessageTests
{
    static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(500);

    static readonly JsonSerializerOptions Spaced = new() { WriteIndented = true };

    static readonly Message[] One =
    [
        new UserMessage("Pay the bill. é 😀", "ada"),
        new AssistantMessage("I pay.", new ToolCall("call_1", "pay", """{ "b": 1.50, "a": "\u00e9" }"""), new ToolCall("call_2", "note", "{}")),
        new ToolResult("call_1", "pay", "paid\n", IsError: false),
        new Note("\"Earlier\" it was paid."),
    ];

    [Fact]
    public void Every_message_is_read_as_what_was_written_in_the_same_bytes() => Prop.ForAll(Arb.From(Messages.Any), static message =>
    {
        var json = message.ToJson();
        var read = Message.Read(json);
        Assert.Equal(message, read);
        Assert.Equal(message.Hash, read.Hash);
        Assert.Equal(message.GetHashCode(), read.GetHashCode());
        Assert.Equal(json, read.ToJson());
        using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
    }).Check(Many);

    [Fact]
    public void Messages_that_differ_have_other_bytes() => Prop.ForAll(Arb.From(Messages.Any), Arb.From(Messages.Any), static (one, other) => one.Equals(other) == (one.Hash == other.Hash)).Check(Many);

    [Fact]
    public void A_message_comes_through_as_a_part_of_other_json() => Prop.ForAll(Arb.From(Messages.Any), static message =>
    {
        Assert.Equal(message, JsonSerializer.Deserialize<Message>(JsonSerializer.Serialize(message, Spaced)));
        var pair = JsonSerializer.Deserialize<Dictionary<MessageHash, Message[]>>(JsonSerializer.Serialize(new Dictionary<MessageHash, Message[]> { [message.Hash] = [message] }))!;
        Assert.Equal(message, pair[message.Hash].Single());
    }).Check(Many);

    [Fact]
    public void The_form_and_the_hash_do_not_change_from_version_to_version()
    {
        Assert.Equal(
            [
                """{"from":"ada","kind":"user","text":"Pay the bill. é 😀","v":1}""",
                """{"calls":[{"arguments":"{\"a\":\"é\",\"b\":1.50}","id":"call_1","tool":"pay"},{"arguments":"{}","id":"call_2","tool":"note"}],"kind":"assistant","text":"I pay.","v":1}""",
                """{"call":"call_1","error":false,"kind":"result","text":"paid\u000a","tool":"pay","v":1}""",
                """{"kind":"note","text":"\"Earlier\" it was paid.","v":1}""",
            ],
            One.Select(static m => Encoding.UTF8.GetString(m.ToJson())));
        Assert.Equal("07f0bdfa80448b4871f92ca1c555f2d5cd0d5aa00e31e72179ab83c07982e604", One[1].Hash.ToString());
    }

    [Theory]
    [InlineData("""{ "kind":"note","text":"a","v":1}""", "one form")]
    [InlineData("""{"text":"a","kind":"note","v":1}""", "one form")]
    [InlineData("""{"kind":"note","text":"\u0061","v":1}""", "one form")]
    [InlineData("""{"kind":"note","more":1,"text":"a","v":1}""", "one form")]
    [InlineData("""{"calls":[{"arguments":"{ }","id":"c","tool":"pay"}],"kind":"assistant","text":"","v":1}""", "one form")]
    [InlineData("""{"kind":"note","text":"a","v":2}""", "version 2")]
    [InlineData("""{"kind":"note","text":"a"}""", "\"v\"")]
    [InlineData("""{"kind":"note","text":1,"v":1}""", "\"text\"")]
    [InlineData("""{"kind":"system","text":"a","v":1}""", "'system'")]
    [InlineData("""{"kind":"note","text":"a","text":"b","v":1}""", "twice")]
    [InlineData("""{"calls":[1],"kind":"assistant","text":"","v":1}""", "object")]
    [InlineData("""{"calls":[{"arguments":"[]","id":"c","tool":"pay"}],"kind":"assistant","text":"","v":1}""", "must be a JSON object")]
    [InlineData("[]", "object")]
    [InlineData("", "at byte 0")]
    public void What_is_not_the_one_form_of_a_message_is_refused(string json, string why) =>
        Assert.Contains(why, Assert.Throws<ConversationFormatException>(() => Message.Read(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Damaged_bytes_are_a_message_or_a_typed_error()
    {
        const int Seed = 20261130;
        var damage = new Damage(Seed);
        var good = One.Select(static m => m.ToJson()).ToArray();
        var (read, refused) = (0, 0);
        for (var i = 0; i < 60_000; i++)
        {
            var bytes = i % 20 == 0 ? damage.Noise() : damage.Of(damage.Pick(good));
            try
            {
                Assert.Equal(bytes, Message.Read(bytes).ToJson());
                read++;
            }
            catch (ConversationFormatException)
            {
                refused++;
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {Seed}, bytes {i}: {other.GetType().Name} for {Convert.ToBase64String(bytes)}");
            }
        }
        // Damage within a text leaves a message, and both must be met.
        Assert.True(read > 500 && refused > 30_000, $"{read} read, {refused} refused");
    }

    /// <summary>Not in attributes: those are kept as UTF-8, which is what such a text is not.</summary>
    public static TheoryData<char, char> Halves => new() { { '\ud83d', ' ' }, { 'a', '\ude00' }, { '\ude00', '\ud83d' } };

    [Theory]
    [MemberData(nameof(Halves))]
    public void Half_of_a_surrogate_pair_is_no_text(char first, char second)
    {
        var text = $"{first}{second}";
        Assert.Throws<ConversationFormatException>(() => new UserMessage(text));
        Assert.Throws<ConversationFormatException>(() => new UserMessage("a", text));
        Assert.Throws<ConversationFormatException>(() => new AssistantMessage(text));
        Assert.Throws<ConversationFormatException>(() => new ToolResult("c", "pay", text));
        Assert.Throws<ConversationFormatException>(() => new Note(text));
        Assert.Throws<ConversationFormatException>(() => new Note("a") with { Text = text });
        Assert.Throws<ConversationFormatException>(() => new ToolCall("c", "pay", $"{{\"a\":\"{text}\"}}"));
    }

    [Theory]
    [InlineData("", "pay", "{}")]
    [InlineData("a b", "pay", "{}")]
    [InlineData("c\u0000", "pay", "{}")]
    [InlineData("c", "", "{}")]
    [InlineData("c", "p\u0430y", "{}")]
    [InlineData("c", "pay now", "{}")]
    [InlineData("c", "pay", "")]
    [InlineData("c", "pay", "[]")]
    [InlineData("c", "pay", "null")]
    [InlineData("c", "pay", "{\"a\":1,\"a\":2}")]
    [InlineData("c", "pay", "{\"a\":1")]
    [InlineData("c", "pay", "{\"a\":\"\\ud83d\"}")]
    public void What_would_poison_the_next_request_is_no_call(string id, string tool, string arguments) =>
        Assert.Throws<ConversationFormatException>(() => new ToolCall(id, tool, arguments));

    [Fact]
    public void Calls_that_say_the_same_are_the_same() =>
        Assert.Equal(new ToolCall("c", "pay", """{"b":[1,2],"a":"é"}"""), new ToolCall("c", "pay", " { \"a\" : \"\\u00e9\" , \"b\" : [ 1 , 2 ] } "));

    [Fact]
    public void A_hash_is_a_text_and_a_text_is_a_hash()
    {
        var hash = One[0].Hash;
        Assert.Equal(hash, MessageHash.Parse(hash.ToString()));
        Assert.Equal(hash, MessageHash.FromBytes(hash.ToBytes()));
        Assert.False(MessageHash.TryParse(hash.ToString().ToUpperInvariant(), out _));
        Assert.False(MessageHash.TryParse(null, out _));
        Assert.Throws<FormatException>(() => MessageHash.Parse("abc"));
        Assert.Throws<ArgumentException>(() => MessageHash.FromBytes([1]));
    }
}
