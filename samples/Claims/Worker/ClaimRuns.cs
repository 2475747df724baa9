using Holdfast;
using Holdfast.Storage;

namespace Claims;

/// <summary>Starts a run for every claim and watches them end.</summary>
sealed class ClaimRuns(IHoldfastClient holdfast, IReadOnlyList<Claim> claims)
{
    // Starts of one batch share commits; several batches would only wait for each other.
    const int StartsPerBatch = 500;
    const int RunsPerPage = 1_000;
    int started, completed, failed, adjusterOpen;

    public int Started => Volatile.Read(ref started);

    public int Completed => Volatile.Read(ref completed);

    public int Failed => Volatile.Read(ref failed);

    /// <summary>Claims above the limit that have not ended: nearly all of their time they wait for an answer.</summary>
    public int WaitingForAdjuster => Volatile.Read(ref adjusterOpen);

    public bool AllEnded => Completed + Failed == claims.Count;

    /// <summary>How many runs an earlier process left unfinished.</summary>
    public async Task<int> CountUnfinishedAsync(CancellationToken cancel)
    {
        var count = 0;
        RunId? before = null;
        while (true)
        {
            var page = await holdfast.ListAsync(new RunQuery { Status = RunStatus.Running, Before = before, Limit = RunsPerPage }, cancel);
            count += page.Count;
            if (page.Count < RunsPerPage) return count;
            before = page[^1].Id;
        }
    }

    /// <summary>Starts what is not started yet. A claim's key gives back the run that is there, so that all can be asked for after every kill.</summary>
    public async Task StartAllAsync(CancellationToken cancel)
    {
        foreach (var batch in claims.Chunk(StartsPerBatch))
        {
            var runs = await holdfast.StartManyAsync<ClaimWorkflow>(batch.Select(claim => ((object?)claim, (string?)$"claim-{claim.Row}")), cancel);
            foreach (var (claim, run) in batch.Zip(runs)) _ = WatchAsync(claim, run, cancel);
            Interlocked.Add(ref started, runs.Count);
        }
    }

    async Task WatchAsync(Claim claim, RunHandle run, CancellationToken cancel)
    {
        if (claim.NeedsAdjuster) Interlocked.Increment(ref adjusterOpen);
        var status = await run.WaitAsync(cancel);
        if (claim.NeedsAdjuster) Interlocked.Decrement(ref adjusterOpen);
        Interlocked.Increment(ref status == RunStatus.Completed ? ref completed : ref failed);
    }
}
