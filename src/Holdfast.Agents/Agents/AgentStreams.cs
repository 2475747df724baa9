using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Holdfast.Agents.Running;

namespace Holdfast.Agents;

/// <summary>A piece of what a model says.</summary>
/// <param name="Question">Which question of the run it answers.</param>
/// <param name="Attempt">Which attempt speaks. A higher one begins anew, after a crash, or because another model was asked: drop what came before.</param>
/// <param name="Offset">Where in the attempt's text the piece belongs. At 0 an answer begins.</param>
/// <param name="Text">The piece.</param>
public sealed record AgentSpeech(long Question, int Attempt, int Offset, string Text)
{
    /// <summary>Whether the answer begins anew with this piece: if anything was heard of the question before, also from a process that is gone, it is no part of the answer and never will be.</summary>
    public bool IsAnew { get; init; }

    /// <summary>Whether the model has said all with this piece, which may be empty. What is kept is in the conversation.</summary>
    public bool IsLast { get; init; }

    internal int End => Offset + Text.Length;

    internal bool IsOf(AgentSpeech? other) => other is not null && (Question, Attempt) == (other.Question, other.Attempt);
}

/// <summary>
/// What models say while they speak, for whoever wants to watch. It is of this process and nothing of it is kept: the answer is, by the run. Who comes late gets the beginning first, also of the answer
/// that was last, for some of the newest. Thread-safe.
/// </summary>
public sealed class AgentStreams
{
    /// <summary>The last words of so many agents stay that nobody listens to and that say nothing more.</summary>
    const int EndedMax = 100;

    readonly Lock _lock = new();
    readonly Dictionary<RunId, SpeechStage> _stages = [];
    readonly Queue<(RunId Run, long Ended)> _ended = [];
    long _ends;

    /// <summary>
    /// What the run's model says from now on, with what it has said of its present answer. Ends with the token only. After a crash listen again: an attempt that takes the place of another one is marked by
    /// <see cref="AgentSpeech.IsAnew"/>, whether anything was heard of that or not.
    /// </summary>
    public async IAsyncEnumerable<AgentSpeech> ListenAsync(RunId run, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var heard = Join(run);
        try
        {
            await foreach (var speech in heard.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return speech;
        }
        finally
        {
            Leave(run, heard);
        }
    }

    /// <summary>
    /// The same for somebody who has listened before and comes back, also to another process after a crash: goes on behind what was heard, tells the rest of answers that were completed meanwhile, and where the
    /// answer that was heard is not the one that counts begins anew with the whole of it, marked by <see cref="AgentSpeech.IsAnew"/>. Ends with the token only.
    /// </summary>
    /// <param name="run">The agent's run.</param>
    /// <param name="last">The last piece that was heard; null for somebody who has heard nothing.</param>
    /// <param name="client">The client, to read what was answered.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<AgentSpeech> ListenAsync(RunId run, AgentSpeech? last, IHoldfastClient client, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        // Before the look at what is kept: an answer that ends in between is heard in one of the two.
        var heard = Join(run);
        try
        {
            var from = last is null ? long.MaxValue : last.Question - 1;
            while (last is not null && await SpeechRecord.NextAsync(client, run, from, cancellationToken).ConfigureAwait(false) is { } kept)
            {
                from = kept.Question;
                if (Rest(kept, last) is { } rest) yield return last = rest;
            }
            await foreach (var speech in heard.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                if (Rest(speech, last) is { } rest) yield return last = rest;
        }
        finally
        {
            Leave(run, heard);
        }
    }

    internal Speaker Open(RunId run, long question, int attempt) => new(this, run, question, attempt);

    /// <summary>How many agents have said something that is still here.</summary>
    internal int Count
    {
        get
        {
            lock (_lock) return _stages.Count;
        }
    }

    /// <summary>What a piece adds to what was heard; null for nothing.</summary>
    static AgentSpeech? Rest(AgentSpeech speech, AgentSpeech? last)
    {
        if (last is null || speech.Question > last.Question) return speech;
        // Told late, of a question or of an attempt that is over.
        if (speech.Question < last.Question || speech.Attempt < last.Attempt) return null;
        if (!speech.IsOf(last)) return speech with { IsAnew = speech.Offset == 0 };
        if (last.IsLast || (speech.End <= last.End && !speech.IsLast)) return null;
        return speech.Offset >= last.End ? speech with { IsAnew = false } : speech with { IsAnew = false, Offset = last.End, Text = speech.End <= last.End ? "" : speech.Text[(last.End - speech.Offset)..] };
    }

    Channel<AgentSpeech> Join(RunId run)
    {
        // Not bounded by the number of pieces: an answer is.
        var channel = Channel.CreateUnbounded<AgentSpeech>();
        lock (_lock)
        {
            if (!_stages.TryGetValue(run, out var stage)) _stages.Add(run, stage = new());
            stage.Join(channel);
        }
        return channel;
    }

    void Leave(RunId run, Channel<AgentSpeech> channel)
    {
        lock (_lock)
        {
            if (!_stages.TryGetValue(run, out var stage)) return;
            stage.Listeners.Remove(channel);
            if (stage is { Listeners.Count: 0, IsSpeaking: false } && stage.Ended <= _ends - EndedMax) _stages.Remove(run);
        }
    }

    void Say(RunId run, long question, int attempt, string text)
    {
        lock (_lock)
        {
            if (!_stages.TryGetValue(run, out var stage)) _stages.Add(run, stage = new());
            stage.Say(question, attempt, text);
        }
    }

    void End(RunId run, bool saidAll)
    {
        lock (_lock)
        {
            if (!_stages.TryGetValue(run, out var stage) || !stage.IsSpeaking) return;
            stage.End(saidAll, ++_ends);
            _ended.Enqueue((run, _ends));
            while (_ended.Count > EndedMax)
            {
                var (old, ended) = _ended.Dequeue();
                // It may have said something since, or somebody may still listen; who leaves last takes it along.
                if (_stages.TryGetValue(old, out var quiet) && quiet.Ended == ended && quiet is { Listeners.Count: 0, IsSpeaking: false }) _stages.Remove(old);
            }
        }
    }

    /// <summary>Says an attempt's pieces, until it is disposed.</summary>
    internal sealed class Speaker(AgentStreams streams, RunId run, long question, int attempt) : IDisposable
    {
        public ValueTask SayAsync(TextPart part, CancellationToken cancellation)
        {
            streams.Say(run, question, SpeechRecord.AttemptOf(attempt, part.Attempt), part.Text);
            return default;
        }

        /// <summary>The model has said all.</summary>
        public void SaidAll() => streams.End(run, saidAll: true);

        public void Dispose() => streams.End(run, saidAll: false);
    }
}
