using System.Runtime.CompilerServices;
using Holdfast.Agents.Models;
using Microsoft.Extensions.AI;

namespace Holdfast.Agents;

/// <summary>A model for tests, which says what it was told to say: reply by reply, or by a function of what it is asked. Thread-safe.</summary>
public sealed class ScriptedModel : IChatClient
{
    readonly Func<ScriptedCall, ScriptedReply> _script;
    readonly List<ScriptedCall> _calls = [];
    readonly int _expected;

    /// <param name="replies">What it answers, call by call. A call more fails.</param>
    public ScriptedModel(params IEnumerable<ScriptedReply> replies)
    {
        ArgumentNullException.ThrowIfNull(replies);
        ScriptedReply[] all = [.. replies];
        _expected = all.Length;
        _script = call => call.Number <= all.Length ? all[call.Number - 1]
            : throw new UnexpectedCallException($"The script has {all.Length} replies, and this is call {call.Number}. Its last message says '{call.LastText}'.");
    }

    /// <param name="script">What it answers to what. May be called by several threads at once; what it throws is what the client throws.</param>
    public ScriptedModel(Func<ScriptedCall, ScriptedReply> script)
    {
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
    }

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<ScriptedCall> Calls
    {
        get
        {
            lock (_calls) return [.. _calls];
        }
    }

    /// <summary>Throws if there are replies that nobody asked for: the code under test has stopped early.</summary>
    /// <exception cref="UnexpectedCallException">There are.</exception>
    public void ExpectDone()
    {
        if (Calls.Count is var asked && asked < _expected) throw new UnexpectedCallException($"The script has {_expected} replies, and the model was asked {asked} times.");
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Answer(messages, options));
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

    ChatResponse Answer(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ScriptedCall call;
        lock (_calls)
        {
            call = new(_calls.Count + 1, options?.Instructions ?? "", [.. messages], [.. options?.Tools?.Select(static t => t.Name) ?? []]);
            _calls.Add(call);
        }
        var reply = _script(call);
        if (reply.Expectations.Select(expectation => expectation(call)).OfType<string>().FirstOrDefault() is { } differs) throw new UnexpectedCallException($"Call {call.Number} is not what the script expects: {differs}.");
        if (reply.Error is not null) throw reply.Error;
        IReadOnlyList<RawCall> calls = [.. reply.Calls.Select((raw, at) => raw.Id.Length > 0 ? raw : raw with { Id = $"call_{call.Number}_{at + 1}" })];
        return ReplyMapping.To(new(reply.Text, calls, reply.Usage, reply.FinishReason ?? (calls.Count > 0 ? FinishReason.Calls : FinishReason.Stop), "scripted"));
    }
}
