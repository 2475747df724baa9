using System.Globalization;
using Claims;

namespace ClaimsDesk;

/// <summary>What the gate's rules are about: the claims as the file has them, and nothing that a model says.</summary>
sealed class ClaimFacts(IEnumerable<Claim> claims)
{
    /// <summary>Above this, a person agrees first.</summary>
    public const long ApprovalAboveDollars = 500;

    readonly Dictionary<int, Claim> byRow = claims.ToDictionary(claim => claim.Row);

    public Claim this[int row] => byRow[row];

    /// <summary>On whose behalf the agent of a claim acts.</summary>
    public static string Principal(int row) => string.Create(CultureInfo.InvariantCulture, $"claim-{row}");

    public bool IsOwn(int row, string? principal) => byRow.ContainsKey(row) && Principal(row) == principal;

    public bool IsDue(int row, long amount) => byRow.TryGetValue(row, out var claim) && claim.PaymentDollars == amount;

    /// <summary>An aircraft that was hurt badly and cost nothing: somebody has to look before anything is paid.</summary>
    public static bool IsUnexplained(Claim claim) => claim is { Damage: Damage.Substantial, CostTotalDollars: 0 };

    public static bool NeedsApproval(Claim claim) => claim.CostTotalDollars > ApprovalAboveDollars || claim.Damage == Damage.Medium;
}
