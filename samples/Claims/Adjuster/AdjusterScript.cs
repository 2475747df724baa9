namespace Claims;

/// <summary>What the adjuster will do about one claim.</summary>
/// <param name="Answer">One of the answers of <see cref="AdjusterLine"/>.</param>
/// <param name="IsLate">Whether <paramref name="Delay"/> counts from the deadline instead of from the notice.</param>
sealed record AdjusterPlan(string Answer, bool IsLate, TimeSpan Delay)
{
    /// <summary>When the answer is sent, null for never.</summary>
    public DateTimeOffset? SendUtc(DateTimeOffset toldUtc, DateTimeOffset deadlineUtc) =>
        Answer == AdjusterLine.None ? null : (IsLate ? deadlineUtc : toldUtc) + Delay;
}

/// <summary>A person at a desk, by seed: most approve in time, some too late, a few refuse, some never answer.</summary>
sealed record AdjusterScript(int Seed)
{
    /// <summary>Quick answers come within this time, so a deadline has to be longer.</summary>
    public static readonly TimeSpan QuickMax = TimeSpan.FromSeconds(2.5);

    public AdjusterPlan PlanFor(int row)
    {
        var quick = TimeSpan.FromMilliseconds(50 + Lot.Draw((int)QuickMax.TotalMilliseconds - 50, Seed, row, 'q'));
        var afterDeadline = TimeSpan.FromMilliseconds(300 + Lot.Draw(1_000, Seed, row, 'l'));
        return Lot.Draw(100, Seed, row, 'a') switch
        {
            < 60 => new AdjusterPlan(AdjusterLine.Approve, IsLate: false, quick),
            < 75 => new AdjusterPlan(AdjusterLine.Approve, IsLate: true, afterDeadline),
            < 88 => new AdjusterPlan(AdjusterLine.Refuse, IsLate: false, quick),
            _ => new AdjusterPlan(AdjusterLine.None, IsLate: false, TimeSpan.Zero),
        };
    }
}
