namespace Holdfast.Agents.Tests;

/// <summary>Code of the user's that throws refuses, and nothing gets out.</summary>
public sealed class ThrowingTests
{
    public sealed record Picky
    {
        public Picky(int value) => Value = value == 13 ? throw new ArgumentOutOfRangeException(nameof(value)) : value;

        public int Value { get; }
    }

    static readonly Tool<Picky> Tool = new Tool<Picky>("pick", 1, "Picks.").Require("below 7", static p => p.Value < 7 ? true : throw new InvalidOperationException("secret 4711"), "must be below 7");

    static readonly Gate TheGate = new([Tool],
    [
        Tool.Refuse("bad", static p => 1 / p.Value > 1),
        Tool.Admit("all", static _ => true),
        Tool.Approve("never seen", static p => p.Value == 5 && Array.Empty<int>()[0] == 1),
    ]);

    [Theory]
    [InlineData(13, GateStage.Record, null, "Making the arguments of pick threw ArgumentOutOfRangeException.")]
    [InlineData(8, GateStage.Requirements, "below 7", "The requirement 'below 7' of pick threw InvalidOperationException.")]
    [InlineData(0, GateStage.Policy, "bad", "The rule 'bad' threw DivideByZeroException.")]
    [InlineData(5, GateStage.Policy, "never seen", "The rule 'never seen' threw IndexOutOfRangeException.")]
    public void What_throws_refuses_and_is_named(int value, GateStage stage, string? rule, string reason)
    {
        var verdict = TheGate.Decide($"{{\"tool\":\"pick\",\"arguments\":{{\"value\":{value}}}}}", repairsLeft: 5);
        Assert.Equal((stage, rule), (verdict.Stage, verdict.Rule));
        Assert.Equal(("refuse", (object)reason), verdict.Taken());
    }

    [Fact]
    public void What_does_not_throw_is_not_affected() => Assert.Equal("admit", TheGate.Decide("""{"tool":"pick","arguments":{"value":3}}""").Arm());

    [Fact]
    public void A_rule_may_ask_a_gate()
    {
        var outer = new Tool<Note>("outer", 1, "Asks.");
        var gate = new Gate([outer], [outer.Admit("inner", static note => Payments.InCode.Decide(note.Text).Arm() == "admit")]);
        Assert.Equal("admit", gate.Try(outer, new(Payments.Text())).Arm());
        Assert.Equal("refuse", gate.Try(outer, new(Payments.Text(20_000))).Arm());
    }
}
