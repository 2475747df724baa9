using System.Net.Http.Json;

namespace Claims;

/// <summary>The provider as one worker sees it.</summary>
/// <param name="worker">That worker's number: the provider refuses whatever arrives late from one with a lower number.</param>
/// <param name="questionMax">How long a question may take before it counts as failed; null for 10 seconds. Payments have no limit.</param>
sealed class ProviderClient(Uri address, int worker = 0, TimeSpan? questionMax = null) : IDisposable
{
    readonly HttpClient http = Loopback.Client(address);
    readonly TimeSpan questionMax = questionMax ?? TimeSpan.FromSeconds(10);

    /// <summary>Pays or notifies. The same key never has a second effect, however often this is called.</summary>
    public async Task<string> SendAsync(PaymentRequest request, CancellationToken cancel)
    {
        using var response = await http.PostAsJsonAsync("payments", request with { Worker = worker }, ClaimsJson.Default.PaymentRequest, cancel);
        response.EnsureSuccessStatusCode();
        var receipt = await response.Content.ReadFromJsonAsync(ClaimsJson.Default.PaymentReceipt, cancel);
        return receipt!.Receipt;
    }

    /// <summary>Whether a notification was sent. The answer is final: after it, nothing of an earlier worker is taken any more.</summary>
    /// <exception cref="HttpRequestException">There is no answer, also for having waited too long; the question may be asked again.</exception>
    public async Task<bool> WasNotifiedAsync(string key, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(questionMax);
        try
        {
            var state = await http.GetFromJsonAsync($"notifications/{Uri.EscapeDataString(key)}?worker={worker}", ClaimsJson.Default.KeyState, patience.Token);
            return state!.Applied;
        }
        catch (OperationCanceledException failure) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException($"The provider did not answer within {questionMax.TotalSeconds} s.", failure);
        }
        catch (IOException failure)
        {
            throw new HttpRequestException($"The provider's answer broke off: {failure.Message}", failure);
        }
    }

    /// <summary>Ends when the provider has applied so many requests, however long that takes.</summary>
    public async Task<ProviderProgress> ProgressAsync(int atLeast, CancellationToken cancel) =>
        (await http.GetFromJsonAsync($"progress?atLeast={atLeast}", ClaimsJson.Default.ProviderProgress, cancel))!;

    public void Dispose() => http.Dispose();
}
