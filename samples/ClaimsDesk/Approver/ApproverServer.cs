using System.Net;
using System.Net.Http.Json;
using Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ClaimsDesk;

/// <summary>The approver over HTTP: it is told of calls here, and sends its answers to the worker, wherever that listens now.</summary>
sealed class ApproverServer : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Ledger<ApproverLine> ledger;
    readonly ApproverDesk desk;
    readonly HttpClient http = Loopback.Client(new Uri("http://127.0.0.1"));
    readonly string workerAddressFile;

    ApproverServer(string ledgerDirectory, string workerAddressFile, ApproverScript script)
    {
        this.workerAddressFile = workerAddressFile;
        ledger = new Ledger<ApproverLine>(Path.Combine(ledgerDirectory, ApproverLine.FileName), DeskJson.Default.ApproverLine);
        desk = new ApproverDesk(script, ledger, DeliverAsync);
        app = Loopback.Server().Build();
        app.MapPost("/requests", (RequestDelegate)TellAsync);
    }

    public static async Task<int> RunAsync(RoleArguments arguments)
    {
        await using var server = new ApproverServer(arguments.Text("--ledger"), arguments.Text("--worker-address"),
            ApproverScript.For(arguments.Number("--seed"), HostileCopy.Load(arguments.Text("--file"), arguments.Number("--rows"), arguments.Number("--seed"))));
        await server.app.StartAsync();
        Lifeline.Tell("listening", Loopback.Address(server.app));
        await Lifeline.ServeAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await desk.DisposeAsync();
        await ledger.DisposeAsync();
        http.Dispose();
    }

    async Task TellAsync(HttpContext context)
    {
        if (await Loopback.ReadAsync(context, DeskJson.Default.ApprovalNotice) is { Row: > 0 } notice) await desk.TellAsync(notice);
        else context.Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    /// <summary>What became of the answer; null if that is not known, because the worker is down.</summary>
    async Task<string?> DeliverAsync(ApprovalNotice notice, ApprovalWord word, CancellationToken cancel)
    {
        try
        {
            var worker = new Uri(await File.ReadAllTextAsync(workerAddressFile, cancel));
            using var response = await http.PostAsJsonAsync(new Uri(worker, $"approvals/{notice.Run}"), word, DeskJson.Default.ApprovalWord, cancel);
            return response.StatusCode == HttpStatusCode.OK ? (await response.Content.ReadFromJsonAsync(DeskJson.Default.ApprovalReply, cancel))!.Receipt : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UriFormatException)
        {
            return null;
        }
    }
}
