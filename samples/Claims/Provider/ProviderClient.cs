using System.Net.Http.Json;

namespace Claims;

/// <summary>The provider as the claims desk sees it. Every failure is an <see cref="HttpRequestException"/>, which the step's retry policy deals with.</summary>
sealed class ProviderClient(Uri address) : IDisposable
{
    readonly HttpClient http = Loopback.Client(address);
    // Watching has connections of its own: the provider leaves them out when it waits for a dead worker's to end.
    readonly HttpClient watching = Loopback.Client(address);

    /// <summary>Pays or notifies. The same key never has a second effect, however often this is called.</summary>
    public async Task<string> SendAsync(PaymentRequest request, CancellationToken cancel)
    {
        using var response = await http.PostAsJsonAsync("payments", request, ClaimsJson.Default.PaymentRequest, cancel);
        response.EnsureSuccessStatusCode();
        var receipt = await response.Content.ReadFromJsonAsync(ClaimsJson.Default.PaymentReceipt, cancel);
        return receipt!.Receipt;
    }

    /// <summary>Whether a notification was sent, once nothing from before <paramref name="beforeUtc"/> can still arrive.</summary>
    public async Task<bool> WasNotifiedAsync(string key, DateTimeOffset beforeUtc, CancellationToken cancel)
    {
        var state = await http.GetFromJsonAsync(
            $"notifications/{Uri.EscapeDataString(key)}?before={Uri.EscapeDataString(beforeUtc.ToString("O"))}", ClaimsJson.Default.KeyState, cancel);
        return state!.Applied;
    }

    /// <summary>Ends when the provider has applied so many requests.</summary>
    public async Task<ProviderProgress> ProgressAsync(int atLeast, CancellationToken cancel) =>
        (await watching.GetFromJsonAsync($"progress?atLeast={atLeast}", ClaimsJson.Default.ProviderProgress, cancel))!;

    public void Dispose()
    {
        http.Dispose();
        watching.Dispose();
    }
}
