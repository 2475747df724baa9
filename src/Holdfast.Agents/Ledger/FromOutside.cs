namespace Holdfast.Agents.Ledgers;

/// <summary>What reads and changes the ledger where no step does.</summary>
static class FromOutside
{
    /// <summary>Does something with the ledger's tables, which are made if there are none, in a commit of its own.</summary>
    public static Task<T> TransactAsync<T>(IHoldfastClient client, Func<StoreTransaction, T> work, CancellationToken cancellation) => client.TransactAsync(
        tx =>
        {
            LedgerTables.Make(tx);
            return work(tx);
        }, cancellation);

    /// <summary>Whether a run has ended, and will not go on.</summary>
    public static async Task<bool> IsOverAsync(IHoldfastClient client, RunId run, CancellationToken cancellation) =>
        await StatusAsync(client, run, cancellation).ConfigureAwait(false) is not (RunStatus.Running or RunStatus.Parked);

    /// <summary>How a run stands; null once retention has removed it, which removes only what has ended, and for good.</summary>
    public static async Task<RunStatus?> StatusAsync(IHoldfastClient client, RunId run, CancellationToken cancellation)
    {
        try
        {
            return (await client.GetRun(run).GetInfoAsync(cancellation).ConfigureAwait(false)).Status;
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.UnknownRun)
        {
            return null;
        }
    }
}
