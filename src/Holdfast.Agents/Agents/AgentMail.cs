namespace Holdfast.Agents;

/// <summary>A message to an agent.</summary>
/// <param name="Text">What is said.</param>
/// <param name="From">Who says it; null where that does not matter.</param>
public sealed record AgentMail(string Text, string? From = null)
{
    /// <summary>What is said.</summary>
    public string Text
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Text));
    } = Text ?? throw new ArgumentNullException(nameof(Text));

    /// <summary>The name of the type of a message that is a record; the text is its JSON then. Null for words.</summary>
    public string? Type { get; init; }

    /// <summary>A message that is a record: for the agent itself, if it is an <see cref="IReceives{TMessage}"/> of it, and otherwise for its model.</summary>
    /// <param name="message">The message, as the arguments of a tool may be.</param>
    /// <param name="from">Who says it; null where that does not matter.</param>
    /// <exception cref="ArgumentException">The type has no JSON form that the gate knows, or the message breaks what its own attributes say.</exception>
    public static AgentMail Of<TMessage>(TMessage message, string? from = null) where TMessage : notnull
    {
        ArgumentNullException.ThrowIfNull(message);
        var plan = Records.Planner.Of(typeof(TMessage));
        var json = Records.RecordText.Write(plan, message);
        if (!Records.RecordText.TryRead(plan, json, "message", out _, out var problem)) throw new ArgumentException(problem, nameof(message));
        return new(System.Text.Encoding.UTF8.GetString(json), from) { Type = Running.MessageTypes.NameOf(typeof(TMessage)) };
    }

    /// <summary>By what its answer is found; null if nobody looks for it.</summary>
    public string? Id { get; init; }

    /// <summary>The agent that is sent the answer, as mail; null for none.</summary>
    public RunId? ReplyTo { get; init; }

    /// <summary>Ends the agent, once what came before is answered. The text is not looked at.</summary>
    public bool IsEnd { get; init; }
}

/// <summary>What an agent answered to a message.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Text">The answer, or what there is of it; or why there is none, without anything of the conversation.</param>
public sealed record AgentAnswer(AgentStatus Status, string Text)
{
    /// <summary>The message's id.</summary>
    public string? Id { get; init; }
}

/// <summary>How a message ended.</summary>
public enum AgentStatus
{
    /// <summary>The model had said all.</summary>
    Answered = 1,

    /// <summary>The budget did not suffice.</summary>
    OutOfBudget = 2,

    /// <summary>The model was asked as often as allowed.</summary>
    TooManyRounds = 3,

    /// <summary>No model answered.</summary>
    NoModel = 4,

    /// <summary>The message was one that the agent did not take: a record that is not what its type says, or at which the agent's own code threw; or more than all that the model is shown may have.</summary>
    NotTaken = 5,

    /// <summary>The model was stopped before it had said all, by the limit of tokens (<see cref="ModelOptions.OutputTokensMax"/>) or by its provider, which kept the answer back. The text is what there is of it.</summary>
    Incomplete = 6,
}

/// <summary>How agents are written to.</summary>
public static class AgentSignals
{
    /// <summary>Mail. It is answered one at a time, in the order in which it came.</summary>
    public static readonly Signal<AgentMail> Mail = new("agents.mail");

    /// <summary>Something that the agent waits for has been decided.</summary>
    internal static readonly Signal<string> Decided = new("agents.decided");
}
