namespace Holdfast.Agents.Tests;

public sealed class ToolTests
{
    [Theory]
    [InlineData("")]
    [InlineData("1pay")]
    [InlineData("p\u0430y")]
    [InlineData("pay\u200b")]
    [InlineData("pay now")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890abcde")]
    public void A_name_that_could_be_taken_for_another_is_refused(string name) => Assert.Throws<ArgumentException>(() => new Tool<Note>(name, 1, "Writes."));

    [Fact]
    public void Two_tools_are_not_named_alike()
    {
        var error = Assert.Throws<ArgumentException>(() => new Gate([new Tool<Note>("note", 1, "Writes."), new Tool<Note>("Note", 1, "Writes.")], []));
        Assert.StartsWith("Two tools are named 'note' and 'Note'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_rules_are_not_named_alike()
    {
        var error = Assert.Throws<ArgumentException>(() => new Gate([Payments.Pay], [Payments.Pay.Admit("small", static _ => true), Policy.Parse("""{"rule":"small","tool":"pay","effect":"refuse"}""")]));
        Assert.StartsWith("Two rules are named 'small'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_about_a_tool_that_is_not_there_stops_the_start()
    {
        var error = Assert.Throws<ArgumentException>(() => new Gate([Payments.Write], [Payments.Pay.Admit("small sums", static _ => true)]));
        Assert.StartsWith("The rule 'small sums' is about a tool 'pay' that is not among the gate's.", error.Message, StringComparison.Ordinal);
        var stricter = Payments.Pay.Require("more", static _ => true, "must");
        Assert.Throws<ArgumentException>(() => new Gate([stricter], [Payments.Pay.Admit("small sums", static _ => true)]));
    }
}
