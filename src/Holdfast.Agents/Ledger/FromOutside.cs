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
    public static async Task<bool> IsOverAsync(IHoldfastClient client, RunId run, CancellationToken cancellation) => await EndAsync(client, run, cancellation).ConfigureAwait(false) is not null;

    /// <summary>When a run ended; null where it has not. That of one which retention has removed is long ago.</summary>
    public static async Task<DateTimeOffset?> EndAsync(IHoldfastClient client, RunId run, CancellationToken cancellation) => await FindAsync(client, run, cancellation).ConfigureAwait(false) switch
    {
        null => DateTimeOffset.UnixEpoch,
        { Status: RunStatus.Running or RunStatus.Parked } => null,
        var info => info.UpdatedUtc,
    };

    /// <summary>How a run stands; null once retention has removed it, which removes only what has ended, and for good.</summary>
    public static async Task<RunInfo?> FindAsync(IHoldfastClient client, RunId run, CancellationToken cancellation)
    {
        try
        {
            return await client.GetRun(run).GetInfoAsync(cancellation).ConfigureAwait(false);
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.UnknownRun)
        {
            return null;
        }
    }
}
