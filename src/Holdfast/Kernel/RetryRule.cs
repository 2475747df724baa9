namespace Holdfast.Kernel;

/// <summary>When and how often a failed attempt is followed by another: the retry policy as data.</summary>
/// <param name="FirstDelay">The wait after the first attempt.</param>
/// <param name="Factor">What each further wait is multiplied by.</param>
/// <param name="MaxDelay">The longest wait.</param>
/// <param name="Jitter">The share of each wait that is drawn by lot, from 0 to 1.</param>
/// <param name="MaxAttempts">How many attempts in all; 0 for no limit.</param>
/// <param name="MaxElapsed">No attempt starts later than this after the first; null for no limit.</param>
/// <param name="NonRetryable">Full names of exception types that end the step at once, they and all that derive from them.</param>
sealed record RetryRule(
    TimeSpan FirstDelay, double Factor, TimeSpan MaxDelay, double Jitter, int MaxAttempts, TimeSpan? MaxElapsed, IReadOnlyList<string> NonRetryable)
{
    public static RetryRule Default { get; } = new(TimeSpan.FromMilliseconds(500), 2, TimeSpan.FromMinutes(1), 0.2, 10, null, []);
}
