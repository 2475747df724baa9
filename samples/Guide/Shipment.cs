using Holdfast;

namespace Guide;

public sealed class Shipment(ICarrier carrier) : Workflow
{
    #region alive
    readonly List<string> _log = [];                               // a field of the workflow: part of the run

    public async Durable<string> Run(Parcel parcel)
    {
        var shipped = new List<string>();                          // a local: part of the run
        foreach (var item in parcel.Items)                         // so is the place in the loop
        {
            var label = await Step(() => carrier.Print(parcel.Id, item));
            shipped.Add(label);
            _log.Add($"{item}: {label}");
        }
        var weight = await Call<decimal>("weigh", parcel);
        var (price, currency) = await Quote(parcel, weight);
        return $"{string.Join(", ", shipped)}: {price} {currency}";
    }
    #endregion

    #region options
    async Durable<(decimal Price, string Currency)> Quote(Parcel parcel, decimal weight)
    {
        try
        {
            return await Step(
                step => carrier.Quote(parcel.Id, weight, step.IdempotencyKey, step.CancellationToken),
                new()
                {
                    Timeout = TimeSpan.FromSeconds(20),
                    Retry = new() { MaxAttempts = 5, NonRetryable = [typeof(ArgumentException)] },
                });
        }
        catch (ArgumentException error)
        {
            _log.Add(error.Message);                               // a step's failure is an exception where it is awaited
            return (0, "none");
        }
    }
    #endregion
}

public sealed record Parcel(string Id, IReadOnlyList<string> Items);

public interface ICarrier
{
    Task<string> Print(string parcel, string item);

    Task<(decimal Price, string Currency)> Quote(string parcel, decimal weight, string idempotencyKey, CancellationToken cancellationToken);
}
