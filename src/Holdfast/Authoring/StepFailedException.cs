namespace Holdfast;

/// <summary>
/// A step or a called handler failed with an exception whose own type cannot be rebuilt from what is saved. The same after a restart
/// as before it: a step's exception is delivered as its own type only when that type survives both.
/// </summary>
public sealed class StepFailedException : Exception
{
    internal StepFailedException(string typeName, string message, string? stackText) : base(message) => (TypeName, StackText) = (typeName, stackText);

    /// <summary>The full name of the exception's type where it was thrown.</summary>
    public string TypeName { get; private set; }

    /// <summary>The stack where it was thrown, as text.</summary>
    public string? StackText { get; private set; }
}

/// <summary>A step with <see cref="StepOptions.FailsInDoubt"/> was cut off by the end of the process: it may have happened, or not.</summary>
public sealed class StepInDoubtException : Exception
{
    internal StepInDoubtException(string message) : base(message)
    {
    }
}

/// <summary>A child run failed, or was cancelled or terminated.</summary>
public sealed class ChildFailedException : Exception
{
    internal ChildFailedException(string message, RunError? error) : base(message) => (TypeName, StackText) = (error?.Type, error?.Stack);

    /// <summary>The full name of the type of the exception that ended the child, if one did.</summary>
    public string? TypeName { get; private set; }

    /// <summary>The stack where it was thrown, as text.</summary>
    public string? StackText { get; private set; }
}

/// <summary>The exception that ended a run, as it is kept.</summary>
/// <param name="Type">The full name of its type.</param>
/// <param name="Message">Its message.</param>
/// <param name="Stack">Its stack as text, cut at 64 KB.</param>
public sealed record RunError(string Type, string Message, string? Stack);
