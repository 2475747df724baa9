using Claims;
using Holdfast.Agents;

namespace ClaimsDesk;

/// <summary>The accounts: all agents draw on the desk's, and those whose payments a person has to agree to on one below it that does not suffice for all of them.</summary>
sealed record DeskBudget(long DeskDollars, long LargeDollars)
{
    public static readonly AccountId Desk = new("desk"), Large = new("desk, payments that need a person");

    public static DeskBudget For(IReadOnlyCollection<Claim> claims)
    {
        var large = claims.Where(ClaimFacts.NeedsApproval).Sum(claim => claim.PaymentDollars) / 2;
        return new(claims.Where(claim => !ClaimFacts.NeedsApproval(claim)).Sum(claim => claim.PaymentDollars) + large, large);
    }

    public static AccountId AccountOf(Claim claim) => ClaimFacts.NeedsApproval(claim) ? Large : Desk;

    /// <summary>All that a payment is drawn on, the agent's own account first.</summary>
    public static IEnumerable<string> AccountsOf(Claim claim, string run) => AccountOf(claim) == Desk ? [$"agent {run}", Desk.Value] : [$"agent {run}", Large.Value, Desk.Value];

    /// <summary>What one agent may spend: its own claim once, and so much talk.</summary>
    public static Spending OfAgent(Claim claim) => new() { Money = claim.PaymentDollars, Calls = 20, Tokens = 1_000_000 };
}
