using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Claims;
using Holdfast;
using Holdfast.Agents;

namespace ClaimsDesk;

/// <summary>Which claim.</summary>
sealed record ClaimChoice([property: Range(1, int.MaxValue)] int Claim);

/// <summary>Which claim, and how much.</summary>
sealed record ClaimSum([property: Range(1, int.MaxValue)] int Claim, [property: Range(0L, 10_000_000_000_000L)] long Amount);

/// <summary>What the model reads of a claim.</summary>
sealed record ClaimView(
    int Claim, string Airport, string Aircraft, string Damage, string Date, string Operator, string Phase, string Species, long CostOther, long CostRepair, long CostTotal, long Due);

/// <summary>What came of a tool.</summary>
sealed record Done(int Claim, long Amount, string Receipt);

/// <summary>The desk's tools with their rules and their code. The rules know the file and whose agent asks; that a model was talked into something does not interest them.</summary>
static class DeskTools
{
    public const string
        AnotherClaim = "another claim", NotDue = "not what is due", Unexplained = "no cost for a wreck", LargePayment = "a person agrees", OwnClaim = "own claim";

    static readonly Tool<ClaimChoice> Read = new("read_claim", 1, "Shows a claim.");
    static readonly Tool<ClaimSum> Assess = new("assess", 1, "Notes what a claim is found to be worth.");
    static readonly Tool<ClaimSum> Pay = new("pay", 1, "Pays a claim.");
    static readonly Tool<ClaimSum> Notify = new("notify", 1, "Tells the operator of the aircraft that its claim was paid.");

    static readonly RetryPolicy Patient = RetryPolicy.Default with { FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromSeconds(1), MaxAttempts = 20 };

    public static Toolbox Make(ClaimFacts facts, ProviderClient provider, IServiceProvider services)
    {
        var once = new EffectOptions<ClaimSum> { Identity = static sum => sum.Claim.ToString(CultureInfo.InvariantCulture), Retry = Patient };
        return new(Rules(facts),
        [
            Read.ReadOnly((choice, _) => Task.FromResult(View(facts[choice.Claim]))),
            Assess.Pure(static sum => new Done(sum.Claim, sum.Amount, "noted")),
            Pay.Idempotent(
                async (sum, call) =>
                {
                    var receipt = await provider.SendAsync(new(call.IdempotencyKey, sum.Claim, ProviderLine.Payment, sum.Amount, 1), call.CancellationToken);
                    call.Cost = new() { Money = sum.Amount, Tokens = 0 };
                    return new Done(sum.Claim, sum.Amount, receipt);
                },
                once with { CostMax = static sum => new() { Money = sum.Amount } }),
            // Better no notification than two: what a kill leaves in doubt, somebody looks into.
            Notify.AtMostOnce(
                async (sum, call) => new Done(sum.Claim, sum.Amount, await provider.SendAsync(new(call.IdempotencyKey, sum.Claim, ProviderLine.Notification, sum.Amount, 1), call.CancellationToken)), once),
        ], services);
    }

    public static Gate Rules(ClaimFacts facts) => new(
        [Read, Assess, Pay, Notify],
        [
            Read.Refuse($"{AnotherClaim}: read_claim", (choice, who) => !facts.IsOwn(choice.Claim, who)),
            Read.Admit($"{OwnClaim}: read_claim", (choice, who) => facts.IsOwn(choice.Claim, who)),
            .. Sums(facts, Assess), .. Sums(facts, Pay), .. Sums(facts, Notify),
            Pay.Park(Unexplained, (sum, _) => ClaimFacts.IsUnexplained(facts[sum.Claim])),
            Pay.Approve(LargePayment, (sum, _) => ClaimFacts.NeedsApproval(facts[sum.Claim])),
        ]);

    static IEnumerable<Policy> Sums(ClaimFacts facts, Tool<ClaimSum> tool) =>
    [
        tool.Refuse($"{AnotherClaim}: {tool.Name}", (sum, who) => !facts.IsOwn(sum.Claim, who)),
        tool.Refuse($"{NotDue}: {tool.Name}", (sum, _) => !facts.IsDue(sum.Claim, sum.Amount)),
        tool.Admit($"{OwnClaim}: {tool.Name}", (sum, who) => facts.IsOwn(sum.Claim, who) && facts.IsDue(sum.Claim, sum.Amount)),
    ];

    static ClaimView View(Claim claim) => new(
        claim.Row, claim.Airport, claim.Aircraft, claim.Damage.ToString(), claim.FlightDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), claim.Operator, claim.FlightPhase, claim.WildlifeSpecies,
        claim.CostOtherDollars, claim.CostRepairDollars, claim.CostTotalDollars, claim.PaymentDollars);
}
