using System.Text.Json;
using Holdfast.Agents.Policies;
using Holdfast.Agents.Records;

namespace Holdfast.Agents;

/// <summary>A tool whose arguments are a C# record. The record's type is the schema; what does not fit it never becomes a record.</summary>
/// <typeparam name="TArguments">The arguments.</typeparam>
/// <remarks>
/// Known are text, numbers, bool, dates, <see cref="Guid"/>, enums by name, arrays, lists, dictionaries with names as keys, records, and null where the type says so. A property is required
/// unless it may be null or has a default. Bounds come from [Range], [StringLength], [MinLength], [MaxLength], [Length] and [RegularExpression], descriptions from [Description].
/// </remarks>
public sealed class Tool<TArguments> : Tool
    where TArguments : notnull
{
    readonly Requirement<TArguments>[] _requirements;

    /// <param name="name">What proposals call it by: ASCII letters, digits, _ and -.</param>
    /// <param name="version">From 1; raise it when the tool begins to do something else.</param>
    /// <param name="description">What it does, for the model.</param>
    /// <exception cref="ArgumentException">The name is none, or the type has no JSON form that the gate knows; the message names the property.</exception>
    public Tool(string name, int version, string description) : this(name, version, description, Planner.Of(typeof(TArguments)), [])
    {
    }

    internal Tool(string name, int version, string description, TypePlan plan) : this(name, version, description, plan, [])
    {
    }

    Tool(string name, int version, string description, TypePlan plan, Requirement<TArguments>[] requirements) : base(name, version, description, plan) => _requirements = requirements;

    /// <summary>The tool with a requirement more. Where it does not hold, the model is told; one that throws refuses the proposal.</summary>
    /// <param name="name">The requirement's name, for records and tests.</param>
    /// <param name="holds">The check. It should compute only: it runs for each proposal, on the caller's thread. It must not change the arguments; the call would be carried out as it left them.</param>
    /// <param name="message">What must hold, for the model, as in "must not be after the end".</param>
    /// <param name="at">What the message is about, as a JSON pointer.</param>
    public Tool<TArguments> Require(string name, Func<TArguments, bool> holds, string message, string at = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(holds);
        ArgumentException.ThrowIfNullOrWhiteSpace(message);
        ArgumentNullException.ThrowIfNull(at);
        return new(Name, Version, Description, Plan, [.. _requirements, new(name, holds, new(at, message))]);
    }

    /// <summary>A rule that admits calls of this tool, unless a stronger one decides.</summary>
    /// <param name="rule">The rule's name, for records and tests.</param>
    /// <param name="when">Which calls it is about. It should compute only: it runs for each proposal, on the caller's thread. It must not change the arguments; the call would be carried out as it left them.</param>
    public Policy Admit(string rule, Func<TArguments, bool> when) => Of(rule, RuleEffect.Admit, when);

    /// <param name="rule">The rule's name, for records and tests.</param>
    /// <param name="when">Which calls it is about, by their arguments and by whose behalf they are proposed on: the principal, null for nobody's. The model has no say in the second.</param>
    /// <inheritdoc cref="Admit(string, Func{TArguments, bool})"/>
    public Policy Admit(string rule, Func<TArguments, string?, bool> when) => Policy.Of(new Rule<TArguments>(this, rule, RuleEffect.Admit, when));

    /// <summary>A rule that puts calls of this tool before a person. It is stronger than one that admits.</summary>
    /// <inheritdoc cref="Admit(string, Func{TArguments, bool})"/>
    public Policy Approve(string rule, Func<TArguments, bool> when) => Of(rule, RuleEffect.Approve, when);

    /// <inheritdoc cref="Approve(string, Func{TArguments, bool})"/>
    /// <inheritdoc cref="Admit(string, Func{TArguments, string, bool})" path="/param"/>
    public Policy Approve(string rule, Func<TArguments, string?, bool> when) => Policy.Of(new Rule<TArguments>(this, rule, RuleEffect.Approve, when));

    /// <summary>A rule that parks calls of this tool until somebody has looked. It is stronger than one that asks for an approval.</summary>
    /// <inheritdoc cref="Admit(string, Func{TArguments, bool})"/>
    public Policy Park(string rule, Func<TArguments, bool> when) => Of(rule, RuleEffect.Park, when);

    /// <inheritdoc cref="Park(string, Func{TArguments, bool})"/>
    /// <inheritdoc cref="Admit(string, Func{TArguments, string, bool})" path="/param"/>
    public Policy Park(string rule, Func<TArguments, string?, bool> when) => Policy.Of(new Rule<TArguments>(this, rule, RuleEffect.Park, when));

    /// <summary>A rule that refuses calls of this tool. It is stronger than all others.</summary>
    /// <inheritdoc cref="Admit(string, Func{TArguments, bool})"/>
    public Policy Refuse(string rule, Func<TArguments, bool> when) => Of(rule, RuleEffect.Refuse, when);

    /// <inheritdoc cref="Refuse(string, Func{TArguments, bool})"/>
    /// <inheritdoc cref="Admit(string, Func{TArguments, string, bool})" path="/param"/>
    public Policy Refuse(string rule, Func<TArguments, string?, bool> when) => Policy.Of(new Rule<TArguments>(this, rule, RuleEffect.Refuse, when));

    internal override RuledTool WithRules(IEnumerable<Rule> rules) =>
        // Strongest first: the first one that is about a call decides.
        new RuledTool<TArguments>(this, (Converter<TArguments>)Plan.Converter, _requirements, [.. rules.Cast<Rule<TArguments>>().OrderByDescending(static r => r.Effect)]);

    internal override Rule RuleOf(string name, RuleEffect effect, JsonElement? condition) =>
        new Rule<TArguments>(this, name, effect, condition is null ? static (_, _) => true : Blind(Condition.Compile<TArguments>(condition.Value, Plan)));

    Policy Of(string rule, RuleEffect effect, Func<TArguments, bool> when)
    {
        ArgumentNullException.ThrowIfNull(when);
        return Policy.Of(new Rule<TArguments>(this, rule, effect, Blind(when)));
    }

    /// <summary>A condition that does not look at the principal.</summary>
    static Func<TArguments, string?, bool> Blind(Func<TArguments, bool> when) => (arguments, _) => when(arguments);
}
