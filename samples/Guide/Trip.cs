using Holdfast;

namespace Guide;

public sealed class Trip(IBookings bookings) : Workflow
{
    public static readonly Signal<string> Wish = new("wish");

    #region compensate
    public async Durable<string> Run(string traveller)
    {
        var flight = await Step(() => bookings.Book("flight", traveller));
        try
        {
            var hotel = await Step(() => bookings.Book("hotel", traveller), new() { Retry = RetryPolicy.None });
            return $"{flight} and {hotel}";
        }
        catch
        {
            await Shield(async () => await Step(() => bookings.Cancel(flight)));   // also when the run was cancelled
            throw;
        }
    }
    #endregion
}

public sealed class Holiday(IBookings bookings) : Workflow
{
    #region saga
    public async Durable<string> Run(string traveller) => await InSaga(async saga =>
    {
        var flight = await Step(() => bookings.Book("flight", traveller));
        saga.Compensate(() => bookings.Cancel(flight));
        var hotel = await Step(() => bookings.Book("hotel", traveller));
        saga.Compensate(() => bookings.Cancel(hotel));
        var car = await Step(() => bookings.Book("car", traveller), new() { Retry = RetryPolicy.None });
        return $"{flight}, {hotel} and {car}";
    });
    #endregion
}

public sealed class Offers(IBookings bookings) : Workflow
{
    public async Durable<string> Run(string traveller)
    {
        #region parallel
        string[] cities = ["Oslo", "Rome", "Porto"];
        int[] prices = await Durable.WhenAll(cities.Select(city => Step(() => bookings.Price(city))).ToList());
        #endregion

        #region each
        var best = int.MaxValue;
        await foreach (var done in Durable.WhenEach(cities.Select(city => Step(() => bookings.Price(city))).ToList()))
        {
            var outcome = await done.Outcome();                    // a value instead of an exception
            if (outcome.Succeeded) best = Math.Min(best, outcome.Value);
        }
        #endregion

        #region race
        var quickest = await InScope(async scope =>
        {
            var first = await Durable.WhenAny(Step(() => bookings.Price("Rome")), Step(() => bookings.Price("Roma")));
            return await first;
        });                                                        // the other one is cancelled here
        best = Math.Min(best, quickest);
        #endregion

        #region scope
        string? answer;
        try
        {
            answer = await InScope(async scope =>
            {
                var price = await Step(() => bookings.Price("Paris"));
                return $"Paris {price}";
            }, deadline: TimeSpan.FromMinutes(5));
        }
        catch (OperationCanceledException)
        {
            answer = null;                                         // the deadline passed
        }
        #endregion

        #region signal
        var wish = await Receive(Trip.Wish).Within(TimeSpan.FromSeconds(1));
        if (wish.Arrived) answer = wish.Value;
        #endregion

        #region child
        var booked = await Child((Trip w) => w.Run(traveller), key: $"trip-{traveller}");
        #endregion
        return $"{prices.Min()} {best} {answer}: {booked}";
    }
}

public interface IBookings
{
    Task<string> Book(string what, string traveller);

    Task Cancel(string booking);

    Task<int> Price(string city);
}
