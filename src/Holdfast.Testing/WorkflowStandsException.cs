namespace Holdfast.Testing;

/// <summary>A run neither ends nor goes on by itself. The message says what it waits for.</summary>
public sealed class WorkflowStandsException : Exception
{
    internal WorkflowStandsException(string message) : base(message)
    {
    }

    internal static WorkflowStandsException Parked(RunInfo run) => new($"Run {run.Id} of '{run.Workflow}' is {run.Waiting}");

    /// <param name="run">The run.</param>
    /// <param name="how">How the test would bring it, as the end of a sentence.</param>
    internal static WorkflowStandsException Still(RunInfo run, string how = "") =>
        new($"Run {run.Id} of '{run.Workflow}' waits for {run.Waiting}, and no timer is due: nothing can happen unless the test brings it{how}.");
}
