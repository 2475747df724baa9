using Holdfast.Kernel;
using Holdfast.Runtime;
using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>
/// One life of a workflow, from its start to its end, through at most one death of its process. One thing is delivered at a time: whenever
/// the engine is at rest, the oldest step that waits is let go; when none waits, a step in doubt is decided; then the next act is played; when there is none, the clock goes to the next timer.
/// </summary>
sealed class Life : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly VirtualTime _time = new(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly MemoryStore _memory = new();
    readonly HeldSteps _steps = new();
    readonly HashSet<InDoubtStep> _decided = [];
    NewRun? _begun;
    int _acts;
    int _posts;
    int _drawn;

    public required Action<HoldfastBuilder> Configure { get; init; }

    public required Action<HoldfastOptions>? Options { get; init; }

    /// <summary>Starts the run, or finds it when it has begun.</summary>
    public required Func<IHoldfastClient, RunId?, Task<RunHandle>> Start { get; init; }

    public required IReadOnlyList<Func<RunHandle, Task>> Acts { get; init; }

    /// <summary>How long a step may take, in real time, before it counts as one that waits.</summary>
    public required TimeSpan StepPatience { get; init; }

    /// <summary>Decides about a step in doubt; null for nobody.</summary>
    public required Func<InDoubtStep, InDoubtDecision>? InDoubt { get; init; }

    public required StepStubs Stubs { get; init; }

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
                o.Steps = (attempt, engine) => _steps.RunAsync(attempt, engine, Stubs.RunAsync);
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
                (trace.Commits, trace.Reader, trace.Unused) = (process.Store.Appends, new(process.Engine, _begun!), Unused());
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
        if (_begun is null && await process.Client.ListAsync(new() { Limit = 1 }).ConfigureAwait(false) is [var there])
            throw new HoldfastException(
                HoldfastError.Misuse, $"The store of the crash test has run {there.Id} of '{there.Workflow}' before the test starts its own, so nothing was tested: each life of a crash test needs a store of its own. "
                + "Let the plan's World choose a new file, and Options open it.");
        return await Start(process.Client, _begun?.Id).ConfigureAwait(false);
    }

    async Task DeliverAsync(EngineProcess process, RunHandle run, Trace trace)
    {
        while (true)
        {
            if (!await process.RestAsync(_steps.AreAll, StepPatience, StepPatience + Patience).ConfigureAwait(false)) _steps.LetWait();
            if (process.Store.IsFrozen) throw new HoldfastException(HoldfastError.OutcomeUnknown, "The process was killed.");
            if (process.Store.Lacks is { } lack)
                throw new HoldfastException(
                    HoldfastError.Misuse, $"The store of the crash test is in memory and cannot do what the workflow asks of it, so nothing was tested. {lack} "
                    + "Say what the step gives with the plan's StubStep, or let World choose a file for each life, and Options open it.");
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
            var doubt = (await process.Client.ListInDoubtAsync().ConfigureAwait(false)).Where(step => !_decided.Contains(step)).MinBy(static step => (step.Run, step.Op));
            if (doubt is not null && InDoubt is not null) await DecideAsync(process.Client, doubt, trace).ConfigureAwait(false);
            else if (_acts < Acts.Count) await ActAsync(run, trace).ConfigureAwait(false);
            else if (await process.NextWakeAsync().ConfigureAwait(false) is { } wake)
            {
                trace.Deliver(wake.IsKept ? $"the timer of {wake.Utc:u}" : $"the time-out of {wake.Utc:u}");
                await process.LeapAsync(wake, appends, Patience).ConfigureAwait(false);
            }
            // Nothing could time it out: it has all the time that there is.
            else if (_steps.AnyWaits) await process.RestAsync((_, _) => !_steps.AnyWaits, Patience).ConfigureAwait(false);
            else
            {
                var how = doubt is null ? ", as one of the plan's Acts" : ". Say with the plan's InDoubt what such steps are decided to have done";
                (trace.End, trace.Stands) = ($"stands still: {info.Waiting}", WorkflowStandsException.Still(info, how));
                return;
            }
        }
    }

    async Task DecideAsync(IHoldfastClient client, InDoubtStep step, Trace trace)
    {
        trace.Deliver($"the decision about step '{step.Label}' (op {step.Op})");
        await client.ResolveInDoubtAsync(step, InDoubt!(step)).ConfigureAwait(false);
        // In a run that is parked it stays in doubt.
        _decided.Add(step);
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

    string? Unused() => _acts < Acts.Count
        ? $"The run ended before act {_acts + 1} of {Acts.Count} was played, so nothing was tested of it. Leave it out, or let the workflow wait for what it does."
        : Stubs.Unasked.FirstOrDefault() is { } label
            ? $"No step has the label '{label}' that the plan stubs, so its code ran, if there is one. The steps that ran: {string.Join(", ", Stubs.Labels.Select(static l => $"'{l}'"))}."
            : null;

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
