namespace Claims;

/// <summary>One look at the whole run, for people.</summary>
sealed record RunProgress(
    TimeSpan Elapsed, int Claims, int Completed, int Paid, int WaitingForAdjuster, int InDoubt, int Suspects, int Kills, int KillsPlanned, double StepsPerSecond, bool WorkerIsUp, string? WaitsFor);

/// <summary>Shows progress: a live table where there is a terminal, a line now and then where there is none.</summary>
abstract class ProgressView
{
    public static ProgressView ForConsole() => Console.IsOutputRedirected ? new PlainProgress() : new LiveProgress();

    /// <summary>Runs the work and shows what it reports.</summary>
    public abstract Task<T> ShowAsync<T>(Func<Action<RunProgress>, Task<T>> work);
}
