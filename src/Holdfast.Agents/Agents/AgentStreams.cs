using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace Holdfast.Agents;

/// <summary>A piece of what a model says.</summary>
/// <param name="Question">Which question of the run it answers.</param>
/// <param name="Attempt">Which attempt speaks. A higher one begins anew, after a crash, or because another model was asked: drop what came before.</param>
/// <param name="Offset">Where in the attempt's text the piece belongs.</param>
/// <param name="Text">The piece.</param>
public sealed record AgentSpeech(long Question, int Attempt, int Offset, string Text);

/// <summary>
/// What models say while they speak, for whoever wants to watch. It is of this process and nothing of it is kept: the answer is, by the run. Who comes late gets the beginning first; after
/// the end of the process a watcher listens again, and hears the next attempt from its start. Thread-safe.
/// </summary>
public sealed class AgentStreams
{
    readonly ConcurrentDictionary<RunId, Stage> _stages = new();

    /// <summary>What the run's model says from now on, with what it has said of its present answer. Ends with the token only.</summary>
    public async IAsyncEnumerable<AgentSpeech> ListenAsync(RunId run, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var stage = _stages.GetOrAdd(run, static _ => new());
        var heard = stage.Join();
        try
        {
            await foreach (var speech in heard.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return speech;
        }
        finally
        {
            stage.Leave(heard);
        }
    }

    internal Speaker Open(RunId run, long question, int attempt) => new(_stages.GetOrAdd(run, static _ => new()), question, attempt);

    /// <summary>Drops what was said of a run that nobody listens to.</summary>
    internal void Close(RunId run)
    {
        if (_stages.TryGetValue(run, out var stage) && stage.IsEmpty) _stages.TryRemove(run, out _);
    }

    /// <summary>Says an attempt's pieces.</summary>
    internal sealed class Speaker(Stage stage, long question, int attempt)
    {
        /// <summary>More models than this are never asked in one attempt.</summary>
        const int ModelsMax = 1_000;

        public ValueTask SayAsync(TextPart part, CancellationToken cancellation)
        {
            stage.Say(question, (attempt * ModelsMax) + part.Attempt, part.Text);
            return default;
        }
    }

    /// <summary>What one run's model says.</summary>
    internal sealed class Stage
    {
        readonly List<Channel<AgentSpeech>> _listeners = [];
        readonly StringBuilder _said = new();
        long _question;
        int _attempt;

        public bool IsEmpty
        {
            get
            {
                lock (_listeners) return _listeners.Count == 0;
            }
        }

        public Channel<AgentSpeech> Join()
        {
            // Not bounded by the number of pieces: an answer is.
            var channel = Channel.CreateUnbounded<AgentSpeech>();
            lock (_listeners)
            {
                if (_said.Length > 0) channel.Writer.TryWrite(new(_question, _attempt, 0, _said.ToString()));
                _listeners.Add(channel);
            }
            return channel;
        }

        public void Leave(Channel<AgentSpeech> channel)
        {
            lock (_listeners) _listeners.Remove(channel);
        }

        public void Say(long question, int attempt, string text)
        {
            lock (_listeners)
            {
                if (question != _question || attempt != _attempt)
                {
                    (_question, _attempt) = (question, attempt);
                    _said.Clear();
                }
                var speech = new AgentSpeech(question, attempt, _said.Length, text);
                _said.Append(text);
                foreach (var listener in _listeners) listener.Writer.TryWrite(speech);
            }
        }
    }
}
