namespace Holdfast.Agents;

/// <summary>A tool's code threw. Only the name of what it threw goes on from here: its words may be somebody's secret, and what fails a step is kept and logged.</summary>
/// <param name="tool">The tool.</param>
/// <param name="thrown">The name of the type of what it threw.</param>
/// <param name="isFinal">Whether another try would end the same way, or is not wanted.</param>
sealed class ToolThrewException(string tool, string thrown, bool isFinal)
    : Exception($"The code of '{tool}' threw {thrown}. What that says is not kept; {nameof(ToolboxOptions)}.{nameof(ToolboxOptions.OnError)} is shown it.")
{
    public string Thrown => thrown;

    public bool IsFinal => isFinal;

    /// <summary>What goes on in place of an exception.</summary>
    /// <param name="effect">The tool's code.</param>
    /// <param name="error">What it threw.</param>
    /// <param name="cancellation">What the code was given.</param>
    public static Exception InPlaceOf(Effect effect, Exception error, CancellationToken cancellation) => error switch
    {
        OperationCanceledException when cancellation.IsCancellationRequested => new OperationCanceledException(cancellation),
        // The engine has stopped: it is no failure, and nobody keeps what it says.
        HoldfastException { Error: HoldfastError.NotRunning } => error,
        _ => new ToolThrewException(effect.Tool.Name, error.GetType().Name, IsLast(error) || effect.Retry.NonRetryable.Any(type => type.IsInstanceOfType(error))),
    };

    /// <summary>What a step is not tried again for either.</summary>
    static bool IsLast(Exception error) => error is HoldfastException
    {
        Error: HoldfastError.NotSavable or HoldfastError.Misuse or HoldfastError.NeedsMigration or HoldfastError.CorruptSnapshot or HoldfastError.InvalidPayload,
    };
}
