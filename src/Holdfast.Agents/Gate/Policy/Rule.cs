namespace Holdfast.Agents.Policies;

/// <summary>What a rule does with the calls that it is about. The greater one wins.</summary>
enum RuleEffect { Admit, Approve, Park, Refuse }

/// <summary>A rule about the calls of one tool.</summary>
abstract record Rule(Tool Tool, string Name, RuleEffect Effect);

/// <inheritdoc/>
sealed record Rule<TArguments>(Tool Tool, string Name, RuleEffect Effect, Func<TArguments, string?, bool> When) : Rule(Tool, Name, Effect)
    where TArguments : notnull;
