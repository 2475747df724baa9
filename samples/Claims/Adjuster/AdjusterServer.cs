using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Claims;

/// <summary>The adjuster over HTTP: it is told of claims here, and sends its answers to the worker.</summary>
sealed class AdjusterServer : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Ledger<AdjusterLine> ledger;
    readonly AdjusterDesk desk;
    readonly AnswerDelivery delivery;

    AdjusterServer(string ledgerDirectory, string workerAddressFile, AdjusterScript script)
    {
        var path = Path.Combine(ledgerDirectory, AdjusterLine.FileName);
        var past = Ledger<AdjusterLine>.Read(path, ClaimsJson.Default.AdjusterLine);
        ledger = new Ledger<AdjusterLine>(path, ClaimsJson.Default.AdjusterLine);
        delivery = new AnswerDelivery(workerAddressFile);
        desk = new AdjusterDesk(script, ledger, delivery.DeliverAsync, TimeProvider.System);
        desk.Resume(past);
        app = Loopback.Server().Build();
        app.MapPost("/claims", (RequestDelegate)TellAsync);
    }

    public Uri Address => Loopback.Address(app);

    public static async Task<AdjusterServer> StartAsync(string ledgerDirectory, string workerAddressFile, AdjusterScript script)
    {
        var server = new AdjusterServer(ledgerDirectory, workerAddressFile, script);
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await desk.DisposeAsync();
        await ledger.DisposeAsync();
        delivery.Dispose();
    }

    async Task TellAsync(HttpContext http)
    {
        var notice = await Loopback.ReadAsync(http, ClaimsJson.Default.ClaimNotice);
        if (notice is not { Row: > 0, Run.Length: > 0 })
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        await desk.TellAsync(notice);
    }
}
