using System.Text;
using System.Threading.Channels;

namespace Holdfast.Agents.Running;

/// <summary>What one run's model says, and who listens. Not thread-safe.</summary>
sealed class SpeechStage
{
    readonly StringBuilder _said = new();
    long _question;
    int _attempt;
    bool _saidAll;

    public List<Channel<AgentSpeech>> Listeners { get; } = [];

    public bool IsSpeaking { get; private set; }

    /// <summary>The how-manieth end of an answer, among all agents, that of its last one was.</summary>
    public long Ended { get; private set; } = long.MinValue;

    /// <summary>Of an attempt that is not the first one, the one before may have been heard, in this process or in one that is gone.</summary>
    bool IsAnew => _attempt > SpeechRecord.FirstAttempt;

    public void Join(Channel<AgentSpeech> listener)
    {
        if (_said.Length > 0) listener.Writer.TryWrite(new(_question, _attempt, 0, _said.ToString()) { IsAnew = IsAnew, IsLast = _saidAll });
        Listeners.Add(listener);
    }

    public void Say(long question, int attempt, string text)
    {
        IsSpeaking = true;
        if (question != _question || attempt != _attempt)
        {
            (_question, _attempt, _saidAll) = (question, attempt, false);
            _said.Clear();
        }
        var speech = new AgentSpeech(question, attempt, _said.Length, text) { IsAnew = IsAnew && _said.Length == 0 };
        _said.Append(text);
        foreach (var listener in Listeners) listener.Writer.TryWrite(speech);
    }

    public void End(bool saidAll, long ended)
    {
        (IsSpeaking, _saidAll, Ended) = (false, saidAll, ended);
        if (!saidAll) return;
        foreach (var listener in Listeners) listener.Writer.TryWrite(new(_question, _attempt, _said.Length, "") { IsLast = true });
    }
}
