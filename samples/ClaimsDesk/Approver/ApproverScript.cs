using Claims;

namespace ClaimsDesk;

/// <summary>One answer of the approver.</summary>
/// <param name="IsLate">Whether <paramref name="Delay"/> counts from the end of the time for it.</param>
/// <param name="IsAltered">Whether it speaks of another amount than it was asked about.</param>
sealed record PlannedAnswer(bool Granted, TimeSpan Delay, bool IsLate = false, bool IsAltered = false);

/// <summary>A person who agrees to payments, by seed: most answer once, some twice, some too late, some about another amount first, and some never.</summary>
sealed record ApproverScript(int Seed)
{
    public IReadOnlyList<PlannedAnswer> PlanFor(int row, long call)
    {
        var quick = new PlannedAnswer(Granted: true, TimeSpan.FromMilliseconds(50 + Lot.Draw(1_500, Seed, row, (int)call, 'q')));
        return Lot.Draw(100, Seed, row, (int)call, 'a') switch
        {
            < 45 => [quick],
            < 60 => [quick, quick with { Delay = TimeSpan.FromMilliseconds(20) }],
            < 75 => [quick with { IsAltered = true }, quick with { Delay = TimeSpan.FromMilliseconds(20) }],
            < 85 => [quick with { IsLate = true }],
            < 95 => [quick with { Granted = false }],
            _ => [],
        };
    }
}
