using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Claims;

/// <summary>The payment provider over HTTP.</summary>
sealed class ProviderServer : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Ledger<ProviderLine> ledger;
    readonly PaymentDesk desk;

    ProviderServer(string ledgerDirectory, FaultScript faults)
    {
        var path = Path.Combine(ledgerDirectory, ProviderLine.FileName);
        var past = Ledger<ProviderLine>.Read(path, ClaimsJson.Default.ProviderLine);
        ledger = new Ledger<ProviderLine>(path, ClaimsJson.Default.ProviderLine);
        desk = new PaymentDesk(ledger, past, faults, TimeProvider.System);
        app = Loopback.Server().Build();
        app.MapPost("/payments", (RequestDelegate)PayAsync);
        app.MapGet("/payments/{**key}", http => FindAsync(http, ProviderLine.Payment));
        app.MapGet("/notifications/{**key}", http => FindAsync(http, ProviderLine.Notification));
        app.MapGet("/progress", (RequestDelegate)ProgressAsync);
    }

    public Uri Address => Loopback.Address(app);

    public static async Task<ProviderServer> StartAsync(string ledgerDirectory, FaultScript faults)
    {
        var server = new ProviderServer(ledgerDirectory, faults);
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await ledger.DisposeAsync();
    }

    async Task PayAsync(HttpContext http)
    {
        var request = await Loopback.ReadAsync(http, ClaimsJson.Default.PaymentRequest);
        if (request is not { Key.Length: > 0, Kind: ProviderLine.Payment or ProviderLine.Notification, Amount: >= 0 })
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        switch (await desk.HandleAsync(request))
        {
            case PaymentAnswer.Done:
                await Loopback.WriteAsync(http, PaymentDesk.Receipt(request.Key), ClaimsJson.Default.PaymentReceipt);
                break;
            case PaymentAnswer.Unavailable:
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                break;
            case PaymentAnswer.KeyReused:
                http.Response.StatusCode = StatusCodes.Status409Conflict;
                break;
            case PaymentAnswer.Replaced:
                http.Response.StatusCode = StatusCodes.Status410Gone;
                break;
            case PaymentAnswer.Dropped:
                http.Abort();
                break;
        }
    }

    /// <summary>With <c>?worker=</c> its number, the answer to a worker is final: no older worker's request is taken after it.</summary>
    async Task FindAsync(HttpContext http, string kind)
    {
        var worker = 0;
        if (http.Request.Query["worker"] is [{ } text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out worker))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        // Routing leaves an encoded slash in a catch-all alone.
        var key = Uri.UnescapeDataString((string)http.Request.RouteValues["key"]!);
        await Loopback.WriteAsync(http, desk.Find(key, kind, worker), ClaimsJson.Default.KeyState);
    }

    async Task ProgressAsync(HttpContext http)
    {
        _ = int.TryParse(http.Request.Query["atLeast"], NumberStyles.None, CultureInfo.InvariantCulture, out var atLeast);
        var progress = await desk.ProgressAsync(atLeast, http.RequestAborted);
        await Loopback.WriteAsync(http, progress, ClaimsJson.Default.ProviderProgress);
    }
}
