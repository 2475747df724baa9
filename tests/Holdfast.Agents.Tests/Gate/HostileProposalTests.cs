using System.Text;

namespace Holdfast.Agents.Tests;

/// <summary>Whatever comes, it gets a verdict; and what is admitted is what the rules admit.</summary>
public sealed class HostileProposalTests
{
    const int Proposals = 60_000;

    static readonly string[] Good =
    [
        Payments.Text(), Payments.Text(75), Payments.Text(99.5m, ",\"to\":{\"name\":\"x\",\"country\":\"XX\"}"), Payments.Text(7, ",\"tags\":[\"a\",\"b\"],\"due\":\"2026-12-01\",\"urgency\":5"),
        """{"arguments":{"text":"a \ud83d\ude00 \"note\" {\"tool\":\"pay\"}"},"tool":"write_note"}""",
    ];

    [Fact]
    public void Every_proposal_gets_a_verdict_and_nothing_more_than_the_rules_allow_is_admitted()
    {
        const int Seed = 4711;
        var damage = new Damage(Seed);
        var arms = new Dictionary<string, int>();
        for (var i = 0; i < Proposals; i++)
        {
            var text = i % 20 == 0 ? damage.Noise() : damage.Of(Encoding.UTF8.GetBytes(damage.Pick(Good)));
            var verdict = Payments.InCode.Decide(text, damage.Next(2));
            var (arm, content) = verdict.Taken();
            arms[arm] = arms.GetValueOrDefault(arm) + 1;
            Assert.NotEqual("The gate itself failed", content is string { Length: > 22 } why ? why[..22] : "");
            if (content is not Call call) continue;
            Assert.True(call.Is(Payments.Pay, out var payment), $"seed {Seed}, proposal {i}");
            Assert.InRange(payment.Amount, 0, arm == "admit" ? 50 : 10_000);
            Assert.True(payment.To?.Country != "XX" && payment.Invoice.Length is > 0 and <= 20, $"seed {Seed}, proposal {i}");
            // What would be carried out passes again as it is.
            Assert.Equal(verdict.ToString(), Payments.InCode.Decide("pay", call.CanonicalArguments(), 0).ToString());
        }
        Assert.Equal(["admit", "approve", "park", "refuse", "repair"], arms.Keys.Order());
        Assert.All(arms, static arm => Assert.True(arm.Value > Proposals / 1000, $"only {arm.Value} of {arm.Key}"));
    }

    public static TheoryData<string, string> Bombs => new()
    {
        { "10 MB of text", Call("write_note", $"{{\"text\":\"{new string('x', 10_000_000)}\"}}") },
        { "10 MB of numbers", Call("pay", $"[{string.Join(',', Enumerable.Repeat("1", 5_000_000))}]") },
        { "as many tokens as fit", Call("pay", $"[{string.Join(',', Enumerable.Repeat("1", 131_000))}]") },
        { "as many names as fit", Call("pay", $"{{{string.Join(',', Enumerable.Range(0, 24_000).Select(static i => $"\"{i}\":1"))}}}") },
        { "names that begin and end alike", Call("pay", $"{{{string.Join(',', Enumerable.Range(0, 9_000).Select(static i => $"\"aaaaaaaa{i:0000}aaaaaaaa\":1"))}}}") },
        { "deep lists", Call("pay", new string('[', 200_000)) },
        { "deep objects", Call("pay", string.Concat(Enumerable.Repeat("{\"a\":", 40_000))) },
        { "a long number", Payments.Text("1" + new string('9', 200_000)) },
        { "a long fraction", Payments.Text("0." + new string('0', 200_000) + "1") },
        { "a large exponent", Payments.Text("1e2147483648") },
        { "a long name of a tool", Call(new string('p', 200_000), "{}") },
        { "long names", Call("pay", $"{{\"{new string('a', 100_000)}\":1,\"{new string('b', 100_000)}\":1}}") },
        { "only escapes", Call("write_note", $"{{\"text\":\"{string.Concat(Enumerable.Repeat("\\ud83d\\ude00", 20_000))}\"}}") },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_gets_a_verdict_in_bounded_memory(string what, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Payments.InCode.Decide(bytes, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = Payments.InCode.Decide(bytes, 1);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(verdict.Arm() is "refuse" or "repair", what);
        Assert.True(allocated < 32 * new GateOptions().BytesMax, $"{what}: {allocated:N0} bytes");
        Assert.InRange(verdict.Match(static _ => "", static repair => repair.Reason, static _ => "", static why => why, static why => why).Length, 1, 4_000);
    }

    [Fact]
    public void What_is_too_large_is_refused_unread()
    {
        var gate = new Gate([Payments.Pay], [], new() { BytesMax = 100 });
        var verdict = gate.Decide(Payments.Text(1, ",\"tags\":[\"" + new string('x', 100) + "\"]"), repairsLeft: 3);
        Assert.Equal("refuse", verdict.Arm());
        Assert.EndsWith("the gate reads up to 100.", (string)verdict.Taken().Content, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_repeats_no_value()
    {
        var text = """{"tool":"pay","arguments":{"invoice":"canary-canary-canary-canary","amount":"canary","currency":"canary","to":"canary","due":"canary"}}""";
        var repair = (Repair)Payments.InCode.Decide(text, repairsLeft: 1).Taken().Content;
        Assert.Equal(5, repair.Flaws.Count);
        Assert.DoesNotContain("canary", repair.Reason, StringComparison.Ordinal);
    }

    static string Call(string tool, string arguments) => $"{{\"tool\":\"{tool}\",\"arguments\":{arguments}}}";
}
