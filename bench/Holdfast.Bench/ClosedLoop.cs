using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// A load in which each lane starts a run, waits for its result and starts the next one. For each run it counts how often the log was synced to the disk between its start
/// and its end: a measurement of runs that saw fewer syncs than they have durable points is none, and fails itself.
/// </summary>
/// <param name="scenario">What is measured.</param>
/// <param name="syncsPerRunMin">How many durable points lie one behind the other, from a run's start to its result.</param>
sealed class ClosedLoop(string scenario, int syncsPerRunMin)
{
    readonly LatencyHistogram _runs = new();
    long _runsBelow;
    long _syncsMin = long.MaxValue;
    long _completed;
    volatile bool _measures;

    /// <param name="arguments">How long.</param>
    /// <param name="inFlight">How many lanes.</param>
    /// <param name="engine">Where the runs run.</param>
    /// <param name="clock">What the steps tell of themselves.</param>
    /// <param name="startAsync">Starts one run.</param>
    public async Task<LoadFigures> MeasureAsync(Arguments arguments, int inFlight, BenchEngine engine, StepClock clock, Func<Task<RunHandle>> startAsync)
    {
        using var stop = new CancellationTokenSource();
        using var pauses = new PauseLog();
        using var commitCounter = new CommitCounter();
        var fsyncBefore = Machine.MedianFsyncMs(engine.Database);
        var lanes = Enumerable.Range(0, inFlight).Select(_ => Task.Run(() => LaneAsync(startAsync, clock, stop.Token))).ToArray();
        await WaitAsync($"{scenario}, {inFlight:N0} in flight, warm-up", arguments.WarmUp, lanes);
        GC.Collect();
        using var allocations = arguments.Has("--allocations") ? new AllocationProfile() : null;
        using var process = Process.GetCurrentProcess();
        var (cpu, allocated, written, commits, syncs, since) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Machine.WrittenBytes(), commitCounter.Count, LogSyncs.Completed, DateTime.UtcNow);
        clock.Reset();
        LogSyncs.Times.Clear();
        var started = Stopwatch.GetTimestamp();
        _measures = true;
        await WaitAsync($"{scenario}, {inFlight:N0} in flight", arguments.Seconds, lanes);
        _measures = false;
        // The steps first: whatever is committed while the rest is read can only be too much on the side of the syncs by what one commit takes.
        var (steps, seconds) = (clock.Count, Stopwatch.GetElapsedTime(started).TotalSeconds);
        (commits, syncs) = (commitCounter.Count - commits, LogSyncs.Completed - syncs);
        var (syncP50, syncP99, syncSeconds) = (LogSyncs.Times.AtMs(0.5), LogSyncs.Times.AtMs(0.99), LogSyncs.Times.TotalSeconds);
        process.Refresh();
        (cpu, allocated, written) = (process.TotalProcessorTime - cpu, GC.GetTotalAllocatedBytes() - allocated, Machine.WrittenBytes() - written);
        var completed = Volatile.Read(ref _completed);
        var stopped = await pauses.BetweenAsync(since, DateTime.UtcNow);
        allocations?.Print(steps);
        await stop.CancelAsync();
        await Task.WhenAll(lanes);
        if (steps == 0) throw new InvalidOperationException($"{scenario} did no step in {seconds:0.0} s; a longer --seconds is needed.");
        return new()
        {
            Scenario = scenario,
            InFlight = inFlight,
            Seconds = Math.Round(seconds, 2),
            StepsPerSecond = Math.Round(steps / seconds),
            RunsPerSecond = Math.Round(completed / seconds),
            P50Ms = clock.Latencies.Count > 0 ? clock.Latencies.AtMs(0.5) : null,
            P99Ms = clock.Latencies.Count > 0 ? clock.Latencies.AtMs(0.99) : null,
            P999Ms = clock.Latencies.Count > 0 ? clock.Latencies.AtMs(0.999) : null,
            RunP50Ms = _runs.AtMs(0.5),
            RunP99Ms = _runs.AtMs(0.99),
            FsyncMedianMs = Math.Round(Math.Min(fsyncBefore, Machine.MedianFsyncMs(engine.Database)), 4),
            CpuSecondsPer1000Steps = Math.Round(cpu.TotalSeconds * 1000 / steps, 5),
            Steps = steps,
            Fsyncs = syncs,
            Commits = commits,
            LogSyncP50Ms = syncP50,
            LogSyncP99Ms = syncP99,
            LogSyncShare = Math.Round(syncSeconds / seconds, 3),
            SyncsPerRunMin = _syncsMin == long.MaxValue ? 0 : _syncsMin,
            SyncsPerRunRequired = syncsPerRunMin,
            RunsWithFewerSyncs = _runsBelow,
            StepsBeforeSync = clock.StepsBeforeSync,
            BytesPerStep = Math.Round((double)written / steps),
            AllocatedBytesPerStep = Math.Round((double)allocated / steps),
            GcPauses = stopped.Count,
            GcPauseMaxMs = stopped.MaxMs,
            GcPauseTotalMs = stopped.TotalMs,
        };
    }

    async Task LaneAsync(Func<Task<RunHandle>> startAsync, StepClock clock, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (started, begun) = (Stopwatch.GetTimestamp(), LogSyncs.Begun);
            var run = await startAsync();
            await run.ResultAsync<int>(CancellationToken.None);
            // Syncs that began after the run's start, and were done before its end was seen.
            var syncs = LogSyncs.Completed - begun;
            var ended = Stopwatch.GetTimestamp();
            clock.Forget(run.Id);
            Lower(ref _syncsMin, syncs);
            if (syncs < syncsPerRunMin) Interlocked.Increment(ref _runsBelow);
            if (!_measures) continue;
            _runs.Record(started, ended);
            Interlocked.Add(ref _completed, 1);
        }
    }

    /// <summary>Waits, unless a lane fails before.</summary>
    static async Task WaitAsync(string what, double seconds, Task[] lanes)
    {
        var failed = await Task.WhenAny([Progress.WaitAsync(what, TimeSpan.FromSeconds(seconds)), .. lanes]);
        await failed;
    }

    static void Lower(ref long target, long value)
    {
        var seen = Volatile.Read(ref target);
        while (value < seen)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
