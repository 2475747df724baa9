using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents.Models;

/// <summary>One model is asked once.</summary>
sealed class Attempt(Model model, ModelRequest request, int number, Func<TextPart, CancellationToken, ValueTask>? onText)
{
    static readonly TimeSpan s_timersMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    bool _hasBegun;
    ExceptionDispatchInfo? _listenerFailure;

    public async Task<(ModelAttempt Attempt, ModelReply? Reply)> RunAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = model.Clock.GetTimestamp();
        using var trace = ModelTrace.Begin(model);
        using var limit = new CancellationTokenSource(model.Timeout <= s_timersMax ? model.Timeout : Timeout.InfiniteTimeSpan, model.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            // Not every client listens to a token; none of them may hold the caller for longer than it was given.
            var response = await FetchAsync(either.Token).WaitAsync(either.Token);
            var reply = ReplyMapping.From(response, model);
            var duration = model.Clock.GetElapsedTime(started);
            trace.Answered(response, reply, duration);
            return (new(model.Name, null, null, duration), reply);
        }
        catch (Exception error)
        {
            var duration = model.Clock.GetElapsedTime(started);
            if (cancellation.IsCancellationRequested || error is UnexpectedCallException || _listenerFailure is not null)
            {
                trace.Abandoned(duration);
                cancellation.ThrowIfCancellationRequested();
                _listenerFailure?.Throw();
                throw;
            }
            var (kind, status) = limit.IsCancellationRequested ? (ModelErrorKind.TimedOut, null) : ModelErrors.Of(error, _hasBegun);
            Show(error);
            trace.Failed(kind, duration);
            return (new(model.Name, kind, status, duration) { DidNothing = !limit.IsCancellationRequested && ModelErrors.DidNothing(error, kind, _hasBegun) }, null);
        }
    }

    async Task<ChatResponse> FetchAsync(CancellationToken cancellation)
    {
        var (messages, options) = (ChatMapping.Messages(request), ChatMapping.Options(request));
        if (onText is null) return await model.Client.GetResponseAsync(messages, options, cancellation);
        var updates = new List<ChatResponseUpdate>();
        var bytes = 0L;
        await foreach (var update in model.Client.GetStreamingResponseAsync(messages, options, cancellation).WithCancellation(cancellation))
        {
            _hasBegun = true;
            updates.Add(update);
            bytes += ReplyBounds.BytesOf(update);
            // Nobody could keep it, and a provider that does not stop would have us read for as long as it likes.
            if (bytes > model.ReplyBytesMax) return ReplyBounds.Stopped(updates);
            if (update.Text.Length > 0) await TellAsync(update.Text, cancellation);
        }
        var response = updates.ToChatResponse();
        // A stream that a proxy ended early ends like a whole one, and the packages take it for one. What is whole says why it ended.
        return response.FinishReason is null ? throw new BrokenReplyException("The stream ended without a reason to.") : response;
    }

    async Task TellAsync(string text, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            await onText!(new(number, text), cancellation);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            _listenerFailure = ExceptionDispatchInfo.Capture(error);
            throw;
        }
    }

    void Show(Exception error)
    {
        try
        {
            model.OnError?.Invoke(error);
        }
        catch (Exception)
        {
            // The listener's affair.
        }
    }
}
