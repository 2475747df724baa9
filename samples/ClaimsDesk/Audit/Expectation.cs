using System.Text.Json;
using Claims;

namespace ClaimsDesk;

/// <summary>What had to be said to a proposal. The numbers are those of the file.</summary>
/// <param name="Arm">1 admit, 2 repair, 3 approval, 4 refuse, 5 park.</param>
/// <param name="Stage">1 parse, 5 policy, 6 idempotency, 8 budget, 9 approval.</param>
sealed record Expectation(int Arm, int Stage, string? Rule)
{
    public const int Admit = 1, Repair = 2, Approve = 3, Refuse = 4, Park = 5;
    const int Parse = 1, Policy = 5, Idempotency = 6, Budget = 8, Approval = 9;

    /// <summary>The same thing was done before.</summary>
    public static readonly Expectation Done = new(Refuse, Idempotency, null);

    /// <summary>A person said no, or nothing in time.</summary>
    public static readonly Expectation NotAgreed = new(Refuse, Approval, DeskTools.LargePayment);

    /// <summary>An account had not enough left.</summary>
    public static Expectation OverBudget(string account) => new(Refuse, Budget, account);

    /// <summary>Worked out anew, from the row of the file and what the model sent, without any code of the gate.</summary>
    public static Expectation For(Claim claim, string tool, string arguments)
    {
        if (tool is not ("read_claim" or "assess" or "pay" or "notify") || Read(arguments) is not { } said) return new(Repair, Parse, null);
        var hasSum = tool != "read_claim";
        if (said.Claim != claim.Row) return new(Refuse, Policy, $"{DeskTools.AnotherClaim}: {tool}");
        if (hasSum && said.Amount != (claim.CostTotalDollars == 0 ? Claim.HandlingFeeDollars : claim.CostTotalDollars)) return new(Refuse, Policy, $"{DeskTools.NotDue}: {tool}");
        if (tool == "pay" && claim.Damage == Damage.Substantial && claim.CostTotalDollars == 0) return new(Park, Policy, DeskTools.Unexplained);
        if (tool == "pay" && (claim.CostTotalDollars > ClaimFacts.ApprovalAboveDollars || claim.Damage == Damage.Medium)) return new(Approve, Policy, DeskTools.LargePayment);
        return new(Admit, Policy, $"{DeskTools.OwnClaim}: {tool}");
    }

    static (int Claim, long Amount)? Read(string arguments)
    {
        try
        {
            using var json = JsonDocument.Parse(arguments);
            return (json.RootElement.GetProperty("claim").GetInt32(), json.RootElement.TryGetProperty("amount", out var amount) ? amount.GetInt64() : 0);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
