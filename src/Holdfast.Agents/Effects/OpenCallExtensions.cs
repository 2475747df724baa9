using System.Runtime.CompilerServices;
using Holdfast.Agents.Ledgers;

namespace Holdfast.Agents;

/// <summary>Puts the ledger right where no run will: calls that were under way when their run was ended from outside.</summary>
public static class OpenCallExtensions
{
    const int PageMax = 100;

    /// <summary>Calls under way or in doubt whose runs are over, in the order of their runs. Calls of runs that go on are theirs to settle and not among them.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async IAsyncEnumerable<OpenCall> ReadOpenCallsAsync(this IHoldfastClient client, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var after = "";
        while (true)
        {
            var from = after;
            var page = await FromOutside.TransactAsync(client, tx => CallRows.Open(tx, from, PageMax), cancellationToken).ConfigureAwait(false);
            foreach (var call in page)
                if (await FromOutside.EndAsync(client, call.Run, cancellationToken).ConfigureAwait(false) is { } ended)
                    yield return call with { AskUtc = CallRows.AskUtc(ended, call.Quiet), IsUnderWay = Tries.Of(client).IsUnderWay(call.Key) };
            if (page.Count < PageMax) yield break;
            after = page[^1].Key;
        }
    }

    /// <summary>
    /// Settles a call for good, in one commit: what it did, what it has cost, and who says so. Once, whoever else finds something out at the same time. The run is over, so it can neither try the call
    /// again nor settle it; an attempt of it that still runs in some process commits nothing any more. That it did not happen counts only when it cannot happen any more (<see cref="FindingReceipt.TooEarly"/>).
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="call">The call, as it was read.</param>
    /// <param name="finding">What was found out.</param>
    /// <param name="cancellationToken">Gives up waiting; the finding may have been kept all the same.</param>
    public static async Task<FindingReceipt> SettleAsync(this IHoldfastClient client, OpenCall call, CallFinding finding, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentException.ThrowIfNullOrWhiteSpace(finding.By);
        // A run that is over stays so: this need not be asked in the commit.
        if (await FromOutside.EndAsync(client, RunOf(call.Key), cancellationToken).ConfigureAwait(false) is not { } ended) return FindingReceipt.RunGoesOn;
        // Nor does a try begin any more, of a run that is over.
        if (!finding.Happened && Tries.Of(client).IsUnderWay(call.Key)) return FindingReceipt.TooEarly;
        return await FromOutside.TransactAsync(client, tx => CallRows.SettleOutside(tx, call, finding, ended, client.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks about each open call of runs that are over, such as a bank for a payment with this key, and settles those of which the answer is known. Not yet about calls whose code goes on in this process, nor before
    /// <see cref="OpenCall.AskUtc"/>: what was sent may still be on its way then. They are asked about the next time.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="ask">What is found out about a call; null leaves it as it is.</param>
    /// <param name="cancellationToken">Stops between two calls.</param>
    /// <returns>How many were settled.</returns>
    public static async Task<int> ReconcileAsync(this IHoldfastClient client, Func<OpenCall, CancellationToken, Task<CallFinding?>> ask, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ask);
        var settled = 0;
        await foreach (var call in client.ReadOpenCallsAsync(cancellationToken).ConfigureAwait(false))
            if (!call.IsUnderWay && call.AskUtc <= client.Time.GetUtcNow() && await ask(call, cancellationToken).ConfigureAwait(false) is { } finding && await client.SettleAsync(call, finding, cancellationToken).ConfigureAwait(false) == FindingReceipt.Taken) settled++;
        return settled;
    }

    /// <summary>The key says whose call it is, whatever else somebody put into the record.</summary>
    static RunId RunOf(string key) => ReservationRows.RunOfCall(key) ?? throw new ArgumentException($"'{key}' is not the key of a call.", nameof(key));
}
