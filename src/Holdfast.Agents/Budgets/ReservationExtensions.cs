using System.Runtime.CompilerServices;
using Holdfast.Agents.Ledgers;

namespace Holdfast.Agents;

/// <summary>Gives accounts back what stays reserved because nobody said what was used, once somebody has found out, such as from a provider's bill.</summary>
public static class ReservationExtensions
{
    const int PageMax = 100;

    /// <summary>What is reserved for what is over, in the order of the runs. What is under way settles itself, and calls in doubt are settled as such: neither is among them.</summary>
    /// <param name="client">The client.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async IAsyncEnumerable<OpenReservation> ReadReservationsAsync(this IHoldfastClient client, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        for (var after = ""; ;)
        {
            var from = after;
            var page = await FromOutside.TransactAsync(client, tx => ReservationRows.Read(tx, from, PageMax).ConvertAll(r => (Reservation: r, IsOver: ReservationRows.IsOver(tx, r.Key))), cancellationToken).ConfigureAwait(false);
            foreach (var (reservation, isOver) in page)
                if (isOver ?? await FromOutside.IsOverAsync(client, reservation.Run, cancellationToken).ConfigureAwait(false)) yield return reservation;
            if (page.Count < PageMax) yield break;
            after = page[^1].Reservation.Key;
        }
    }

    /// <summary>Says what was used: that counts as spent, and nothing stays reserved. Once, whoever else says something at the same time.</summary>
    /// <param name="client">The client.</param>
    /// <param name="reservation">The reservation, as it was read.</param>
    /// <param name="used">What was used. Null for a unit: nobody knows, and what was reserved counts as spent.</param>
    /// <param name="by">Who says so; it is kept.</param>
    /// <param name="cancellationToken">Gives up waiting; it may have been kept all the same.</param>
    public static async Task<FindingReceipt> SettleAsync(this IHoldfastClient client, OpenReservation reservation, Spending used, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(reservation);
        ArgumentNullException.ThrowIfNull(used);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        used.Check();
        // A run that is over stays so: this need not be asked in the commit.
        var isRunOver = await FromOutside.IsOverAsync(client, ReservationRows.RunOf(reservation.Key), cancellationToken).ConfigureAwait(false);
        return await FromOutside.TransactAsync(client, tx => ReservationRows.Settle(tx, reservation.Key, used, by, isRunOver, client.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }
}
