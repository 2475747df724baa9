using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Holdfast.Agents.Models;

/// <summary>Finds out how a model failed from what its provider's package throws.</summary>
static class ModelErrors
{
    public static bool GoesOn(ModelErrorKind kind) => kind is not (ModelErrorKind.Rejected or ModelErrorKind.Unauthorized);

    /// <param name="error">What was thrown.</param>
    /// <param name="hasBegun">Whether a part of the answer had come already.</param>
    public static (ModelErrorKind Kind, int? Status) Of(Exception error, bool hasBegun)
    {
        var chain = Chain(error).ToList();
        if (chain.OfType<RecordedFailureException>().FirstOrDefault() is { } recorded) return (recorded.Kind, null);
        if (chain.Select(StatusOf).FirstOrDefault(static s => s is not null) is { } status) return (OfStatus(status), status);
        if (hasBegun || chain.Exists(static e => e is JsonException or BrokenReplyException)) return (ModelErrorKind.BrokenReply, null);
        if (chain.Exists(static e => e is TimeoutException or OperationCanceledException)) return (ModelErrorKind.TimedOut, null);
        return (chain.Exists(static e => e is HttpRequestException or IOException or SocketException) ? ModelErrorKind.Unreachable : ModelErrorKind.Failed, null);
    }

    /// <summary>Whether it is sure that the provider did nothing.</summary>
    public static bool DidNothing(Exception error, ModelErrorKind kind, bool hasBegun)
    {
        if (hasBegun) return false;
        if (kind is ModelErrorKind.Rejected or ModelErrorKind.Unauthorized or ModelErrorKind.RateLimited) return true;
        // Several tries of a package may be in there: none of them may have got through.
        var requests = Chain(error).OfType<HttpRequestException>().ToList();
        return kind == ModelErrorKind.Unreachable && requests.Count > 0 && requests.TrueForAll(static r =>
            r.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError);
    }

    static ModelErrorKind OfStatus(int status) => status switch
    {
        401 or 402 or 403 => ModelErrorKind.Unauthorized,
        408 or 504 => ModelErrorKind.TimedOut,
        409 or >= 500 => ModelErrorKind.Unavailable,
        429 => ModelErrorKind.RateLimited,
        >= 400 => ModelErrorKind.Rejected,
        // A status that is no failure, and a failure all the same: the answer was no good.
        _ => ModelErrorKind.BrokenReply,
    };

    /// <summary>Each package has exceptions of its own, and the seam has none. What they have in common is a property with the HTTP status.</summary>
    static int? StatusOf(Exception error)
    {
        if (error is HttpRequestException request) return (int?)request.StatusCode;
        try
        {
            return (error.GetType().GetProperty("StatusCode") ?? error.GetType().GetProperty("Status"))?.GetValue(error) switch
            {
                HttpStatusCode status => (int)status,
                int status and >= 100 and < 600 => status,
                _ => null,
            };
        }
        catch (Exception)
        {
            // A property that throws, or two of one name: this exception does not say.
            return null;
        }
    }

    static IEnumerable<Exception> Chain(Exception error)
    {
        for (var (e, depth) = (error, 0); e is not null && depth < 16; e = e.InnerException, depth++)
        {
            yield return e;
            if (e is AggregateException many)
                foreach (var inner in many.InnerExceptions.Skip(1)) yield return inner;
        }
    }
}

/// <summary>An answer that cannot be one.</summary>
sealed class BrokenReplyException(string message) : Exception(message);
