namespace Holdfast.Fuzz;

/// <summary>Hostile input did something that it must not be able to do.</summary>
sealed class Violation(string message, Exception? inner = null) : Exception(message, inner);
