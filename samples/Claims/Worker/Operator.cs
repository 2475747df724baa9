using Holdfast;
using Holdfast.Storage;

namespace Claims;

/// <summary>
/// The person who puts right what kills have left, as a script: of a notification in doubt, asks the provider whether it went out, and says so to the engine;
/// a run that was set aside as suspect, takes up again.
/// </summary>
sealed class Operator(IHoldfastClient holdfast, ProviderClient provider, Ledger<OperatorLine> ledger, StorePatience patience)
{
    const int QuestionsAtOnce = 64;
    const int SuspectsPerLook = 1_000;
    // Both come only from kills, so nearly all is there at the first look.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    // Only a start sets runs aside as suspect, so each is taken up once in a process.
    readonly HashSet<RunId> takenUp = [];
    int inDoubt, suspects;

    /// <summary>How many notifications wait for a decision.</summary>
    public int InDoubt => Volatile.Read(ref inDoubt);

    /// <summary>How many runs were taken up again in this process.</summary>
    public int Suspects => Volatile.Read(ref suspects);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await TakeUpSuspectsAsync(cancel);
            var waiting = await patience.InsistAsync(() => holdfast.ListInDoubtAsync(cancel), cancel);
            inDoubt = waiting.Count;
            await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = cancel }, async (step, _) =>
            {
                if (await TryResolveAsync(step, cancel)) Interlocked.Decrement(ref inDoubt);
            });
            await Task.Delay(Pause, cancel);
        }
    }

    /// <summary>Nobody but the killer from outside is to blame here. Where that is not known, a person looks first at what the run was doing.</summary>
    async Task TakeUpSuspectsAsync(CancellationToken cancel)
    {
        var parked = await patience.InsistAsync(() => holdfast.ListAsync(new RunQuery { Status = RunStatus.Parked, Limit = SuspectsPerLook }, cancel), cancel);
        foreach (var run in parked)
        {
            if (!run.Waiting.StartsWith("parked: suspect", StringComparison.Ordinal) || takenUp.Contains(run.Id)) continue;
            await ledger.AppendAsync(new OperatorLine(run.Key!, run.Id.ToString(), Applied: false, OperatorLine.Resume, DateTimeOffset.UtcNow));
            await patience.InsistAsync(() => ResumeAsync(run.Id, cancel), cancel);
            takenUp.Add(run.Id);
            Interlocked.Increment(ref suspects);
        }
    }

    async Task<bool> ResumeAsync(RunId run, CancellationToken cancel)
    {
        await holdfast.GetRun(run).ResumeAsync(cancel);
        return true;
    }

    async Task<bool> TryResolveAsync(InDoubtStep step, CancellationToken cancel)
    {
        try
        {
            await ResolveAsync(step, cancel);
            return true;
        }
        catch (HoldfastException failure) when (failure.Error is HoldfastError.RunFinished or HoldfastError.NotInDoubt)
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
            step.IdempotencyKey, step.Run.ToString(), applied, applied ? OperatorLine.Succeeded : OperatorLine.Retry, DateTimeOffset.UtcNow));
        var decision = applied ? InDoubtDecision.Succeeded(PaymentDesk.Receipt(step.IdempotencyKey).Receipt) : InDoubtDecision.Retry();
        await holdfast.ResolveInDoubtAsync(step, decision, cancel);
    }
}
