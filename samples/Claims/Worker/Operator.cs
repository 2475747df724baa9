using Holdfast;

namespace Claims;

/// <summary>
/// The person who resolves what a kill left in doubt, as a script: asks the provider whether the notification went out, and says so to the engine.
/// </summary>
sealed class Operator(IHoldfastClient holdfast, ProviderClient provider, Ledger<OperatorLine> ledger, DateTimeOffset workerStartedUtc)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How many notifications wait for a decision.</summary>
    public int InDoubt { get; private set; }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var waiting = await holdfast.ListInDoubtAsync(cancel);
            InDoubt = waiting.Count;
            foreach (var step in waiting)
            {
                try
                {
                    await ResolveAsync(step, cancel);
                    InDoubt--;
                }
                catch (HttpRequestException)
                {
                    // The provider could not say; the step stays in doubt and is asked about again.
                }
            }
            await Task.Delay(Pause, cancel);
        }
    }

    async Task ResolveAsync(InDoubtStep step, CancellationToken cancel)
    {
        var applied = await provider.WasNotifiedAsync(step.IdempotencyKey, workerStartedUtc, cancel);
        // Written before it is done, so that a kill between the two leaves a decision too many in the book, not one too few.
        await ledger.AppendAsync(new OperatorLine(
            step.IdempotencyKey, step.Run.ToString(), applied, applied ? "succeeded" : "retry", DateTimeOffset.UtcNow));
        var decision = applied ? InDoubtDecision.Succeeded(PaymentDesk.Receipt(step.IdempotencyKey).Receipt) : InDoubtDecision.Retry();
        await holdfast.ResolveInDoubtAsync(step.Run, step.Op, decision, cancel);
    }
}
