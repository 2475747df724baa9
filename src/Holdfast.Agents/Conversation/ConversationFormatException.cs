namespace Holdfast.Agents;

/// <summary>
/// Something that no conversation may hold: arguments that are not a JSON object, a call without its result, half of a surrogate pair, bytes that are not a message. Kept, it would make
/// every later request one that a provider refuses; so nothing of it is.
/// </summary>
public sealed class ConversationFormatException : FormatException
{
    internal ConversationFormatException(string message) : base(message)
    {
    }
}
