using Holdfast.Kernel;
using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>
/// One life of a workflow, from its start to its end, through at most one death of its process. One thing is delivered at a time: whenever
/// the engine is at rest, the oldest step that waits is let go; when none waits, the next act is played; when there is none, the clock goes to the next timer.
/// </summary>
sealed class Life : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly VirtualTime _time = new(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly MemoryStore _memory = new();
    readonly HeldSteps _steps = new();
    NewRun? _begun;
    int _acts;
    int _posts;
    int _drawn;

    public required Action<HoldfastBuilder> Configure { get; init; }

    public required Action<HoldfastOptions>? Options { get; init; }

    public required Func<IHoldfastClient, Task<RunHandle>> Start { get; init; }

    public required IReadOnlyList<Func<RunHandle, Task>> Acts { get; init; }

    /// <summary>Reads the result, and checks what must hold.</summary>
    public required Func<RunHandle, Task<string>> Ended { get; init; }

    /// <summary>Lives the life, and tells what it was like.</summary>
    /// <param name="kill">When its process dies; null for never.</param>
    /// <param name="alwaysCold">Whether frames are read back after every turn.</param>
    public async Task<Trace> LiveAsync(KillPoint? kill, bool alwaysCold)
    {
        var trace = new Trace();
        for (var isKilled = false; ; isKilled = true)
        {
            var random = new SeededRandom(_drawn);
            await using var process = new EngineProcess(Configure, _memory, _time, o =>
            {
                o.AlwaysCold = alwaysCold;
                // Steps that are held count as running.
                o.StepsInFlightMax = 1_000_000;
                // The ids of runs, and with them all keys, are the same in every life.
                o.Random = random;
                o.Steps = _steps.RunAsync;
                Options?.Invoke(o);
            })
            {
                Killing = isKilled ? null : kill,
                Kept = write =>
                {
                    Keep(write, trace);
                    _drawn = random.Drawn;
                },
            };
            try
            {
                await process.StartAsync().ConfigureAwait(false);
                await DeliverAsync(process, await BegunAsync(process).ConfigureAwait(false), trace).ConfigureAwait(false);
                (trace.Commits, trace.Reader) = (process.Store.Appends, new(process.Engine, _begun!));
                return trace;
            }
            catch (HoldfastException) when (process.Store.IsFrozen)
            {
                // The process has died, as it was told to.
            }
            if (isKilled) throw new InvalidOperationException("A process died that nobody killed.");
            trace.KilledAfter = trace.Deliveries.LastOrDefault();
            _steps.Clear();
        }
    }

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    /// <summary>The run: found again, or started, be it for the second time, as a client does that got no answer.</summary>
    async ValueTask<RunHandle> BegunAsync(EngineProcess process)
    {
        if (_begun is { } known) return process.Client.GetRun(known.Id);
        if (await process.Client.ListAsync(new() { Limit = 1 }).ConfigureAwait(false) is [var there])
            throw new HoldfastException(
                HoldfastError.Misuse, $"The store of the crash test has run {there.Id} of '{there.Workflow}' before the test starts its own, so nothing was tested: each life of a crash test needs a store of its own. "
                + "Let the plan's World choose a new file, and Options open it.");
        return await Start(process.Client).ConfigureAwait(false);
    }

    async Task DeliverAsync(EngineProcess process, RunHandle run, Trace trace)
    {
        while (true)
        {
            await process.RestAsync(_steps.AreAll, Patience).ConfigureAwait(false);
            if (process.Store.IsFrozen) throw new HoldfastException(HoldfastError.OutcomeUnknown, "The process was killed.");
            if (_time.FireDue()) continue;
            if (_steps.Release() is { } step)
            {
                trace.Deliver(step);
                continue;
            }
            var appends = process.Appends;
            var info = await run.GetInfoAsync().ConfigureAwait(false);
            if (info.Status is not RunStatus.Running)
            {
                await EndAsync(run, info, trace).ConfigureAwait(false);
                return;
            }
            if (_acts < Acts.Count) await ActAsync(run, trace).ConfigureAwait(false);
            else if (await process.NextWakeAsync().ConfigureAwait(false) is { } wake)
            {
                trace.Deliver($"the timer of {wake:u}");
                await process.LeapAsync(wake, appends, Patience).ConfigureAwait(false);
            }
            else
            {
                (trace.End, trace.Stands) = ($"stands still: {info.Waiting}", WorkflowStandsException.Still(info, ", as one of the plan's Acts"));
                return;
            }
        }
    }

    async Task ActAsync(RunHandle run, Trace trace)
    {
        var posts = _posts;
        trace.Deliver($"act {_acts + 1}");
        try
        {
            await Acts[_acts](run).ConfigureAwait(false);
            _acts++;
        }
        catch (HoldfastException) when (_posts > posts)
        {
            // The answer was lost with the process that should have given it; the message is kept all the same.
            _acts++;
            throw;
        }
    }

    async Task EndAsync(RunHandle run, RunInfo info, Trace trace)
    {
        if (info.Status is RunStatus.Parked)
        {
            (trace.End, trace.Stands) = (info.Waiting, WorkflowStandsException.Parked(info));
            return;
        }
        if (info.Status is not RunStatus.Completed)
        {
            trace.End = info.Error is { } error ? $"{info.Status}: {error.Type}: {error.Message}" : $"{info.Status}";
            return;
        }
        trace.IsCompleted = true;
        try
        {
            trace.End = await Ended(run).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            (trace.End, trace.CheckFailed) = ($"the check: {error.Message}", error);
        }
    }

    void Keep(StoreWrite write, Trace trace)
    {
        if (write is PostMail) _posts++;
        // The first run is the one that the test starts; children are written with their parents.
        if (write is CreateRun created) _begun ??= created.Run;
        if (write is not Transition transition) return;
        foreach (var blob in transition.Blobs) trace.Blobs[blob.Hash] = blob.Data;
        if (transition.Run == _begun?.Id && transition.Snapshot is { IsEmpty: false } snapshot) trace.Snapshots.Add(snapshot.ToArray());
    }
}
