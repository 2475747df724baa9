using Claims;

namespace ClaimsDesk;

/// <summary>One answer of the approver.</summary>
/// <param name="IsLate">Whether <paramref name="Delay"/> counts from the end of the time for it.</param>
/// <param name="IsAltered">Whether it speaks of another amount than it was asked about.</param>
sealed record PlannedAnswer(bool Granted, TimeSpan Delay, bool IsLate = false, bool IsAltered = false);

/// <summary>A person who agrees to payments, by seed: most answer once, some twice, some too late, some about another amount first, and some never. Of eight claims in a row that need one, each of the first four happens.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Rows">The claims that need a person, in their order.</param>
sealed record ApproverScript(int Seed, IReadOnlyList<int> Rows)
{
    const int Deal = 8;

    public static ApproverScript For(int seed, ClaimFile file) => new(seed, [.. file.Valid.Where(ClaimFacts.NeedsApproval).Select(static claim => claim.Row)]);

    public IReadOnlyList<PlannedAnswer> PlanFor(int row, long call)
    {
        var quick = new PlannedAnswer(Granted: true, TimeSpan.FromMilliseconds(50 + Lot.Draw(1_500, Seed, row, (int)call, 'q')));
        var (deal, place) = Math.DivRem(Rows.Index().FirstOrDefault(one => one.Item == row).Index, Deal);
        // Lots would leave a kind out of a small file; so eight cards are dealt, and then eight others.
        return Enumerable.Range(0, Deal).OrderBy(card => Lot.Draw(1 << 20, Seed, deal, card, 'a')).ElementAt(place) switch
        {
            < 3 => [quick],
            3 => [quick, quick with { Delay = TimeSpan.FromMilliseconds(20) }],
            4 => [quick with { IsAltered = true }, quick with { Delay = TimeSpan.FromMilliseconds(20) }],
            // At once when its time is over: the agent is there to hear it, and to say that it counts no more.
            5 => [quick with { IsLate = true, Delay = TimeSpan.FromMilliseconds(Lot.Draw(10, Seed, row, (int)call, 'l')) }],
            6 => [quick with { Granted = false }],
            _ => deal % 2 == 0 ? [quick] : [],
        };
    }
}
