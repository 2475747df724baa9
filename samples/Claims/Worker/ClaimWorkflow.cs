using Holdfast;

namespace Claims;

/// <summary>The adjuster's answer as the claim receives it.</summary>
sealed record Adjustment(bool Granted, DateTimeOffset SentUtc);

/// <summary>How a claim ended.</summary>
enum ClaimOutcome { Paid, Refused, Expired }

/// <summary>The end of a claim.</summary>
sealed record ClaimResult(int Row, ClaimOutcome Outcome, long PaidDollars, string? Receipt);

/// <summary>What the claims desk has agreed with the world outside.</summary>
/// <param name="AnswerWithin">How long an adjuster may take.</param>
/// <param name="NotifyAfter">How long after the payment its notification goes out.</param>
sealed record ClaimTerms(TimeSpan AnswerWithin, TimeSpan NotifyAfter);

/// <summary>One claim from assessment to notification. Kill the process on any line: it goes on from there.</summary>
sealed class ClaimWorkflow(ProviderClient provider, AdjusterClient adjuster, ClaimTerms terms) : Workflow
{
    public static readonly Signal<Adjustment> Adjusted = new("adjusted");

    static readonly StepOptions Patient = new()
    {
        Retry = RetryPolicy.Default with { FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromSeconds(1), MaxAttempts = 20 },
    };

    public async Durable<ClaimResult> Run(Claim claim)
    {
        var amount = await Step(() => Task.FromResult(claim.PaymentDollars), Patient with { Label = "assess" });
        if (claim.NeedsAdjuster && await AskAdjuster(claim) is var outcome and not ClaimOutcome.Paid)
            return new ClaimResult(claim.Row, outcome, 0, null);

        var receipt = await Step(
            step => provider.SendAsync(
                new PaymentRequest(step.IdempotencyKey, claim.Row, ProviderLine.Payment, amount, step.Attempt), step.CancellationToken),
            Patient with { Label = "pay" });
        await Delay(terms.NotifyAfter);
        // Better no notification than two: what a kill leaves in doubt, the operator decides.
        await Step(
            step => provider.SendAsync(
                new PaymentRequest(step.IdempotencyKey, claim.Row, ProviderLine.Notification, amount, step.Attempt), step.CancellationToken),
            new StepOptions { Label = "notify", AtMostOnce = true });
        return new ClaimResult(claim.Row, ClaimOutcome.Paid, amount, receipt);
    }

    async Durable<ClaimOutcome> AskAdjuster(Claim claim)
    {
        // A moment, not a duration: a kill between here and the wait does not move it.
        var deadline = DateTimeOffset.UtcNow + terms.AnswerWithin;
        await Step(
            step => adjuster.TellAsync(new ClaimNotice(claim.Row, claim.CostTotalDollars, step.RunId.ToString(), deadline), step.CancellationToken),
            Patient with { Label = "tell-adjuster" });
        // The wait ends a little after the deadline, so that an answer from its last moment is still heard; when it was sent is what counts.
        var answer = await Receive(Adjusted).Within(deadline - DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(100));
        if (!answer.Arrived || answer.Value.SentUtc > deadline) return ClaimOutcome.Expired;
        return answer.Value.Granted ? ClaimOutcome.Paid : ClaimOutcome.Refused;
    }
}
