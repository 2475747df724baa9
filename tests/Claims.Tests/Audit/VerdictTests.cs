using Claims;
using static ClaimsTests.Audit.Books;

namespace ClaimsTests.Audit;

/// <summary>Where a kill makes an answer late, more than one outcome is right; everywhere else exactly one is.</summary>
public sealed class VerdictTests
{
    [Theory]
    [InlineData("acknowledged in time", AdjusterLine.Approve, -5, -4.0, "Paid")]
    [InlineData("acknowledged in time", AdjusterLine.Refuse, -5, -4.0, "Refused")]
    [InlineData("acknowledged at the deadline", AdjusterLine.Approve, -5, 0.0, "Paid")]
    [InlineData("sent in time, acknowledged late", AdjusterLine.Approve, -1, 3.0, "Paid, Expired")]
    [InlineData("sent in time, acknowledged late", AdjusterLine.Refuse, -1, 3.0, "Refused, Expired")]
    [InlineData("sent in time, never acknowledged", AdjusterLine.Approve, -1, null, "Paid, Expired")]
    [InlineData("sent late", AdjusterLine.Approve, 1, null, "Expired")]
    [InlineData("sent late, and even acknowledged", AdjusterLine.Approve, 1, 1.1, "Expired")]
    [InlineData("sent late", AdjusterLine.Refuse, 1, null, "Expired")]
    public void An_answer_allows(string when, string answer, double sent, double? acknowledged, string allowed)
    {
        List<AdjusterLine> lines = [Told(Late), Sent(Late, answer, sent)];
        if (acknowledged is { } seconds) lines.Add(Acknowledged(Late, answer, sent, seconds));
        var findings = new List<Finding>();
        Assert.True(Enum.Parse<Outcomes>(allowed) == Verdict.Allowed(Books.File.Valid.Single(claim => claim.Row == Late), lines, findings), when);
        Assert.Empty(findings);
    }

    [Theory]
    [InlineData(true, 3, 2)]
    [InlineData(false, 2, 3)]
    public void Both_outcomes_of_an_answer_that_a_kill_made_late_pass(bool accepted, int paid, int expired)
    {
        var books = new Books().Say(Approved, Told(Approved), Sent(Approved, AdjusterLine.Approve, -1), Acknowledged(Approved, AdjusterLine.Approve, -1, 2));
        if (!accepted) books.Provider.RemoveAll(line => line.Row == Approved);
        var (report, findings) = books.Audit();
        Assert.Empty(findings);
        Assert.True(report.AuditPassed);
        Assert.Equal((paid, expired), (report.Paid, report.Expired));
        Assert.Equal(report.SumExpected, report.SumPaid);
    }

    [Fact]
    public void A_small_claim_needs_nobody() =>
        Assert.Equal(Outcomes.Paid, Verdict.Allowed(Books.File.Valid[0], [], []));
}
