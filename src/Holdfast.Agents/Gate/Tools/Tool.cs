using System.Text.Json;
using Holdfast.Agents.Policies;
using Holdfast.Agents.Records;

namespace Holdfast.Agents;

/// <summary>Something that a model may propose to call. Make a <see cref="Tool{TArguments}"/>.</summary>
public abstract class Tool
{
    /// <summary>As many characters as the providers of models allow.</summary>
    internal const int NameLengthMax = 64;

    private protected Tool(string name, int version, string description, TypePlan plan)
    {
        if (!IsName(name)) throw new ArgumentException($"'{name}' cannot be the name of a tool: it takes up to {NameLengthMax} letters a-z and A-Z, digits, _ and -, and begins with a letter.", nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        (Name, Version, Description, Plan, Schema) = (name, version, description, plan, new(plan.Schema));
    }

    /// <summary>What a proposal calls it by, compared byte by byte. ASCII only, so that no two names look alike to a person and differ to the gate.</summary>
    public string Name { get; }

    /// <summary>Which version of the tool this is: something decided about one does not hold for another.</summary>
    public int Version { get; }

    /// <summary>What it does, for the model.</summary>
    public string Description { get; }

    /// <summary>What its arguments must be.</summary>
    public JsonSchema Schema { get; }

    internal TypePlan Plan { get; }

    /// <summary>The tool with its rules, strongest first.</summary>
    internal abstract RuledTool WithRules(IEnumerable<Rule> rules);

    /// <summary>A rule that was read.</summary>
    /// <exception cref="GateFormatException">The condition does not suit the arguments.</exception>
    internal abstract Rule RuleOf(string name, RuleEffect effect, JsonElement? condition);

    internal static bool IsName(string? name) => name is { Length: > 0 and <= NameLengthMax } && char.IsAsciiLetter(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
