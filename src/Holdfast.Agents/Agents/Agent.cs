using System.Globalization;
using Holdfast.Agents.Conversation;
using Holdfast.Agents.Running;

namespace Holdfast.Agents;

/// <summary>
/// An agent: a durable run with a mailbox. It takes one message at a time, asks its model, puts every proposal through the gate, carries out what passes, and answers. Killed anywhere, it goes
/// on from there. Derive from <see cref="Agent{TState}"/>.
/// </summary>
public abstract partial class Agent : Workflow
{
    /// <summary>How many answers are kept for those who ask for them.</summary>
    const int AnswersMax = 100;

    readonly AgentDefinition _definition;
    List<Message> _news = [];
    List<AgentAnswer> _answers = [];
    AccountId _account;
    string? _principal;
    long _written;
    long _first;
    long _bytes;
    long _questions;
    long _mails;
    long _calls;
    int _repairs;

    private protected Agent(AgentDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _definition = definition;
    }

    /// <summary>The account that it draws on.</summary>
    [Query]
    public AccountId Account => _account;

    /// <summary>On whose behalf it acts, for those who hand on to it.</summary>
    [Query]
    internal string? ActsFor => _principal;

    /// <summary>The newest answers, the oldest first.</summary>
    [Query]
    public IReadOnlyList<AgentAnswer> Answers => [.. _answers];

    /// <summary>How many messages its conversation has, and of which the model sees those from the second number on.</summary>
    [Query]
    public (long Count, long First) Conversation => (_written + _news.Count, _first);

    /// <summary>Answers one question, or mail until it is told to end; gives the last answer.</summary>
    /// <param name="start">With what it begins.</param>
    public async Durable<AgentAnswer> Run(AgentStart start)
    {
        ArgumentNullException.ThrowIfNull(start);
        (_account, _principal) = (new($"agent {RunId}"), start.Principal);
        await Carry.OpenAccount(_account, start.Budget, start.Account);
        var last = new AgentAnswer(AgentStatus.Answered, "");
        if (start.Question is { } question) last = await Answer(new(question, start.From));
        else
        {
            while (true)
            {
                var mail = await Receive(AgentSignals.Mail);
                if (mail.IsEnd) break;
                // By the message, and not by the question to the model: there may be none for it.
                _mails++;
                last = await Answer(mail);
                if (mail.ReplyTo is { } asker) await Post.Send(_definition, asker, new(last.Text, $"agent {RunId}") { Id = mail.Id }, $"reply-{_mails}");
            }
        }
        await KeepNews();
        return last;
    }

    async Durable<AgentAnswer> Answer(AgentMail mail)
    {
        var (words, isForModel, problem) = Received(mail);
        if (problem is not null) return Ended(mail, AgentStatus.NotTaken, problem);
        if (!isForModel) return Ended(mail, AgentStatus.Answered, "");
        if (_written + _news.Count - _first >= _definition.MessagesMax || _bytes >= _definition.BytesMax) await SumUp();
        var (number, bytesBefore) = (_written + _news.Count, _bytes);
        Add(new UserMessage(Words.Mended(words), mail.From is { } from ? Words.Mended(from) : null));
        _repairs = _definition.RepairsMax;
        for (var round = 0; round < _definition.RoundsMax; round++)
        {
            var turn = await AskAbout(number, bytesBefore);
            if (turn.Failure is { } failure) return Ended(mail, failure, turn.Why!);
            var call = _calls - turn.Judged.Count;
            if (turn.Message is not { } message)
            {
                // It cannot stand in a conversation, so it does not: the model is told instead. What it was is kept with the question.
                if (_repairs-- <= 0) return Ended(mail, turn.IsCut ? AgentStatus.Incomplete : AgentStatus.TooManyRounds, $"The model's answers cannot be kept. {turn.Problem}");
                Add(new Note($"Your last answer could not be kept, and nothing of it was done. {turn.Problem}"));
                continue;
            }
            if (message.Calls.Count == 0)
            {
                Add(message);
                if (!turn.IsCut) return Ended(mail, AgentStatus.Answered, message.Text);
                return Ended(mail, AgentStatus.Incomplete, message.Text.Length > 0 ? message.Text : "The model was stopped before it had said anything: by the limit of tokens, or by its provider.");
            }
            _repairs = turn.Judged[^1].RepairsLeft;
            var results = new List<ToolResult>();
            for (var i = 0; i < message.Calls.Count; i++) results.Add(await Handle(message.Calls[i], ++call, turn.Judged[i]));
            foreach (var one in new Exchange(message, Shown(results)).Messages) Add(one);
        }
        return Ended(mail, AgentStatus.TooManyRounds, $"The model was asked {_definition.RoundsMax} times and had not said all.");
    }

    /// <summary>What the model is shown of a message, if it is.</summary>
    (string Words, bool IsForModel, string? Problem) Received(AgentMail mail)
    {
        var words = mail.Type is null ? mail.Text : $"{mail.Type}: {mail.Text}";
        var types = MessageTypes.Of(GetType());
        if (mail.Type is { } type && types.Takes(type))
        {
            var (isForModel, problem) = types.Give(this, type, mail.Text);
            // The agent has had all of it.
            return (Words.Cut(words, _definition.BytesMax), isForModel, problem);
        }
        var bytes = Words.BytesOf(words) + Words.BytesOf(mail.From ?? "");
        return (words, true, bytes <= _definition.BytesMax ? null : string.Create(
            CultureInfo.InvariantCulture, $"The message has {bytes:N0} bytes, and all that the model is shown may have {_definition.BytesMax:N0} (BytesMax). Send less of it, or send it where a tool can read it."));
    }

    /// <summary>What an agent's tools and people say together is no more than half of what its model may be shown; of what is longer than its share of that the model is shown the beginning.</summary>
    List<ToolResult> Shown(List<ToolResult> results)
    {
        var most = _definition.BytesMax / 2;
        return results.Sum(static r => Words.BytesOf(r.Text)) <= most ? results : [.. results.Select(r => r with { Text = Words.Cut(r.Text, most / results.Count) })];
    }

    void Add(Message message)
    {
        _news.Add(message);
        _bytes += message.ToJson().Length;
    }

    /// <summary>Gives code of the agent's own something to change its state by. Where that throws, or leaves what cannot be saved, the state is as it was: such a message would park the run for its sender's mistake, or half of it would stay.</summary>
    internal abstract bool Changed(Func<bool> change);

    AgentAnswer Ended(AgentMail mail, AgentStatus status, string text)
    {
        var answer = new AgentAnswer(status, text) { Id = mail.Id };
        _answers.Add(answer);
        if (_answers.Count > AnswersMax) _answers.RemoveAt(0);
        return answer;
    }

    /// <summary>
    /// Asks about a message. Where that is refused and may be because of all that was said before, it is asked about the message alone, and what was said before is left out from then on: otherwise every later
    /// message would fail as well. Where that does not help, nothing is left out.
    /// </summary>
    async Durable<ModelTurn> AskAbout(long message, long bytesBefore)
    {
        var turn = await Ask(hasTools: true);
        if (!turn.MayBeTooMuch || _first >= message) return turn;
        var first = _first;
        (_first, _bytes) = (message, _bytes - bytesBefore);
        turn = await Ask(hasTools: true);
        if (turn.Failure is null) Add(new Note("What was said before this message was more than could be asked about, and is not shown to you."));
        else (_first, _bytes) = (first, _bytes + bytesBefore);
        return turn;
    }

    async Durable<ModelTurn> Ask(bool hasTools)
    {
        ModelTurn turn;
        while (true)
        {
            turn = await AskOnce(hasTools);
            if (turn.WaitTime is not { } wait) break;
            await Delay(wait);
        }
        _calls += turn.Judged.Count;
        // Kept in any case: all that is not would be in each of the run's commits, for as long as no model answers.
        if (turn.IsUnkept) await TryKeepNews();
        else (_written, _news) = (_written + _news.Count, []);
        return turn;
    }

    async Durable<ModelTurn> AskOnce(bool hasTools)
    {
        var question = new ModelQuestion(++_questions, _first, _written, [.. _news], _calls, _repairs, _account, _principal, hasTools);
        try
        {
            return await Step(
                step => ModelDesk.AskAsync(step, _definition, question),
                new() { Label = hasTools ? "ask the model" : "sum up", Retry = _definition.ModelRetry with { NonRetryable = [.. _definition.ModelRetry.NonRetryable, typeof(UnexpectedCallException)] } });
        }
        // Whatever it is, such as a store that had no time: an agent that ended of it would answer nobody any more. Only a test's model has to be heard.
        catch (Exception error) when (error is not OperationCanceledException and not UnexpectedCallException)
        {
            var why = error is ModelException or StepFailedException ? error.Message : $"The model could not be asked: {error.GetType().Name}: {error.Message}";
            return ModelTurn.Failed(AgentStatus.NoModel, why) with { IsUnkept = true };
        }
    }

    /// <summary>The conversation so far becomes a note, with which the model goes on; the messages stay readable.</summary>
    async Durable SumUp()
    {
        Add(new Note("Sum up this conversation for yourself: what was asked, what was done with which results, and what is open. Your words will stand in its place."));
        var turn = await Ask(hasTools: false);
        // Half of one would take the place of all that was said.
        if (turn is { IsCut: false, Text: { Length: > 0 } text })
        {
            (_first, _bytes) = (_written, 0);
            Add(new Note($"What was said before, summed up:\n{Words.Mended(text)}"));
        }
        else
        {
            // A conversation that has grown too long for every model, or for the budget, would make every later message fail as well.
            (_first, _bytes) = (_written + _news.Count, 0);
            Add(new Note("What was said before could not be summed up, and is not shown to you."));
        }
    }

    /// <summary>What cannot be kept now comes with the next question.</summary>
    async Durable TryKeepNews()
    {
        try
        {
            await KeepNews();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
        }
    }

    async Durable KeepNews()
    {
        var (written, news) = (_written, _news);
        await Step(step => ModelDesk.KeepAsync(step, written, news), new() { Label = "keep the conversation" });
        _written += _news.Count;
        _news = [];
    }
}

/// <summary>An agent with state of its own.</summary>
/// <typeparam name="TState">What it knows besides its conversation; kept with the run. Updates, typed messages (<see cref="IReceives{TMessage}"/>) and <see cref="Agent.OnResult"/> change it, queries show it.</typeparam>
/// <param name="definition">What it is made of, from the container.</param>
public abstract class Agent<TState>(AgentDefinition definition) : Agent(definition) where TState : class, new()
{
    /// <summary>What it knows.</summary>
    protected TState State { get; set; } = new();

    internal sealed override bool Changed(Func<bool> change)
    {
        var before = Copy(State);
        try
        {
            var result = change();
            Copy(State);
            return result;
        }
        catch
        {
            State = before;
            throw;
        }
    }
}
