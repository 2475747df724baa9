using System.Runtime.CompilerServices;
using Holdfast.Agents.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents;

/// <summary>
/// A model for tests that answers what was recorded, and fails as was recorded. A request that was recorded more than once is answered in that order, and from then on with the last answer, as a step that runs again asks again. One that was not recorded
/// fails, and shows the nearest recording and what differs. Thread-safe.
/// </summary>
/// <param name="cassette">The recordings.</param>
public sealed class CassetteModel(Cassette cassette) : IChatClient
{
    readonly Dictionary<MessageHash, Queue<RecordedCall>> _calls = cassette.Calls.GroupBy(static c => c.Request).ToDictionary(static g => g.Key, static g => new Queue<RecordedCall>(g));

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(ReplyMapping.To(Find(RequestPrint.Of(messages, options))));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var part in ReplyMapping.Parts(await GetResponseAsync(messages, options, cancellationToken))) yield return part;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    ModelReply Find(RequestPrint asked)
    {
        lock (_calls)
        {
            if (!_calls.TryGetValue(asked.Hash, out var calls)) throw new UnexpectedCallException(cassette.Miss(asked));
            var call = calls.Count > 1 ? calls.Dequeue() : calls.Peek();
            return call.Reply ?? throw new RecordedFailureException(call.Error!.Value);
        }
    }
}
