using System.Net;
using System.Net.Http.Json;

namespace Claims;

/// <summary>Brings answers to the worker, wherever it listens now: after every kill it is another port.</summary>
sealed class AnswerDelivery(string addressFile) : IDisposable
{
    readonly HttpClient http = Loopback.Client(new Uri("http://127.0.0.1"));

    public async Task<Delivery> DeliverAsync(string run, AdjusterAnswer answer, CancellationToken cancel)
    {
        try
        {
            var worker = new Uri(await File.ReadAllTextAsync(addressFile, cancel));
            using var response = await http.PostAsJsonAsync(new Uri(worker, $"answers/{run}"), answer, ClaimsJson.Default.AdjusterAnswer, cancel);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => Delivery.Acknowledged,
                HttpStatusCode.Gone => Delivery.TooLate,
                _ => Delivery.Unknown,
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UriFormatException)
        {
            return Delivery.Unknown;
        }
    }

    public void Dispose() => http.Dispose();
}
