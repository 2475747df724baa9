namespace Holdfast.Agents;

/// <summary>What must hold for the arguments of a tool, beyond their types.</summary>
/// <param name="Name">For records and tests.</param>
/// <param name="Holds">The check.</param>
/// <param name="Flaw">What the model is told if it does not hold.</param>
sealed record Requirement<TArguments>(string Name, Func<TArguments, bool> Holds, Flaw Flaw);
