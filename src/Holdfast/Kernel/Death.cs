namespace Holdfast.Kernel;

/// <summary>What a process was doing with a run when it died.</summary>
enum Death
{
    /// <summary>A step of the run had begun and was waiting for something, as very many do at any moment: weak evidence.</summary>
    InStep,

    /// <summary>Code of the run had a thread, as only a few do at any moment: strong evidence.</summary>
    OnThread,
}

/// <summary>One thing that a process was doing with a run when it died.</summary>
/// <param name="Death">What.</param>
/// <param name="Op">The step whose code it was; 0 for the run's own.</param>
readonly record struct Mark(Death Death, long Op = 0);

/// <summary>All that the last process was doing with a run when it died, and how often that may be.</summary>
/// <param name="Marks">What it was doing.</param>
/// <param name="OnThreadMax">After how many deaths in a row on a thread the run is parked as suspect; 0 for never.</param>
/// <param name="InStepMax">After how many in a row in the same waiting step; 0 for never.</param>
sealed record Deaths(IReadOnlyList<Mark> Marks, int OnThreadMax, int InStepMax);
