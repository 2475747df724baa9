using System.Net.Http.Json;

namespace Claims;

/// <summary>The adjuster as the claims desk sees it.</summary>
sealed class AdjusterClient(Uri address) : IDisposable
{
    readonly HttpClient http = Loopback.Client(address);

    /// <summary>Tells the adjuster of a claim; telling it again changes nothing.</summary>
    public async Task TellAsync(ClaimNotice notice, CancellationToken cancel)
    {
        using var response = await http.PostAsJsonAsync("claims", notice, ClaimsJson.Default.ClaimNotice, cancel);
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => http.Dispose();
}
