using Holdfast.Agents.Policies;

namespace Holdfast.Agents;

/// <summary>
/// Rules that decide about calls. Make one with <see cref="Tool{TArguments}.Admit(string, Func{TArguments, bool})"/> and its siblings, or read some with <see cref="Parse"/>. Refusing beats parking, parking beats
/// asking for approval, and that beats admitting; a call that no rule is about is refused.
/// </summary>
public sealed class Policy
{
    readonly Func<IReadOnlyList<Tool>, IEnumerable<Rule>> _rules;

    Policy(Func<IReadOnlyList<Tool>, IEnumerable<Rule>> rules) => _rules = rules;

    /// <summary>
    /// Rules as JSON, one a line: <c>{"rule":"small sums","tool":"pay","when":["amount","&lt;=",100],"effect":"admit"}</c>. Lines that are empty or begin with # say nothing.
    /// </summary>
    /// <param name="lines">The text. It is checked against the tools when the gate is made.</param>
    /// <remarks>A condition is a list of field, operator and literal, or an object with one of "and", "or" and "not". Without "when" a rule is about all calls of its tool.</remarks>
    public static Policy Parse(string lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return new(tools => PolicyLines.Read(lines, tools));
    }

    internal static Policy Of<TArguments>(Rule<TArguments> rule)
        where TArguments : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(rule.Name, nameof(rule));
        ArgumentNullException.ThrowIfNull(rule.When, nameof(rule));
        return new(_ => [rule]);
    }

    internal IEnumerable<Rule> For(IReadOnlyList<Tool> tools) => _rules(tools);
}
