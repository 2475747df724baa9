namespace Holdfast.Agents.Tests;

/// <summary>Each proposal ends in one of five arms, by a stage and a rule that are told.</summary>
public sealed class VerdictTests
{
    [Theory]
    [InlineData(10, "", "admit", "small sums")]
    [InlineData(51, "", "approve", "large sums")]
    [InlineData(9_000, "", "approve", "large sums")]
    [InlineData(10, ",\"due\":\"2026-12-24\"", "park", "holidays")]
    [InlineData(60, ",\"due\":\"2026-12-24\"", "park", "holidays")]
    [InlineData(10, ",\"to\":{\"name\":\"x\",\"country\":\"XX\"},\"due\":\"2026-12-24\"", "refuse", "embargo")]
    public void The_strongest_rule_decides(decimal amount, string more, string arm, string rule)
    {
        var verdict = Payments.InCode.Decide(Payments.Text(amount, more));
        Assert.Equal((arm, rule, GateStage.Policy), (verdict.Arm(), verdict.Rule, verdict.Stage));
    }

    [Fact]
    public void What_no_rule_is_about_is_refused()
    {
        var verdict = Payments.InCode.Decide("""{"tool":"write_note","arguments":{"text":"hello"}}""");
        Assert.Equal(("refuse", null, GateStage.Policy), (verdict.Arm(), verdict.Rule, verdict.Stage));
        Assert.Equal("refuse", new Gate([Payments.Pay], []).Decide(Payments.Text()).Arm());
    }

    [Fact]
    public void An_admitted_call_is_typed()
    {
        var call = (Call)Payments.InCode.Decide("""{"arguments":{"currency":"USD","amount":1e1,"invoice":"A-\u00e9","tags":["a","b"]},"tool":"pay"}""").Taken().Content;
        Assert.True(call.Is(Payments.Pay, out var payment));
        Assert.Equal(("A-é", 10m, Currency.USD, 3), (payment.Invoice, payment.Amount, payment.Currency, payment.Urgency));
        Assert.Equal(["a", "b"], payment.Tags!);
        Assert.False(call.Is(Payments.Write, out _));
        Assert.Same(Payments.Pay, call.Tool);
    }

    [Fact]
    public void A_rule_may_ask_on_whose_behalf_a_call_is_proposed()
    {
        var gate = new Gate(
            [Payments.Pay],
            [Payments.Pay.Admit("own", static (p, who) => p.Invoice == who), Payments.Pay.Refuse("guest", static (_, who) => who == "guest"), Payments.Pay.Approve("nobody", static (_, who) => who is null)]);
        Verdict Decided(string? who) => gate.Decide("pay", """{"invoice":"A-1","amount":10,"currency":"EUR"}"""u8, 0, who);
        Assert.Equal(["admit", "refuse", "refuse", "approve"], [Decided("A-1").Arm(), Decided("A-2").Arm(), Decided("guest").Arm(), Decided(null).Arm()]);
        Assert.Equal("guest", Decided("guest").Rule);
    }

    [Fact]
    public void The_name_may_stand_beside_the_arguments()
    {
        var verdict = Payments.InCode.Decide("pay", """{"invoice":"A-1","amount":10,"currency":"EUR"}"""u8, 0);
        Assert.Equal("admit", verdict.Arm());
        Assert.Equal("Admit by Policy 'small sums': pay", verdict.ToString());
    }

    [Fact]
    public void What_does_not_fit_goes_back_to_the_model_as_often_as_the_caller_allows()
    {
        var bad = """{"tool":"pay","arguments":{"invoice":"A-1","amount":-1,"curency":"EUR"}}""";
        var repair = (Repair)Payments.InCode.Decide(bad, repairsLeft: 2).Taken().Content;
        Assert.Equal(1, repair.AttemptsLeft);
        Assert.Equal(
            """
            The arguments of pay are not what they must be:
            - /amount must be at least 0
            - /curency is not a property here; did you mean 'currency'?
            - /currency is missing
            """,
            repair.Reason);
        Assert.Equal(["/amount", "/curency", "/currency"], repair.Flaws.Select(static f => f.Pointer));

        var last = Payments.InCode.Decide(bad, repairsLeft: repair.AttemptsLeft);
        Assert.Equal(0, ((Repair)last.Taken().Content).AttemptsLeft);
        var beyond = Payments.InCode.Decide(bad, repairsLeft: 0);
        Assert.Equal(("refuse", GateStage.Schema), (beyond.Arm(), beyond.Stage));
        Assert.StartsWith("There are no repairs left. The arguments of pay", (string)beyond.Taken().Content, StringComparison.Ordinal);
        Assert.Equal("refuse", Payments.InCode.Decide(bad, repairsLeft: int.MinValue).Arm());
    }

    [Fact]
    public void Requirements_are_told_all_at_once()
    {
        var verdict = Payments.InCode.Decide("""{"tool":"pay","arguments":{"invoice":"","amount":1.005,"currency":"EUR"}}""", repairsLeft: 1);
        Assert.Equal((GateStage.Requirements, "whole cents"), (verdict.Stage, verdict.Rule));
        Assert.Equal(["/amount must have at most two decimals", "/invoice must not be empty"], ((Repair)verdict.Taken().Content).Flaws.Select(static f => f.ToString()));
    }

    [Theory]
    [InlineData("", "the text ends too early")]
    [InlineData("{\"tool\":\"pay\",\"tool\":\"pay\",\"arguments\":{}}", "a property name appears twice")]
    [InlineData("{\"tool\":\"pay\"}", "A call is a JSON object")]
    [InlineData("{\"tool\":\"pay\",\"args\":{}}", "A call is a JSON object")]
    [InlineData("{\"tool\":1,\"arguments\":{}}", "A call is a JSON object")]
    [InlineData("{\"tool\":\"pay\",\"arguments\":{},\"admit\":true}", "A call is a JSON object")]
    [InlineData("[\"tool\",\"pay\"]", "A call is a JSON object")]
    [InlineData("\"pay\"", "A call is a JSON object")]
    [InlineData("{\"tool\":\"Pay\",\"arguments\":{}}", "There is no tool 'Pay'; did you mean 'pay'?")]
    [InlineData("{\"tool\":\"p\u0430y\",\"arguments\":{}}", "There is no tool 'p\u0430y'; did you mean 'pay'?")]
    [InlineData("{\"tool\":\"pay\u200b\",\"arguments\":{}}", "There is no tool 'pay(U+200B)'")]
    [InlineData("{\"tool\":\"pay\\u0000\",\"arguments\":{}}", "There is no tool 'pay(U+0000)'")]
    [InlineData("{\"tool\":\"pay \",\"arguments\":{}}", "There is no tool 'pay '; did you mean 'pay'?")]
    [InlineData("{\"tool\":\"\uff50\uff41\uff59\",\"arguments\":{}}", "There is no tool '")]
    public void What_is_no_call_of_a_tool_goes_back(string call, string reason)
    {
        var verdict = Payments.InCode.Decide(call, repairsLeft: 1);
        Assert.Equal(GateStage.Parse, verdict.Stage);
        Assert.Contains(reason, ((Repair)verdict.Taken().Content).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_only_looks_like_a_tools_never_matches()
    {
        foreach (var name in new[] { "Pay", "PAY", "pay\0", "pay\u200d", "\u202epay", "p\u0430y", "pay\u0301", "ｐay", " pay", "", null, "\ud800", new string('p', 1_000_000) })
            Assert.Equal("refuse", Payments.InCode.Decide(name, "{}"u8, 0).Arm());
    }

    [Fact]
    public void Calls_that_are_the_same_have_the_same_canonical_arguments()
    {
        string[] same =
        [
            """{"invoice":"A-1/\"é","amount":10,"currency":"EUR","tags":["b","a"],"to":{"name":"x"}}""",
            """ { "tags" : ["b","\u0061"], "to":{"country":null,"name":"x"}, "amount":10.00, "currency":"EUR", "invoice":"A-1\/\"\u00e9", "due":null, "urgency":3 } """,
            """{"currency":"EUR","amount":1e1,"invoice":"A-1/\"é","to":{"name":"x"},"tags":["b","a"]}""",
        ];
        foreach (var text in same)
        {
            var call = (Call)Payments.InCode.Decide("pay", System.Text.Encoding.UTF8.GetBytes(text), 0).Taken().Content;
            Assert.Equal("""{"amount":10,"currency":"EUR","invoice":"A-1/\"é","tags":["b","a"],"to":{"name":"x"},"urgency":3}""", System.Text.Encoding.UTF8.GetString(call.CanonicalArguments()));
        }
    }

    [Fact]
    public void Rules_are_tried_with_records_and_no_model()
    {
        Assert.Equal("small sums", Payments.InCode.Try(Payments.Pay, new("A-1", 10, Currency.EUR)).Rule);
        Assert.Equal("embargo", Payments.InCode.Try(Payments.Pay, new("A-1", 10, Currency.EUR, new("x", "XX"), ["a"], new(2026, 12, 1))).Rule);
        Assert.Equal(GateStage.Schema, Payments.InCode.Try(Payments.Pay, new("A-1", 10_001, Currency.EUR)).Stage);
        Assert.Equal(GateStage.Requirements, Payments.InCode.Try(Payments.Pay, new("", 1, Currency.EUR)).Stage);
        Assert.Throws<ArgumentException>(() => Payments.InCode.Try(Payments.Pay, new(null!, 1, Currency.EUR)));
        Assert.Throws<ArgumentException>(() => Payments.InCode.Try(Payments.Pay, new("A-1", 1, (Currency)7)));
    }
}
