using Holdfast;

namespace Claims;

/// <summary>
/// The person who resolves what a kill left in doubt, as a script: asks the provider whether the notification went out, and says so to the engine.
/// </summary>
sealed class Operator(IHoldfastClient holdfast, ProviderClient provider, Ledger<OperatorLine> ledger, StorePatience patience)
{
    const int QuestionsAtOnce = 64;
    // Doubt comes only from kills, so nearly all of it is there at the first look.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    int inDoubt;

    /// <summary>How many notifications wait for a decision.</summary>
    public int InDoubt => Volatile.Read(ref inDoubt);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            var waiting = await patience.InsistAsync(() => holdfast.ListInDoubtAsync(cancel), cancel);
            inDoubt = waiting.Count;
            await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = cancel }, async (step, _) =>
            {
                if (await TryResolveAsync(step, cancel)) Interlocked.Decrement(ref inDoubt);
            });
            await Task.Delay(Pause, cancel);
        }
    }

    async Task<bool> TryResolveAsync(InDoubtStep step, CancellationToken cancel)
    {
        try
        {
            await ResolveAsync(step, cancel);
            return true;
        }
        catch (HoldfastException failure) when (failure.Error == HoldfastError.RunFinished)
        {
            // Decided before the kill already; the run has gone on meanwhile.
            return true;
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is HoldfastException store && StorePatience.MayPass(store)))
        {
            // It stays in doubt and is asked about again.
            return false;
        }
    }

    async Task ResolveAsync(InDoubtStep step, CancellationToken cancel)
    {
        var applied = await provider.WasNotifiedAsync(step.IdempotencyKey, cancel);
        // Written before it is done, so that a kill between the two leaves a decision too many in the book, not one too few.
        await ledger.AppendAsync(new OperatorLine(
            step.IdempotencyKey, step.Run.ToString(), applied, applied ? "succeeded" : "retry", DateTimeOffset.UtcNow));
        var decision = applied ? InDoubtDecision.Succeeded(PaymentDesk.Receipt(step.IdempotencyKey).Receipt) : InDoubtDecision.Retry();
        await holdfast.ResolveInDoubtAsync(step.Run, step.Op, decision, cancel);
    }
}
