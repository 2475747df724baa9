namespace Claims;

sealed class PlainProgress : ProgressView
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public override Task<T> ShowAsync<T>(Func<Action<RunProgress>, Task<T>> work)
    {
        var shown = TimeSpan.FromSeconds(-10);
        var kills = 0;
        string? trouble = null;
        return work(now =>
        {
            // A kill is worth a line of its own, whenever it happens, and so is what keeps the work from going on.
            if (now.Elapsed - shown < Pause && now.Kills == kills && now.WaitsFor == trouble) return;
            (shown, kills, trouble) = (now.Elapsed, now.Kills, now.WaitsFor);
            Console.WriteLine(
                $"{now.Elapsed.TotalSeconds,5:F1} s  {now.Completed:N0} of {now.Claims:N0} done  {now.Paid:N0} paid  {now.WaitingForAdjuster} wait for the adjuster  "
                + $"{now.InDoubt} in doubt  {now.Suspects} suspects  {now.Kills} of {now.KillsPlanned} kills  {now.StepsPerSecond:N0} steps/s{(now.WorkerIsUp ? "" : now.Kills == 0 ? "  (worker is starting)" : "  (worker was killed, and is starting again)")}{(trouble is null ? "" : $"  waits: {trouble}")}");
        });
    }
}
