using System.Text;
using Microsoft.AspNetCore.Http;

namespace ModelDouble;

/// <summary>Writes one answer, or the fault in its place.</summary>
sealed class Answer(HttpContext http, Wire wire, CancellationToken stopping)
{
    public async Task GiveAsync(DoubleRequest request, DoubleReply reply)
    {
        switch (reply.Fault)
        {
            case Fault.RateLimited:
                http.Response.Headers.RetryAfter = "1";
                await FailAsync(StatusCodes.Status429TooManyRequests, "rate_limit_error", "Too many requests.");
                return;
            case Fault.ServerError:
                await FailAsync(StatusCodes.Status500InternalServerError, "api_error", "Something is wrong here.");
                return;
            case Fault.Unauthorized:
                await FailAsync(StatusCodes.Status401Unauthorized, "authentication_error", $"This key is wrong: {http.Request.Headers["x-api-key"]}{http.Request.Headers.Authorization}");
                return;
            default: break;
        }
        string[] pieces = request.IsStreaming ? [.. wire.Events(request, reply)] : Halves(wire.Whole(request, reply));
        http.Response.ContentType = request.IsStreaming ? "text/event-stream" : "application/json";
        foreach (var (at, piece) in pieces.Index())
        {
            if (at == pieces.Length / 2 && await EndsEarlyAsync(reply.Fault)) return;
            await http.Response.WriteAsync(piece, Encoding.UTF8, stopping);
            await http.Response.Body.FlushAsync(stopping);
        }
    }

    public Task FailAsync(int status, string type, string message)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(wire.Error(type, message).ToJsonString(), stopping);
    }

    async Task<bool> EndsEarlyAsync(Fault fault)
    {
        if (fault == Fault.HalfAnswer) http.Abort();
        if (fault == Fault.Hang)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
            var end = new TaskCompletionSource();
            await using var registration = gone.Token.Register(end.SetResult);
            await end.Task;
            http.Abort();
        }
        return fault is Fault.HalfAnswer or Fault.Hang or Fault.QuietEnd;
    }

    static string[] Halves(string whole) => [whole[..(whole.Length / 2)], whole[(whole.Length / 2)..]];
}
