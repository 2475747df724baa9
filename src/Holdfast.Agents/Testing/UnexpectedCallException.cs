namespace Holdfast.Agents;

/// <summary>A test's model was asked something that its script or its recordings do not know. It passes through a <see cref="ModelChain"/> as it is, whatever other models there are.</summary>
public sealed class UnexpectedCallException : Exception
{
    internal UnexpectedCallException(string message) : base(message)
    {
    }
}
