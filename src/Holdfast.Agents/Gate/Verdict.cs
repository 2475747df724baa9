namespace Holdfast.Agents;

/// <summary>
/// What becomes of a proposal: exactly one of five things. Take it apart with <see cref="Match{TResult}"/>, which has an arm for each, so that the compiler
/// knows of one that was forgotten.
/// </summary>
public sealed class Verdict
{
    readonly Kind _kind;
    readonly object _content;

    Verdict(Kind kind, GateStage stage, string? rule, object content) => (_kind, Stage, Rule, _content) = (kind, stage, rule, content);

    enum Kind { Admit, Repair, NeedsApproval, Refuse, Park }

    /// <summary>The stage that decided.</summary>
    public GateStage Stage { get; }

    /// <summary>The rule or requirement that decided, by its name; null where none did.</summary>
    public string? Rule { get; }

    /// <summary>Runs the one arm that is meant.</summary>
    /// <param name="admit">The call may be carried out.</param>
    /// <param name="repair">The model may mend its proposal.</param>
    /// <param name="needsApproval">A person has to agree to the call first.</param>
    /// <param name="refuse">The call must not be carried out. The text says why.</param>
    /// <param name="park">Nothing is decided until somebody has looked at it. The text says why.</param>
    public TResult Match<TResult>(Func<Call, TResult> admit, Func<Repair, TResult> repair, Func<Call, TResult> needsApproval, Func<string, TResult> refuse, Func<string, TResult> park)
    {
        ArgumentNullException.ThrowIfNull(admit);
        ArgumentNullException.ThrowIfNull(repair);
        ArgumentNullException.ThrowIfNull(needsApproval);
        ArgumentNullException.ThrowIfNull(refuse);
        ArgumentNullException.ThrowIfNull(park);
        return _kind switch
        {
            Kind.Admit => admit((Call)_content),
            Kind.Repair => repair((Repair)_content),
            Kind.NeedsApproval => needsApproval((Call)_content),
            Kind.Park => park((string)_content),
            _ => refuse((string)_content),
        };
    }

    /// <summary>The verdict in one line, for a log: what, by which stage and rule. It repeats no value of the proposal.</summary>
    public override string ToString() => $"{_kind} by {Stage}{(Rule is null ? "" : $" '{Rule}'")}{(_content is Call call ? $": {call.Tool.Name}" : "")}";

    internal static Verdict Admit(GateStage stage, string? rule, Call call) => new(Kind.Admit, stage, rule, call);

    internal static Verdict NeedsApproval(GateStage stage, string? rule, Call call) => new(Kind.NeedsApproval, stage, rule, call);

    internal static Verdict Refuse(GateStage stage, string? rule, string reason) => new(Kind.Refuse, stage, rule, reason);

    internal static Verdict Park(GateStage stage, string? rule, string reason) => new(Kind.Park, stage, rule, reason);

    /// <summary>Back to the model, as long as the caller has attempts for it; beyond that a refusal.</summary>
    internal static Verdict Repair(GateStage stage, string? rule, int repairsLeft, string heading, params IReadOnlyList<Flaw> flaws)
    {
        if (repairsLeft > 0) return new(Kind.Repair, stage, rule, new Repair(heading, flaws, repairsLeft - 1));
        return Refuse(stage, rule, $"There are no repairs left. {new Repair(heading, flaws, 0).Reason}");
    }
}
