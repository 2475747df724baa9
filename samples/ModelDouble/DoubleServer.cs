using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ModelDouble;

/// <summary>
/// Stands in for the providers of models, on this machine alone: it speaks OpenAI's chat completions and Anthropic's messages, whole and in streams, and says what a script says, faults included. Like the
/// providers, it refuses a conversation in which a call has no result.
/// </summary>
public sealed class DoubleServer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly DoubleLedger _ledger;
    readonly Func<DoubleRequest, DoubleReply> _script;
    readonly CancellationTokenSource _stopping = new();
    int _requests;

    DoubleServer(Func<DoubleRequest, DoubleReply> script, string? ledger)
    {
        (_script, _ledger) = (script, new(ledger));
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapPost("/v1/chat/completions", (RequestDelegate)(http => AnswerAsync(http, new OpenAiWire())));
        _app.MapPost("/v1/messages", (RequestDelegate)(http => AnswerAsync(http, new AnthropicWire())));
    }

    /// <summary>Where it listens. Packages for OpenAI want it with <c>v1</c> behind it.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>How many requests have come.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Starts one on a free port.</summary>
    /// <param name="script">What it answers. May be called by several threads at once.</param>
    /// <param name="ledger">A file that gets a line for each request; null for none.</param>
    public static async Task<DoubleServer> StartAsync(Func<DoubleRequest, DoubleReply> script, string? ledger = null)
    {
        var server = new DoubleServer(script, ledger);
        await server._app.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _ledger.Dispose();
        _stopping.Dispose();
    }

    async Task AnswerAsync(HttpContext http, Wire wire)
    {
        var request = await ReadAsync(http, wire);
        if (request is null) return;
        var number = request.Number;
        var refused = wire.Refuse(request.Asked);
        var reply = (refused is null ? _script(request) : new()).Spoilt(number, wire.Format);
        _ledger.Append(new(number, wire.Format, request.Model, request.Hash, reply.Text, reply.Calls, reply.Fault, refused));
        var answer = new Answer(http, wire, _stopping.Token);
        if (refused is not null) await answer.FailAsync(StatusCodes.Status400BadRequest, "invalid_request_error", refused);
        else await answer.GiveAsync(request, reply);
    }

    async Task<DoubleRequest?> ReadAsync(HttpContext http, Wire wire)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            var question = wire.Read(body.RootElement);
            var isStreaming = body.RootElement.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
            var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(question.Plain(), DoubleJson.Default.Question)));
            var model = body.RootElement.GetProperty("model").GetString()!;
            // Counted when it is whole: a caller that dies in the middle of asking has asked nothing, and leaves no gap in the ledger.
            var number = Interlocked.Increment(ref _requests);
            return new(number, wire.Format, model, isStreaming, question, hash);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            await new Answer(http, wire, default).FailAsync(StatusCodes.Status400BadRequest, "invalid_request_error", "the request is not what this format has");
            return null;
        }
    }
}
