using Holdfast;
using Holdfast.Storage;

namespace Claims;

/// <summary>Starts a run for every claim and watches them end.</summary>
sealed class ClaimRuns(IHoldfastClient holdfast, IReadOnlyList<Claim> claims, StorePatience patience) : IDisposable
{
    // Starts of one batch share commits.
    const int StartsPerBatch = 250;
    // Enough to keep every step busy. More would only wait in line, and each that waits to notify is in doubt after a kill.
    const int LiveMax = 2_000;
    const int RunsPerPage = 1_000;
    readonly SemaphoreSlim room = new(LiveMax);
    readonly Dictionary<string, RunInfo> found = new(StringComparer.Ordinal);
    int completed, failed, adjusterOpen;

    public int Completed => Volatile.Read(ref completed);

    public int Failed => Volatile.Read(ref failed);

    /// <summary>Claims above the limit that have not ended: nearly all of their time they wait for an answer.</summary>
    public int WaitingForAdjuster => Volatile.Read(ref adjusterOpen);

    public bool AllEnded => Completed + Failed == claims.Count;

    /// <summary>How many runs an earlier process left unfinished.</summary>
    public int Resumed { get; private set; }

    public void Dispose() => room.Dispose();

    /// <summary>Looks at what earlier processes have left.</summary>
    public async Task TakeStockAsync(CancellationToken cancel)
    {
        IReadOnlyList<RunInfo> page = [];
        do
        {
            var query = new RunQuery { Before = page.Count == 0 ? null : page[^1].Id, Limit = RunsPerPage };
            page = await patience.InsistAsync(() => holdfast.ListAsync(query, cancel), cancel);
            foreach (var run in page) found.Add(run.Key!, run);
        }
        while (page.Count == RunsPerPage);
        Resumed = found.Values.Count(IsOpen);
    }

    /// <summary>
    /// Starts what is not there yet. The key makes a start that was cut off by a kill safe to repeat: whether or not it was kept, there is one run.
    /// </summary>
    public async Task StartAllAsync(CancellationToken cancel)
    {
        foreach (var claim in claims.Where(claim => found.ContainsKey(Key(claim))))
        {
            var run = found[Key(claim)];
            if (!IsOpen(run))
            {
                Count(run.Status);
                continue;
            }
            await room.WaitAsync(cancel);
            _ = WatchAsync(claim, holdfast.GetRun(run.Id), cancel);
        }
        foreach (var batch in claims.Where(claim => !found.ContainsKey(Key(claim))).Chunk(StartsPerBatch))
        {
            foreach (var _ in batch) await room.WaitAsync(cancel);
            var runs = await patience.InsistAsync(
                () => holdfast.StartManyAsync<ClaimWorkflow>(batch.Select(claim => ((object?)claim, (string?)Key(claim))), cancel), cancel);
            foreach (var (claim, run) in batch.Zip(runs)) _ = WatchAsync(claim, run, cancel);
        }
    }

    /// <summary>One that was set aside goes on as well: the operator takes it up again.</summary>
    static bool IsOpen(RunInfo run) => run.Status is RunStatus.Running or RunStatus.Parked;

    static string Key(Claim claim) => $"claim-{claim.Row}";

    async Task WatchAsync(Claim claim, RunHandle run, CancellationToken cancel)
    {
        // A claim that waits for a person takes nobody's place.
        if (claim.NeedsAdjuster)
        {
            room.Release();
            Interlocked.Increment(ref adjusterOpen);
        }
        var status = await patience.InsistAsync(() => run.WaitAsync(cancel), cancel);
        if (claim.NeedsAdjuster) Interlocked.Decrement(ref adjusterOpen);
        else room.Release();
        Count(status);
    }

    void Count(RunStatus status) => Interlocked.Increment(ref status == RunStatus.Completed ? ref completed : ref failed);
}
