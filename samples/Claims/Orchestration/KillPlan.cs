namespace Claims;

/// <summary>When the worker dies. Counted in effects that the provider has applied, so that a seed means the same on a fast and on a slow machine.</summary>
/// <param name="AfterApplied">How many payments and notifications must have been made.</param>
/// <param name="Delay">What is added, so that kills fall between two effects too.</param>
sealed record KillMoment(int AfterApplied, TimeSpan Delay)
{
    /// <summary>Spreads the kills over the load that is left: one at random in each of as many equal parts.</summary>
    /// <param name="applied">How much an earlier run has done. Where that is all, there is nothing to kill, and no plan.</param>
    public static IReadOnlyList<KillMoment> Plan(int kills, int seed, IReadOnlyCollection<Claim> claims, int applied = 0)
    {
        // Claims that wait for an adjuster come at the end, if at all; the kills must not wait for them.
        var certain = 2 * claims.Count(claim => !claim.NeedsAdjuster);
        var load = (int)(0.95 * (certain > 0 ? certain : claims.Count)) - applied;
        if (load <= 0) return [];
        return
        [
            .. Enumerable.Range(0, kills).Select(kill => new KillMoment(
                applied + (int)((kill + Lot.Draw(1_000, seed, kill, 'k') / 1_000.0) * load / kills),
                TimeSpan.FromMilliseconds(Lot.Draw(40, seed, kill, 'd')))),
        ];
    }
}
