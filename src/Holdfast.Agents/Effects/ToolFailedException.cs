namespace Holdfast.Agents;

/// <summary>
/// A tool's word that it did nothing: the call failed, and the world is as it was. Only this settles the call of a tool that changes the world as failed; after any
/// other exception it may have happened.
/// </summary>
/// <param name="message">Why, for the model. It becomes part of the conversation.</param>
/// <param name="inner">What was thrown before; it is not kept.</param>
public sealed class ToolFailedException(string message, Exception? inner = null) : Exception(message, inner);
