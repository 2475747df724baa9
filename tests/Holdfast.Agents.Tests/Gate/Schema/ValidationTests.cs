using System.Text;

namespace Holdfast.Agents.Tests;

public sealed class ValidationTests
{
    public const string Good =
        """{"customer":"C-1234","amount":12.50,"count":2,"speed":"at-once","day":"2026-02-28","to":{"street":"Hafenstraße 1","country":"DE"},"tags":["a"],"number":7}""";

    [Theory]
    [InlineData("""C-1234""", """C-12345""", "/customer must match the pattern ^(?:C-\\d{4})$")]
    [InlineData("""C-1234""", "C-1234\\n", "/customer must match the pattern ^(?:C-\\d{4})$")]
    [InlineData("""C-1234""", "C-123\u0664", "/customer must match the pattern ^(?:C-\\d{4})$")]
    [InlineData("12.50", "0", "/amount must be more than 0")]
    [InlineData("12.50", "1000.01", "/amount must be at most 1000")]
    [InlineData("12.50", "1e400", "/amount is too large a number")]
    [InlineData("12.50", "\"12.50\"", "/amount must be a number")]
    [InlineData("12.50", "null", "/amount must be a number")]
    [InlineData("\"count\":2", "\"count\":2.5", "/count must be a whole number")]
    [InlineData("\"count\":2", "\"count\":1e30", "/count must be at most 20")]
    [InlineData("at-once", "AtOnce", "/speed must be one of Slow, Fast, at-once")]
    [InlineData("at-once", "\u0430t-once", "/speed must be one of Slow, Fast, at-once")]
    [InlineData("2026-02-28", "2026-02-29", "/day must be a date, as 2026-01-31")]
    [InlineData("2026-02-28", "2026-2-28", "/day must be a date, as 2026-01-31")]
    [InlineData(",\"country\":\"DE\"", "", "/to/country is missing")]
    [InlineData("\"tags\":[\"a\"]", "\"tags\":[]", "/tags must have at least 1 items")]
    [InlineData("\"tags\":[\"a\"]", "\"tags\":[\"a\",\"b\",7]", "/tags/2 must be a text")]
    [InlineData("\"tags\":[\"a\"]", "\"tags\":[[[[{}]]],\"b\",\"c\",\"d\"]", "/tags must have at most 3 items")]
    [InlineData("\"number\":7", "\"number\":9223372036854775808", "/number must be at most 9223372036854775807")]
    [InlineData("\"number\":7", "\"nubmer\":7,\"number\":7", "/nubmer is not a property here; did you mean 'number'?")]
    [InlineData("\"number\":7", "\"number\":7,\"batch\":\"x\"", "/batch must be a UUID")]
    [InlineData("\"number\":7", "\"number\":7,\"at\":\"2026-01-01T10:00:00\"", "/at must be a date and time with an offset, as 2026-01-31T08:00:00Z")]
    [InlineData("\"number\":7", "\"number\":7,\"extras\":{\"a\":1,\"b/c\":256}", "/extras/b~1c must be at most 255")]
    [InlineData("\"number\":7", "\"number\":7,\"parts\":[{\"kilograms\":1},{\"kilograms\":-1e300}]", "/parts/1/kilograms must be at least 0")]
    [InlineData("\"number\":7", "\"number\":7,\"gift\":null", "/gift must be true or false")]
    public void What_does_not_fit_is_pointed_to(string part, string other, string flaw)
    {
        Assert.Empty(JsonSchema.Of<Order>().Validate(Encoding.UTF8.GetBytes(Good)));
        var text = Encoding.UTF8.GetBytes(Good.Replace(part, other, StringComparison.Ordinal));
        Assert.Equal([flaw], JsonSchema.Of<Order>().Validate(text).Select(static f => f.ToString()));
        // What was written and loaded says the same.
        Assert.Equal([flaw], JsonSchema.Load(JsonSchema.Of<Order>().ToJson()).Validate(text).Select(static f => f.ToString()));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_but_no_more_than_a_model_can_use()
    {
        Assert.Equal(8, JsonSchema.Of<Order>().Validate("{}"u8).Count);
        var many = "{" + string.Join(',', Enumerable.Range(0, 10_000).Select(static i => $"\"unknown{i}\":1")) + "}";
        Assert.Equal(8, JsonSchema.Of<Order>().Validate(Encoding.UTF8.GetBytes(many)).Count);
        Assert.Equal(["must be an object"], JsonSchema.Of<Order>().Validate("[]"u8).Select(static f => f.ToString()));
    }

    [Theory]
    [InlineData("2026-01-31T08:00:00Z", true)]
    [InlineData("2026-01-31t08:00:00.1234567+05:30", true)]
    [InlineData("0001-01-01T00:00:00+01:00", false)]
    [InlineData("9999-12-31T23:59:59-01:00", false)]
    [InlineData("2026-01-31T08:00:00", false)]
    [InlineData("2026-01-31T24:00:00Z", false)]
    [InlineData("2026-01-31T08:00:60Z", false)]
    [InlineData("2026-01-31T08:00:00+15:00", false)]
    [InlineData("2026-01-31T08:00:00.Z", false)]
    [InlineData("2026-01-31T08:00:00.12345678Z", false)]
    [InlineData("2026-01-31 08:00:00Z", false)]
    [InlineData("2026-01-31T08:00:00Zx", false)]
    [InlineData("2026-01-31T08:00:00+\u0660\u0661:00", false)]
    public void A_moment_has_an_offset_and_is_one_that_a_value_can_hold(string text, bool fits)
    {
        var schema = JsonSchema.Load("""{"type":"string","format":"date-time"}"""u8);
        Assert.Equal(fits, schema.Validate(Encoding.UTF8.GetBytes($"\"{text}\"")).Count == 0);
    }

    [Theory]
    [InlineData("^a.c$", "abc", true)]
    [InlineData("^a.c$", "abc\\n", false)]
    [InlineData("b", "abc", true)]
    [InlineData(@"^\\w+$", "\u00e9", false)]
    [InlineData(@"^\\s$", "\u00a0", true)]
    [InlineData(@"^[\\d-]+$", "1-2", true)]
    [InlineData(@"^[\\d-]+$", "\u0661", false)]
    [InlineData("^[a-z-[aeiou]]+$", "a]", true)]
    [InlineData("^[a-z-[aeiou]]+$", "b", false)]
    [InlineData("^.$", "\ud83d\ude00", true)]
    [InlineData("^[^a]$", "\ud83d\ude00", true)]
    [InlineData("^[^a]$", "a", false)]
    [InlineData("^[^\\\\d-]+$", "a-", false)]
    [InlineData(@"^\\D$", "\ud83d\ude00", true)]
    [InlineData(@"^\\W\\S$", "\ud83d\ude00\ud83d\ude00", true)]
    [InlineData(@"^\\W$", "_", false)]
    [InlineData("^\ud83d\ude00+$", "\ud83d\ude00\ud83d\ude00", true)]
    [InlineData("^[+-]?[--0]$", "+.", true)]
    [InlineData(@"^[\\w.-]+$", "a-b.c", true)]
    [InlineData(@"^[\\w.-]+$", "a/b", false)]
    [InlineData(@"^[a\\-z]$", "b", false)]
    [InlineData(@"^[\\u003d-\\u003f]$", ">", true)]
    [InlineData("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false)]
    public void Patterns_mean_what_they_mean_in_javascript(string pattern, string text, bool matches)
    {
        var schema = JsonSchema.Load(Encoding.UTF8.GetBytes($$"""{"type":"string","pattern":"{{pattern}}"}"""));
        Assert.Equal(matches, schema.Validate(Encoding.UTF8.GetBytes($"\"{text}\"")).Count == 0);
    }

    [Theory]
    [InlineData(@"^[\\w-z]$", "a range that")]
    [InlineData(@"^[\\w-.]+$", "a range that")]
    [InlineData(@"^[+-\\d]$", "a range that")]
    [InlineData(@"^[!-\\w]$", "a range that")]
    [InlineData("^[\ud83d\ude00]$", "beyond U+FFFF")]
    [InlineData(@"^\\ud83d\\ude00$", "half of a surrogate pair")]
    [InlineData("^[a", "no end")]
    public void Patterns_that_mean_something_else_in_each_dialect_are_not_loaded(string pattern, string why)
    {
        var error = Assert.Throws<GateFormatException>(() => JsonSchema.Load(Encoding.UTF8.GetBytes($$"""{"type":"string","pattern":"{{pattern}}"}""")));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_count_characters()
    {
        var schema = JsonSchema.Load("""{"type":"string","minLength":2,"maxLength":2}"""u8);
        Assert.Empty(schema.Validate("\"\\ud83d\\ude00é\""u8));
        Assert.Single(schema.Validate("\"é\""u8));
    }
}
