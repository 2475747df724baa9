using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Agents.Tests;

public sealed class SchemaOfTypeTests
{
    [Fact]
    public void A_record_is_its_schema() => Assert.Equal(
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","description":"What is ordered.","properties":{
        "customer":{"type":"string","description":"The customer's number.","pattern":"^(?:C-\\d{4})$"},
        "amount":{"type":"number","maximum":1000,"exclusiveMinimum":0},
        "count":{"type":"integer","minimum":1,"maximum":20},
        "speed":{"type":"string","enum":["Slow","Fast","at-once"]},
        "day":{"type":"string","format":"date"},
        "to":{"type":"object","properties":{"street":{"type":"string","maxLength":40},"country":{"type":"string","pattern":"^(?:[A-Z]{2})$"},"zip":{"type":["string","null"]}},"required":["street","country"],"additionalProperties":false},
        "tags":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"string"}},
        "gift":{"type":"boolean"},
        "batch":{"type":["string","null"],"format":"uuid"},
        "extras":{"type":["object","null"],"additionalProperties":{"type":"integer","minimum":0,"maximum":255}},
        "at":{"type":["string","null"],"format":"date-time"},
        "parts":{"type":"array","items":{"type":"object","properties":{"kilograms":{"type":"number","minimum":0,"maximum":100}},"required":["kilograms"],"additionalProperties":false}},
        "number":{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}
        },"required":["customer","amount","count","speed","day","to","tags","number"],"additionalProperties":false}
        """.ReplaceLineEndings(""),
        JsonSchema.Of<Order>().ToString());

    [Fact]
    public void A_schema_that_was_written_loads_and_is_the_same()
    {
        var json = JsonSchema.Of<Order>().ToJson();
        Assert.Equal(Encoding.UTF8.GetString(json), JsonSchema.Load(json).ToString());
        using var document = JsonDocument.Parse(json);
    }

    [Theory]
    [InlineData("""{"type":"integer","minimum":1,"maximum":1}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":3}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":1,"exclusiveMaximum":2}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":-79228162514264337593543950335,"exclusiveMaximum":79228162514264337593543950335}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":79228162514264337593543950335}""")]
    [InlineData("""{"type":"string","minLength":1,"maxLength":1}""")]
    public void Bounds_that_leave_something_load(string json) => JsonSchema.Load(Encoding.UTF8.GetBytes(json));

    public sealed record Untyped(object Anything);

    public sealed record Tree(List<Tree> Branches);

    public sealed record Mail([EmailAddress] string To);

    public sealed record Wanted([Required] string? Text);

    public sealed record Insisted([property: JsonRequired] string? Text);

    public sealed record Chosen([AllowedValues("a", "b")] string Text);

    public sealed record Self(string Text) : IValidatableObject
    {
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => [];
    }

    internal sealed class Open
    {
        public string Text = "";
    }

    public sealed record Ranged([Range(1, 2)] string Text);

    public sealed record Patterned([RegularExpression(@"(?<=a)b")] string Text);

    public sealed record Unclosed([RegularExpression(@"INV)|(?:.*")] string Text);

    public sealed record Escaping([RegularExpression(@"INV\")] string Text);

    public sealed record Keyed(Dictionary<int, string> Map);

    [Flags]
    public enum Bits { One = 1, Two = 2 }

    public sealed record Flagged(Bits Bits);

    public enum Twin { [JsonStringEnumMemberName("x")] A, [JsonStringEnumMemberName("x")] B }

    public sealed record Twins(Twin? Twin);

    public sealed record Backwards([Range(5, 1)] int? Number);

    public sealed record Between([Range(1, 2, MinimumIsExclusive = true, MaximumIsExclusive = true)] int Number);

    public sealed record NoneLeft([Range(typeof(decimal), "1", "1", MinimumIsExclusive = true)] decimal Number);

    public sealed record TooLarge([Range(300, 400)] byte Number);

    public sealed record Shorter([Length(5, 1)] string Text);

    public sealed record Fewer([MinLength(2), MaxLength(1)] int[] Items);

    public sealed class Hidden(string text)
    {
        public int Length => text.Length;
    }

    [Theory]
    [InlineData(typeof(Untyped), "Untyped.Anything: Object has no JSON form")]
    [InlineData(typeof(Tree), "Tree.Branches: Tree contains itself")]
    [InlineData(typeof(Mail), "Mail.To has [EmailAddress], which the gate does not check")]
    [InlineData(typeof(Wanted), "Wanted.Text has [Required], which the gate does not check")]
    [InlineData(typeof(Insisted), "Insisted.Text has [JsonRequired], which the gate does not check")]
    [InlineData(typeof(Chosen), "Chosen.Text has [AllowedValues], which the gate does not check")]
    [InlineData(typeof(Self), "Self is an IValidatableObject, which the gate does not ask")]
    [InlineData(typeof(Open), "Open has the public field 'Text'")]
    [InlineData(typeof(Ranged), "Ranged.Text has a [Range], which String cannot have")]
    [InlineData(typeof(Patterned), "Patterned.Text: the pattern (?<=a)b is not supported")]
    [InlineData(typeof(Unclosed), "Unclosed.Text: the pattern INV)|(?:.* is not supported")]
    [InlineData(typeof(Escaping), "Escaping.Text: the pattern INV\\ is not supported")]
    [InlineData(typeof(Keyed), "Keyed.Map: Dictionary`2 has no JSON form")]
    [InlineData(typeof(Flagged), "Flagged.Bits: Bits is an enum of flags")]
    [InlineData(typeof(Twins), "Twins.Twin: Twin has two values that are 'x' in JSON, A and B")]
    [InlineData(typeof(Backwards), "Backwards.Number: no whole number is at least 5 and at most 1")]
    [InlineData(typeof(Between), "Between.Number: no whole number is more than 1 and less than 2")]
    [InlineData(typeof(NoneLeft), "NoneLeft.Number: no number is more than 1 and at most 1")]
    [InlineData(typeof(TooLarge), "TooLarge.Number: no whole number is at least 300 and at most 255")]
    [InlineData(typeof(Shorter), "Shorter.Text: no text has at least 5 and at most 1 characters")]
    [InlineData(typeof(Fewer), "Fewer.Items: no list has at least 2 and at most 1 items")]
    [InlineData(typeof(Hidden), "the constructor of Hidden takes 'text'")]
    [InlineData(typeof(string), "String has no JSON form")]
    [InlineData(typeof(List<Order>), "List`1 has no JSON form")]
    public void A_type_that_would_not_be_checked_whole_is_refused(Type type, string why) =>
        Assert.StartsWith(why, Assert.Throws<ArgumentException>(() => Holdfast.Agents.Records.Planner.Of(type)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","minlength":1}},"additionalProperties":false}""", "/properties/a/minlength", "did you mean 'minLength'?")]
    [InlineData("""{"type":"object","properties":{},"additionalProperties":true}""", "/additionalProperties", "must not pass")]
    [InlineData("""{"type":"object","properties":{}}""", "", "\"additionalProperties\" is missing")]
    [InlineData("""{"type":"object","properties":{"a~/b":{"$ref":"#"}},"additionalProperties":false}""", "/properties/a~0~1b", "\"type\" is missing")]
    [InlineData("""{"type":"array","items":{"type":"number","multipleOf":2}}""", "/items/multipleOf", "not supported")]
    [InlineData("""{"type":"string","format":"email"}""", "/format", "date-time")]
    [InlineData("""{"type":"string","pattern":"\\bx"}""", "/pattern", "\\b")]
    [InlineData("""{"type":"integer","minimum":1e40}""", "/minimum", "decimal")]
    [InlineData("""{"type":"string","maxLength":-1}""", "/maxLength", "whole number")]
    [InlineData("""{"type":["string","null"],"enum":["a"]}""", "/enum", "no null")]
    [InlineData("""{"type":"object","properties":{"amount":{"type":"boolean"}},"required":["amont"],"additionalProperties":false}""", "/required", "did you mean 'amount'?")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#","type":"boolean"}""", "/$schema", "2020-12")]
    [InlineData("""{"type":"boolean","type":"string"}""", "", "not JSON")]
    [InlineData("true", "", "must be an object")]
    [InlineData("", "", "not JSON")]
    [InlineData("""{"type":"string","enum":[]}""", "/enum", "no text")]
    [InlineData("""{"type":["string","null"],"enum":[null]}""", "/enum", "no text")]
    [InlineData("""{"type":"string","minLength":5,"maxLength":1}""", "", "no text has at least 5 and at most 1 characters")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":0.1,"maximum":0.9}}""", "/items", "no whole number is at least 0.1 and at most 0.9")]
    [InlineData("""{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":1}""", "", "no list has at least 2 and at most 1 items")]
    [InlineData("""{"type":"number","minimum":2,"exclusiveMaximum":2}""", "", "no number is at least 2 and less than 2")]
    [InlineData("""{"type":"string","description":"\ud800"}""", "", "surrogate")]
    [InlineData("""{"type":"\ud800"}""", "", "surrogate")]
    [InlineData("""{"type":"string","enum":["\ud800"]}""", "", "surrogate")]
    [InlineData("""{"type":"string","pattern":"\ud800"}""", "", "surrogate")]
    [InlineData("""{"\ud800":1,"type":"string"}""", "", "surrogate")]
    [InlineData("""{"$schema":"\ud800","type":"string"}""", "", "surrogate")]
    [InlineData("""{"type":"object","additionalProperties":false,"properties":{"\ud800":{"type":"string"}}}""", "", "surrogate")]
    public void A_schema_with_anything_that_is_not_checked_does_not_load(string json, string pointer, string what)
    {
        var error = Assert.Throws<GateFormatException>(() => JsonSchema.Load(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(pointer, error.Pointer);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }
}
