using System.Collections.Concurrent;
using Claims;
using Holdfast;
using Holdfast.Agents;
using Holdfast.Storage;

namespace ClaimsDesk;

/// <summary>Starts an agent for every claim, so many at once, and sees them end.</summary>
sealed class DeskRuns(IHoldfastClient holdfast, IReadOnlyList<Claim> claims, StorePatience patience)
{
    const int LiveMax = 128;
    readonly ConcurrentDictionary<int, RunHandle<ClaimAgent, AgentAnswer>> live = new();
    int completed, failed;

    public int Completed => Volatile.Read(ref completed);

    public int Failed => Volatile.Read(ref failed);

    public bool AllEnded => Completed + Failed == claims.Count;

    /// <summary>How many runs an earlier process left unfinished.</summary>
    public int Resumed { get; private set; }

    /// <summary>The agents at work, by their claim's row.</summary>
    public IReadOnlyDictionary<int, RunHandle<ClaimAgent, AgentAnswer>> Live => live;

    public async Task TakeStockAsync(CancellationToken cancel)
    {
        foreach (var status in (RunStatus[])[RunStatus.Running, RunStatus.Parked])
            Resumed += (await patience.InsistAsync(() => holdfast.ListAsync(new RunQuery { Status = status, Limit = 1_000 }, cancel), cancel)).Count;
    }

    /// <summary>The keys make a start that was cut off by a kill safe to repeat, and bring back the runs of earlier processes.</summary>
    public async Task RunAllAsync(CancellationToken cancel)
    {
        var budget = DeskBudget.For([.. claims]);
        var opening = await patience.InsistAsync(() => holdfast.StartAsync((DeskOpening desk) => desk.Run(budget), "desk", cancel), cancel);
        await patience.InsistAsync(() => opening.ResultAsync(cancel), cancel);
        await Parallel.ForEachAsync(claims, new ParallelOptions { MaxDegreeOfParallelism = LiveMax, CancellationToken = cancel }, async (claim, _) =>
        {
            var start = ClaimAgent.StartFor(claim);
            var run = await patience.InsistAsync(() => holdfast.StartAsync((ClaimAgent agent) => agent.Run(start), ClaimFacts.Principal(claim.Row), cancel), cancel);
            live[claim.Row] = run;
            var status = await patience.InsistAsync(() => run.WaitAsync(cancel), cancel);
            live.TryRemove(claim.Row, out var _);
            Interlocked.Increment(ref status == RunStatus.Completed ? ref completed : ref failed);
        });
    }
}
