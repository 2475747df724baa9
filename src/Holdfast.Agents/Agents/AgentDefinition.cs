using Holdfast.Agents.Conversation;

namespace Holdfast.Agents;

/// <summary>What an agent is made of besides its state: a service of the container, which no run keeps. Derive one for each agent of a process. Thread-safe.</summary>
public class AgentDefinition : ICarrier
{
    /// <summary>Longer than anybody waits, and short enough to be added to any time of today.</summary>
    static readonly TimeSpan s_waitMax = TimeSpan.FromDays(3_653);

    /// <param name="instructions">What the model is to be and to do. No secrets: they are kept with the conversation.</param>
    /// <param name="models">The models, the best one first.</param>
    /// <param name="toolbox">The tools, their gate and their code.</param>
    /// <exception cref="ArgumentException">The instructions have half of a surrogate pair: no model could be asked.</exception>
    public AgentDefinition(string instructions, ModelChain models, Toolbox toolbox)
    {
        ArgumentNullException.ThrowIfNull(instructions);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(toolbox);
        if (Words.BrokenAt(instructions) is >= 0 and var at) throw new ArgumentException($"The instructions have half of a surrogate pair at character {at}. Take it out, or put U+FFFD in its place.", nameof(instructions));
        (Instructions, Models, Toolbox) = (instructions, models, toolbox);
    }

    /// <summary>What the model is to be and to do.</summary>
    public string Instructions { get; }

    /// <summary>The models.</summary>
    public ModelChain Models { get; }

    /// <summary>The tools.</summary>
    public Toolbox Toolbox { get; }

    /// <summary>Settings of each request. Default: answers of at most 4,096 tokens, so that a budget knows before the call what it may cost.</summary>
    public ModelOptions ModelOptions { get; init => field = NotNull(value, nameof(ModelOptions)); } = new() { OutputTokensMax = 4_096 };

    /// <summary>How often models may be asked, such as by the name of their provider; agents that name the same rate share it. They wait for it. Default: as often as wanted.</summary>
    public IReadOnlyList<Rate> ModelRates
    {
        get;
        init => field = Counted(NotNull(value, nameof(ModelRates)), nameof(ModelRates));
    } = [];

    /// <summary>When a model that did not answer is asked again. Default: that of steps. What will not be answered later either is not asked again.</summary>
    public RetryPolicy ModelRetry { get; init => field = NotNull(value, nameof(ModelRetry)); } = RetryPolicy.Default;

    /// <summary>How often the model may be asked for one message before the agent gives up on it. Default: 20.</summary>
    public int RoundsMax { get; init => field = AtLeast(value, 1, nameof(RoundsMax)); } = 20;

    /// <summary>How often the model may mend proposals for one message. Default: 3. After that, what it could have mended is refused.</summary>
    public int RepairsMax { get; init => field = AtLeast(value, 0, nameof(RepairsMax)); } = 3;

    /// <summary>How long an approval is waited for. Default: one day; at most ten years. After it, the model is told that nobody agreed.</summary>
    public TimeSpan ApprovalTime { get; init => field = Waits(value, nameof(ApprovalTime)); } = TimeSpan.FromDays(1);

    /// <summary>A decision wakes the agent. If its word is lost with a process, the agent looks by itself after this time. Default: one minute.</summary>
    public TimeSpan LookTime { get; init => field = Waits(value, nameof(LookTime)); } = TimeSpan.FromMinutes(1);

    /// <summary>How often the world is asked what became of a call in doubt, before a person is. Default: 5, with pauses from one second on.</summary>
    public int ReconcileTimes { get; init => field = AtLeast(value, 0, nameof(ReconcileTimes)); } = 5;

    /// <summary>Decides about calls in doubt that the world cannot be asked about; null, which is the default, leaves all of them to people. What it has tried again begins after a pause of one second, and of twice as long after each try, up to ten minutes.</summary>
    public Func<CallInDoubt, CallRuling?>? RuleInDoubt { get; init; }

    /// <summary>How many messages a conversation may have before it is summed up. Default: 200. The old messages stay readable.</summary>
    public int MessagesMax { get; init => field = AtLeast(value, 1, nameof(MessagesMax)); } = 200;

    /// <summary>How many bytes the messages that the model is shown may have before they are summed up. Default: 200,000, which about 50,000 tokens are. Keep it well below what the smallest model of the chain takes.</summary>
    public long BytesMax { get; init => field = AtLeast(value, 1, nameof(BytesMax)); } = 200_000;

    /// <summary>Is given what a model says while it speaks; null for nobody. Share one between the agents of a process.</summary>
    public AgentStreams? Streams { get; init; }

    IReadOnlyList<Rate> Counted(IReadOnlyList<Rate> rates, string name)
    {
        // Its tools' too: a name is counted in one place, whatever counts by it.
        IEnumerable<Rate> all = [.. rates, .. Toolbox.Rates];
        if ((rates.Select(static r => r.Problem).FirstOrDefault(static p => p is not null) ?? rates.SelectMany(r => all.Select(r.DiscordWith)).FirstOrDefault(static d => d is not null)) is { } problem)
            throw new ArgumentException($"The agent has among its {name} {problem}", name);
        return [.. rates.Distinct()];
    }

    static T NotNull<T>(T? value, string name) where T : class => value ?? throw new ArgumentNullException(name);

    static T AtLeast<T>(T value, T least, string name) where T : IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }

    static TimeSpan Waits(TimeSpan time, string name) =>
        time > TimeSpan.Zero && time <= s_waitMax ? time : throw new ArgumentOutOfRangeException(name, time, "It is longer than nothing, and ten years at most.");
}
