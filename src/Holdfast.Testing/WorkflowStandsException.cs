namespace Holdfast.Testing;

/// <summary>A run neither ends nor goes on by itself. The message says what it waits for.</summary>
public sealed class WorkflowStandsException : Exception
{
    internal WorkflowStandsException(string message) : base(message)
    {
    }
}
