using System.Text;
using System.Text.Json;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Tests;

/// <summary>The scanner takes what the strict reader of System.Text.Json takes, with every string decoded and no name twice.</summary>
public sealed class AgreementTests
{
    const int Texts = 120_000;

    static readonly byte[][] Good =
    [
        .. new[]
        {
            """{"tool":"pay","arguments":{"invoice":"A-17","amount":12.50,"currency":"EUR","tags":["a","b"],"urgent":true,"note":null}}""",
            """{ "a" : [ 1 , -2.5e-3 , 0 , { } , [ ] , "x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00" ] , "b" : { "c" : false } }""",
            """[[1,[2,[3,[4,[5]]]]],{"x":{"y":{"z":[]}}},"long enough to be scanned in more than one step of sixteen bytes, é and 😀 in it"]""",
            """{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"aa":11,"ab":12,"ac":13}""",
            "\"text\"", "-0.0", "123456789012345678901234567890.5e+10", "true", "null", " [ ] ",
            "{" + string.Join(',', Enumerable.Range(0, 40).Select(static i => $"\"name{i}\":{i}")) + "}",
            new string('[', 64) + new string(']', 64),
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Fact]
    public void Damaged_texts_are_taken_by_both_or_by_neither()
    {
        const int Seed = 20261129;
        var damage = new Damage(Seed);
        var (taken, refused) = (0, 0);
        for (var i = 0; i < Texts; i++)
        {
            var text = i < Good.Length ? Good[i] : damage.Of(damage.Pick(Good));
            var expected = Strict(text);
            if (expected != Ours(text)) Assert.Fail($"seed {Seed}, text {i}: the strict reader says {expected} and the scanner does not, of {Convert.ToBase64String(text)} = {Encoding.UTF8.GetString(text)}");
            if (expected) taken++;
            else refused++;
        }
        // Of both kinds there must be enough for the agreement to mean something.
        Assert.True(taken > Texts / 20, $"only {taken} were JSON");
        Assert.True(refused > Texts / 2, $"only {refused} were not");
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("{\"x\":{\"a\":1,\"b\":[],\"a\":2}}")]
    [InlineData("{\"\":1,\"\":2}")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\ude00\\ud83d\"")]
    [InlineData("\"\\ud83dx\"")]
    [InlineData("{\"\\ud83d\":1}")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\"}")]
    [InlineData("{a:1}")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.e3")]
    [InlineData("+1")]
    [InlineData("truex")]
    [InlineData("tru")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"a")]
    [InlineData("\"a\\")]
    [InlineData("\"a\\u12")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1 1")]
    [InlineData("[}")]
    [InlineData("\ufeff{}")]
    [InlineData("// c\n1")]
    [InlineData("{\"a\":1 /* c */}")]
    public void What_one_reader_would_read_otherwise_than_another_is_no_json(string text)
    {
        Assert.False(Ours(Encoding.UTF8.GetBytes(text)));
        Assert.False(Strict(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Nesting_has_an_end(int depth, bool isTaken)
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"a\":", "}") })
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)));
            Assert.Equal(isTaken, Ours(text));
            if (depth < 1000) Assert.Equal(isTaken, Strict(text));
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(30_000)]
    public void A_name_that_appears_twice_among_many_is_found(int names)
    {
        var text = "{" + string.Join(',', Enumerable.Range(0, names).Select(static i => $"\"n{i}\":[{i}]")) + ",\"n7\":{}}";
        var tape = new JsonTape();
        var problem = tape.Load(Encoding.UTF8.GetBytes(text));
        Assert.Equal(DuplicateNames.What, problem.What);
        Assert.Equal(text.LastIndexOf("n7", StringComparison.Ordinal), problem.At);
        Assert.True(Ours(Encoding.UTF8.GetBytes(text.Replace("\"n7\":{}", "\"m\":{}", StringComparison.Ordinal))));
    }

    [Fact]
    public void Strings_are_decoded_where_they_stand()
    {
        var tape = new JsonTape();
        Assert.True(tape.Load("""["a\u00e9\ud83d\ude00\n\"x","","plain"]"""u8).IsNone);
        Assert.Equal(["aé😀\n\"x", "", "plain"], new[] { 1, 2, 3 }.Select(token => Encoding.UTF8.GetString(tape.TextOf(token))));
    }

    [Theory]
    [InlineData("{\"a\":1 \"b\":2}", "at byte 7, a comma or } is missing")]
    [InlineData("[1", "at byte 2, the text ends too early")]
    [InlineData("\"é\\q\"", "at byte 3, an escape in a string is unknown")]
    [InlineData("1 x", "at byte 2, the text goes on behind the value")]
    public void A_problem_says_where_and_what(string text, string problem) => Assert.Equal(problem, new JsonTape().Load(Encoding.UTF8.GetBytes(text)).ToString());

    [Fact]
    public void Text_that_is_not_utf8_is_told_by_its_place() => Assert.Equal(new(3, "the text is not UTF-8"), new JsonTape().Load([(byte)'"', 0xc3, 0xa9, 0xff, (byte)'"']));

    static bool Ours(byte[] text) => new JsonTape().Load(text).IsNone;

    static bool Strict(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false, MaxDepth = 64 });
            Decode(document.RootElement);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    static void Decode(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) value.GetString();
        if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray()) Decode(item);
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var property in value.EnumerateObject())
        {
            _ = property.Name;
            Decode(property.Value);
        }
    }
}
