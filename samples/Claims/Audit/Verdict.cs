namespace Claims;

/// <summary>How a claim may end.</summary>
[Flags]
enum Outcomes { None = 0, Paid = 1, Refused = 2, Expired = 4 }

/// <summary>
/// What the adjuster's ledger allows. A kill can make an answer late, and nobody outside the worker knows on which side of the deadline it
/// arrived; so the allowed outcomes are a set.
/// </summary>
static class Verdict
{
    public static Outcomes Allowed(Claim claim, IReadOnlyCollection<AdjusterLine> lines, List<Finding> findings)
    {
        if (lines.FirstOrDefault(line => line.Answer is not (AdjusterLine.None or AdjusterLine.Approve or AdjusterLine.Refuse)) is { } odd)
        {
            findings.Add(new Finding(claim.Row, Wrong.UnknownAnswer, $"'{odd.Answer}' is no answer of an adjuster"));
            return Outcomes.None;
        }
        if (!claim.NeedsAdjuster) return Outcomes.Paid;
        if (lines.Count == 0)
        {
            findings.Add(new Finding(claim.Row, Wrong.AdjusterNotTold, $"costs {claim.CostTotalDollars} and no adjuster knows of it"));
            return Outcomes.None;
        }
        var answers = lines.Where(line => line.SentUtc is not null).ToArray();
        if (answers.Length == 0) return Outcomes.Expired;
        var first = answers[0];
        if (answers.Any(line => line.Answer != first.Answer || line.SentUtc != first.SentUtc) || lines.Any(line => line.DeadlineUtc != first.DeadlineUtc))
        {
            findings.Add(new Finding(claim.Row, Wrong.AdjusterContradicts, "the adjuster gave two answers, or had two deadlines"));
            return Outcomes.None;
        }
        var says = first.Answer == AdjusterLine.Approve ? Outcomes.Paid : Outcomes.Refused;
        if (first.SentUtc > first.DeadlineUtc) return Outcomes.Expired;
        return answers.Any(line => line.Acknowledged && line.AcknowledgedUtc <= line.DeadlineUtc) ? says : says | Outcomes.Expired;
    }
}
