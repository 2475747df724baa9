namespace Holdfast.Agents.Tests;

public sealed class PolicyLinesTests
{
    const string Lines =
        """
        # What may be paid.
        {"rule":"small sums","tool":"pay","when":["amount","<=",100],"effect":"admit"}
        {"rule":"large sums","tool":"pay","when":["amount",">",50],"effect":"approve"}

        {"rule":"embargo","tool":"pay","when":{"and":[["to.country","in",["XX","YY"]],{"not":["currency","==","USD"]}]},"effect":"refuse"}
        {"tool":"pay","when":{"or":[["due","<","2026-01-01"],["tags","contains","later"]]},"effect":"park"}
        {"tool":"write_note","effect":"admit"}
        """;

    static readonly Gate TheGate = new([Payments.Pay, Payments.Write], [Policy.Parse(Lines)]);

    [Theory]
    [InlineData(10, "", "admit", "small sums")]
    [InlineData(100, "", "approve", "large sums")]
    [InlineData(10, ",\"to\":{\"name\":\"x\"}", "admit", "small sums")]
    [InlineData(10, ",\"to\":{\"name\":\"x\",\"country\":\"YY\"}", "refuse", "embargo")]
    [InlineData(10, ",\"due\":\"2025-12-31\"", "park", "line 6")]
    [InlineData(10, ",\"due\":\"2026-01-01\"", "admit", "small sums")]
    [InlineData(10, ",\"tags\":[\"now\",\"later\"]", "park", "line 6")]
    public void Rules_that_were_read_decide_as_those_in_code(decimal amount, string more, string arm, string rule)
    {
        var verdict = TheGate.Decide(Payments.Text(amount, more));
        Assert.Equal((arm, rule), (verdict.Arm(), verdict.Rule));
    }

    [Fact]
    public void A_rule_without_a_condition_is_about_every_call() => Assert.Equal("admit", TheGate.Decide("""{"tool":"write_note","arguments":{"text":""}}""").Arm());

    [Theory]
    [InlineData("""["to.country","==","XX"]""", null, false)]
    [InlineData("""["to.country","!=","XX"]""", null, true)]
    [InlineData("""["to.country","==",null]""", null, true)]
    [InlineData("""["to.country","!=",null]""", null, false)]
    [InlineData("""["to","==",null]""", null, true)]
    [InlineData("""["to","!=",null]""", "DE", true)]
    [InlineData("""["to.country","!=","XX"]""", "DE", true)]
    [InlineData("""["to.country","==","XX"]""", "XX", true)]
    [InlineData("""["to.country","==","XX"]""", "xx", false)]
    [InlineData("""["due","<","2030-01-01"]""", null, false)]
    [InlineData("""{"not":["due","<","2030-01-01"]}""", null, true)]
    [InlineData("""["urgency",">=",3]""", null, true)]
    [InlineData("""["amount","==",1e1]""", null, true)]
    [InlineData("""["currency","in",["USD"]]""", null, false)]
    [InlineData("""["tags","contains","a"]""", null, false)]
    public void A_comparison_with_what_is_not_there_is_false(string when, string? country, bool isTrue)
    {
        var gate = new Gate([Payments.Pay], [Policy.Parse($$"""{"tool":"pay","effect":"admit","when":{{when}}}""")]);
        Assert.Equal(isTrue ? "admit" : "refuse", gate.Try(Payments.Pay, new("A-1", 10, Currency.EUR, country is null ? null : new("x", country))).Arm());
    }

    [Theory]
    [InlineData("""{"tool":"pya","effect":"admit"}""", "/tool", "there is no tool 'pya'; did you mean 'pay'?")]
    [InlineData("""{"tool":"pay","effect":"allow"}""", "/effect", "there is no effect 'allow'; there are admit, approve, park, refuse")]
    [InlineData("""{"tool":"pay","effect":"admit","wehn":[]}""", "/wehn", "a rule has no 'wehn'; did you mean 'when'?")]
    [InlineData("""{"tool":"pay"}""", "", "\"effect\" is missing")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amuont","<",1]}""", "/when/0", "there is no field 'amuont'; did you mean 'amount'?")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["to.contry","==","DE"]}""", "/when/0", "there is no field 'contry'; did you mean 'country'?")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["invoice.length","<",1]}""", "/when/0", "there is no field 'length'; the value before it has no fields")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amount","=<",1]}""", "/when/1", "there is no operator '=<'")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["invoice","<","A"]}""", "/when/1", "'invoice' is no number and no date")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["currency","<","EUR"]}""", "/when/1", "'currency' is no number and no date")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["to","==","x"]}""", "/when/1", "'to' is an object; name a field of it")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["tags","==","x"]}""", "/when/1", "'tags' is a list")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["invoice","contains","x"]}""", "/when/1", "'invoice' is no list")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amount","<","100"]}""", "/when/2", "must be a number")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amount","<",20000]}""", "/when/2", "must be at most 10000")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["urgency","<",1.5]}""", "/when/2", "must be a whole number")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["currency","==","GBP"]}""", "/when/2", "must be one of EUR, USD")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["currency","in",["EUR","GBP"]]}""", "/when/2/1", "must be one of EUR, USD")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["to.country","in",["DE",null]]}""", "/when/2/1", "null is only compared with == and !=")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amount","in",[null,1]]}""", "/when/2/0", "null is only compared with == and !=")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["due","<","yesterday"]}""", "/when/2", "must be a date")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amount","==",null]}""", "/when/2", "'amount' is never null")]
    [InlineData("""{"tool":"pay","effect":"admit","when":{"and":[["amount","<",1],{"nor":[]}]}}""", "/when/and/1/nor", "there is no 'nor'")]
    [InlineData("""{"tool":"pay","effect":"admit","when":{"and":[]}}""", "/when/and", "must be a list of conditions")]
    [InlineData("""{"tool":"pay","effect":"admit","when":{}}""", "/when", "a condition is a list")]
    [InlineData("""{"tool":"pay","effect":"admit","when":true}""", "/when", "a condition is a list")]
    [InlineData("""{"tool":"pay","effect":"admit","when":null}""", "/when", "a condition is a list")]
    [InlineData("""{"tool":"pay","effect":"admit","effect":"refuse"}""", "", "not a JSON object")]
    [InlineData("""{"tool":"pay",}""", "", "not a JSON object from column")]
    [InlineData("[]", "", "a rule must be an object")]
    [InlineData("""{"rule":"\ud800","tool":"pay","effect":"admit"}""", "", "not a JSON object from column 10 on")]
    [InlineData("""{"tool":"\ud800","effect":"admit"}""", "", "surrogate")]
    [InlineData("""{"tool":"pay","effect":"\ud800"}""", "", "surrogate")]
    [InlineData("""{"tool":"pay","effect":"admit","\ud800":1}""", "", "surrogate")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["\udc00","==",1]}""", "", "surrogate")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["amount","\ud800",1]}""", "", "surrogate")]
    [InlineData("""{"tool":"pay","effect":"admit","when":["invoice","==","\ud800"]}""", "", "surrogate")]
    [InlineData("""{"tool":"pay","effect":"admit","when":{"\ud800":[]}}""", "", "surrogate")]
    public void A_rule_that_cannot_be_stops_the_start(string line, string pointer, string what)
    {
        var error = Assert.Throws<GateFormatException>(() => new Gate([Payments.Pay, Payments.Write], [Policy.Parse($"# rules\n\n{line}\r\n")]));
        Assert.Equal((3, pointer), (error.Line, error.Pointer));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_that_stands_in_the_text_itself_stops_the_start()
    {
        var error = Assert.Throws<GateFormatException>(() => new Gate([Payments.Pay], [Policy.Parse("# rules\n {\"tool\":\"pay\",\"effect\":\"admit\",\"rule\":\"a\ud800\"}")]));
        Assert.Equal((2, ""), (error.Line, error.Pointer));
        Assert.Contains("from column 42 on", error.Message, StringComparison.Ordinal);
    }

    public sealed record Dotted([property: System.Text.Json.Serialization.JsonPropertyName("to.country")] string Country, string Name);

    [Fact]
    public void A_rule_that_names_what_has_a_dot_is_told_that_it_cannot()
    {
        var error = Assert.Throws<GateFormatException>(() => new Gate([new Tool<Dotted>("dot", 1, "Sends.")], [Policy.Parse("""{"tool":"dot","effect":"admit","when":["to.country","==","DE"]}""")]));
        Assert.Equal("line 1, /when/0: there is no field 'to'; 'to.country' has a dot in its name, and only a rule in C# can be about it", error.Message);
        error = Assert.Throws<GateFormatException>(() => new Gate([new Tool<Dotted>("dot", 1, "Sends.")], [Policy.Parse("""{"tool":"dot","effect":"admit","when":["nam","==","DE"]}""")]));
        Assert.Contains("did you mean 'name'?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(200_000)]
    public void A_long_list_is_looked_up(int count)
    {
        var countries = string.Join(',', Enumerable.Range(0, count).Select(static i => $"\"c{i}\""));
        var gate = new Gate([Payments.Pay], [Policy.Parse($$"""{"tool":"pay","effect":"admit","when":["to.country","in",[{{countries}}]]}""")]);
        foreach (var (country, arm) in new[] { ("c0", "admit"), ($"c{count - 1}", "admit"), ($"c{count}", "refuse"), ("C0", "refuse") }) Assert.Equal(arm, gate.Try(Payments.Pay, new("A-1", 10, Currency.EUR, new("x", country))).Arm());
        Assert.Equal("refuse", gate.Try(Payments.Pay, new("A-1", 10, Currency.EUR)).Arm());
    }

    [Theory]
    [InlineData("""["amount","in",[1,2.50]]""", 2.5, true)]
    [InlineData("""["amount","in",[1,2.50]]""", 2.51, false)]
    [InlineData("""["currency","in",["EUR"]]""", 1, true)]
    [InlineData("""["due","in",["2026-01-01","2026-01-02"]]""", 1, true)]
    [InlineData("""["due","in",["2026-01-01"]]""", 1, false)]
    [InlineData("""["urgency","in",[3.0,4]]""", 1, true)]
    public void What_is_in_a_list_is_what_equals_one_of_it(string when, double amount, bool isTrue)
    {
        var gate = new Gate([Payments.Pay], [Policy.Parse($$"""{"tool":"pay","effect":"admit","when":{{when}}}""")]);
        Assert.Equal(isTrue ? "admit" : "refuse", gate.Try(Payments.Pay, new("A-1", (decimal)amount, Currency.EUR, Due: new(2026, 1, 2))).Arm());
    }

    static string Many(string word, int count) => $$"""{"{{word}}":[{{string.Join(',', Enumerable.Range(1, count).Select(i => word == "or" ? $$"""["amount","==",{{i}}]""" : $$"""["amount","!=",{{i}}]"""))}}]}""";

    [Theory]
    [InlineData("or", 998, "admit")]
    [InlineData("or", 999, "refuse")]
    [InlineData("and", 998, "refuse")]
    [InlineData("and", 999, "admit")]
    public void A_rule_of_many_conditions_is_about_what_they_say(string word, int amount, string arm)
    {
        var gate = new Gate([Payments.Pay], [Policy.Parse($$"""{"tool":"pay","effect":"admit","when":{{Many(word, 998)}}}""")]);
        Assert.Equal(arm, gate.Try(Payments.Pay, new("A-1", amount, Currency.EUR)).Arm());
    }

    [Fact]
    public void A_rule_of_more_conditions_than_anybody_can_read_stops_the_start()
    {
        foreach (var when in new[] { Many("or", 5_000), Many("and", 200_000), $$"""{"or":[{{Many("or", 600)}},{{Many("and", 600)}}]}""" })
        {
            var error = Assert.Throws<GateFormatException>(() => new Gate([Payments.Pay], [Policy.Parse($$"""{"tool":"pay","effect":"admit","when":{{when}}}""")]));
            Assert.Equal(1, error.Line);
            Assert.StartsWith("/when/", error.Pointer, StringComparison.Ordinal);
            Assert.Contains("1000 conditions", error.Message, StringComparison.Ordinal);
        }
    }
}
