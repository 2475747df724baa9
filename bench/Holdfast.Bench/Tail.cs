using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// Ten thousand live runs, each in a step that waits for an answer from outside; the answers come at planned times, at a part of what the engine can do, for minutes. Ended runs are
/// removed. A step's stopwatch runs from the time for which its answer was planned to the moment the next step's code runs.
/// </summary>
static class Tail
{
    const int StepsPerRun = 10;
    const double FileMaxMiB = 2048;

    /// <summary>Below this part of the planned rate the engine did not keep up, and the latencies are those of a queue that grows.</summary>
    const double KeptUp = 0.97;

    static readonly TimeSpan Age = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Lead = TimeSpan.FromSeconds(3);
    static readonly string Result = new('x', 100);
    static Pacing? _pacing;

    public sealed class Paced : Workflow
    {
        public async Durable<int> Run(int lane)
        {
            var bytes = 0;
            for (var i = 0; i < StepsPerRun; i++) bytes += (await Step(step => AnswerAsync(lane, step))).Length;
            return bytes;
        }
    }

    static Task<string> AnswerAsync(int lane, StepContext step) => _pacing!.AnswerAsync(lane, step.Op == 1, Result);

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var (runs, minutes) = (arguments.Runs, arguments.Minutes);
        var pacing = _pacing = new(runs);
        await using var engine = await BenchEngine.StartAsync(
            arguments.Database, o => (o.Retention, o.StepsInFlightMax, o.HotRunsMax) = (new() { Age = Age }, runs * 2, runs * 2), typeof(Paced));
        Header.Print(
            arguments, engine.Database, $"tail: {runs:N0} live runs of {StepsPerRun} steps that are answered at planned times; {minutes} min after {arguments.WarmUp} s of warm-up",
            "a step: from the time for which its answer was planned to the next step's code running, so that waiting behind others counts; a turnover: from the planned time of a run's last answer "
            + "to the first step of the next run", $"{Header.Settings}; ended runs removed after {Age.TotalSeconds} s; {runs * 2:N0} runs in memory and steps in flight at most");
        using var stop = new CancellationTokenSource();
        using var pauses = new PauseLog();
        var lanes = Enumerable.Range(0, runs).Select(lane => Task.Run(() => LaneAsync(engine.Client, lane, stop.Token))).ToArray();
        var capacity = arguments.Text("--rate") is null ? await CapacityAsync(arguments, pacing, lanes) : (double?)null;
        var rate = capacity * arguments.Number("--load") ?? arguments.Number("--rate");
        Console.WriteLine($"load      {rate,12:N0} steps/s planned" + (capacity is null ? "" : $": {arguments.Number("--load")} of {capacity:N0}, measured for {arguments.Number("--calibrate")} s with every answer at once"));

        pacing.Begin(rate, Lead);
        await WaitAsync("tail: warm-up", Lead.TotalSeconds + arguments.WarmUp, lanes);
        GC.Collect();
        pacing.Forget();
        LogSyncs.Times.Clear();
        var rows = await MeasureAsync(engine, pacing, pauses, minutes, lanes);
        pacing.End();
        await stop.CancelAsync();
        Progress.Show("tail: ending the runs");
        await Task.WhenAll(lanes);
        Progress.Clear();
        return Print(arguments, pacing, rows, rate, capacity);
    }

    /// <summary>What the same runs do when nothing keeps them waiting.</summary>
    static async Task<double> CapacityAsync(Arguments arguments, Pacing pacing, Task[] lanes)
    {
        var seconds = arguments.Number("--calibrate");
        await WaitAsync("tail: capacity, warm-up", seconds / 2, lanes);
        var (count, started) = (pacing.Count, Stopwatch.GetTimestamp());
        await WaitAsync("tail: capacity", seconds, lanes);
        return (pacing.Count - count) / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    static async Task<List<Row>> MeasureAsync(BenchEngine engine, Pacing pacing, PauseLog pauses, double minutes, Task[] lanes)
    {
        var interval = TimeSpan.FromMinutes(Math.Min(1, minutes));
        var table = new Table("minute", "steps/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "GC max ms", "GC pauses", "bytes/step", "CPU ms/1000", "file MiB", "log MiB", "RSS MiB");
        var rows = new List<Row>();
        using var process = Process.GetCurrentProcess();
        var clock = Stopwatch.StartNew();
        var (at, count, allocated, cpu, since) = (TimeSpan.Zero, pacing.Count, GC.GetTotalAllocatedBytes(), process.TotalProcessorTime, DateTime.UtcNow);
        while (at < TimeSpan.FromMinutes(minutes))
        {
            var end = Math.Min((at + interval).TotalSeconds, minutes * 60);
            await WaitAsync($"tail: minute {clock.Elapsed.TotalMinutes:0.0} of {minutes}", end - clock.Elapsed.TotalSeconds, lanes);
            process.Refresh();
            var (now, counted, allocatedNow, cpuNow, utc) = (clock.Elapsed, pacing.Count, GC.GetTotalAllocatedBytes(), process.TotalProcessorTime, DateTime.UtcNow);
            var steps = Math.Max(1, counted - count);
            var times = pacing.StepsOfInterval;
            var (p50, p99, p999, max) = (times.AtMs(0.5), times.AtMs(0.99), times.AtMs(0.999), Math.Round(times.MaxMs, 3));
            times.Clear();
            var stopped = await pauses.BetweenAsync(since, utc);
            var row = new Row(
                Math.Round(now.TotalMinutes, 2), Math.Round(steps / (now - at).TotalSeconds), p50, p99, p999, max, stopped.MaxMs, stopped.Count, stopped.TotalMs, Math.Round((double)(allocatedNow - allocated) / steps),
                Math.Round((cpuNow - cpu).TotalMilliseconds * 1000 / steps, 2), Machine.FileMiB(engine.Database), Machine.FileMiB(engine.Database + "-wal"), Machine.RssMiB, steps);
            rows.Add(row);
            table.Row(
                $"{row.Minute:0.00}", $"{row.StepsPerSecond:N0}", $"{p50:0.000}", $"{p99:0.000}", $"{p999:0.000}", $"{max:0.0}", $"{row.GcPauseMaxMs:0.00}", $"{row.GcPauses:N0}", $"{row.AllocatedBytesPerStep:N0}",
                $"{row.CpuMsPer1000Steps:0.00}", $"{row.FileMiB:N1}", $"{row.LogMiB:N1}", $"{row.RssMiB:N1}");
            (at, count, allocated, cpu, since) = (now, counted, allocatedNow, cpuNow, utc);
        }
        return rows;
    }

    static Measured Print(Arguments arguments, Pacing pacing, List<Row> rows, double rate, double? capacity)
    {
        var (steps, turnovers, dispatches, syncs) = (pacing.Steps, pacing.Turnovers, pacing.Dispatches, LogSyncs.Times);
        var stepsPerSecond = rows.Average(static r => r.StepsPerSecond);
        var (p50, p999) = (steps.AtMs(0.5), steps.AtMs(0.999));
        var fileMax = rows.Max(static r => r.FileMiB);
        var found = new
        {
            scenario = "tail", runs = arguments.Runs, minutes = arguments.Minutes, capacityStepsPerSecond = capacity is { } known ? Math.Round(known) : (double?)null, plannedStepsPerSecond = Math.Round(rate),
            stepsPerSecond = Math.Round(stepsPerSecond), p50Ms = p50, p90Ms = steps.AtMs(0.9), p99Ms = steps.AtMs(0.99), p999Ms = p999, maxMs = Math.Round(steps.MaxMs, 3), p999ToP50 = Math.Round(p999 / Math.Max(1e-6, p50), 2),
            logSyncP50Ms = syncs.AtMs(0.5), logSyncP99Ms = syncs.AtMs(0.99), logSyncP999Ms = syncs.AtMs(0.999), logSyncMaxMs = Math.Round(syncs.MaxMs, 3),
            turnoverP50Ms = turnovers.AtMs(0.5), turnoverP99Ms = turnovers.AtMs(0.99), dispatchP50Ms = dispatches.AtMs(0.5), dispatchP99Ms = dispatches.AtMs(0.99),
            gcPauseMaxMs = rows.Max(static r => r.GcPauseMaxMs), gcPauses = rows.Sum(static r => r.GcPauses), gcPauseTotalMs = Math.Round(rows.Sum(static r => r.GcPauseTotalMs), 1), collector = Machine.Collector(),
            allocatedBytesPerStep = Math.Round(rows.Sum(static r => r.AllocatedBytesPerStep * r.Steps) / rows.Sum(static r => r.Steps)), cpuMsPer1000Steps = Math.Round(rows.Average(static r => r.CpuMsPer1000Steps), 2), fileMaxMiB = fileMax,
            isKeptUp = stepsPerSecond >= rate * KeptUp, rows,
        };
        Console.WriteLine();
        Console.WriteLine($"step      {p50,12:0.000} ms p50, {found.p90Ms:0.000} p90, {found.p99Ms:0.000} p99, {p999:0.000} p99.9 ({found.p999ToP50:0.0} times p50), {found.maxMs:0.000} max; {steps.Count:N0} steps");
        Console.WriteLine($"turnover  {found.turnoverP50Ms,12:0.000} ms p50, {found.turnoverP99Ms:0.000} p99: the end of a run and the start of the next");
        Console.WriteLine($"disk      {found.logSyncP50Ms,12:0.000} ms a sync of the log at p50, {found.logSyncP99Ms:0.000} p99, {found.logSyncP999Ms:0.000} p99.9, {found.logSyncMaxMs:0.000} max");
        Console.WriteLine($"answers   {found.dispatchP50Ms,12:0.000} ms late at p50, {found.dispatchP99Ms:0.000} at p99, by the measurement itself: part of the figures above");
        Console.WriteLine($"GC        {found.gcPauseMaxMs,12:0.00} ms the longest pause, {found.gcPauses:N0} pauses of {found.gcPauseTotalMs:N0} ms together; {found.allocatedBytesPerStep:N0} bytes allocated a step, with those of the measurement");
        if (!found.isKeptUp) Console.Error.WriteLine($"NOT KEPT UP: {stepsPerSecond:N0} steps/s of {rate:N0} planned; the latencies are those of a queue that grows.");
        if (fileMax > FileMaxMiB) Console.Error.WriteLine($"TOO LARGE: the file took {fileMax:N0} MiB; at most {FileMaxMiB:N0} are allowed with retention on.");
        return new(found.isKeptUp && fileMax <= FileMaxMiB, found);
    }

    static async Task LaneAsync(IHoldfastClient client, int lane, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var run = await client.StartAsync((Paced w) => w.Run(lane), cancellationToken: CancellationToken.None);
            await run.WaitAsync(CancellationToken.None);
        }
    }

    static async Task WaitAsync(string what, double seconds, Task[] lanes)
    {
        // Not all of ten thousand at every look: a lane that fails says so within the second.
        var failed = lanes.FirstOrDefault(static l => l.IsFaulted);
        if (failed is not null) await failed;
        await Progress.WaitAsync(what, TimeSpan.FromSeconds(Math.Max(0, seconds)));
        failed = lanes.FirstOrDefault(static l => l.IsFaulted);
        if (failed is not null) await failed;
    }

    sealed record Row(
        double Minute, double StepsPerSecond, double P50Ms, double P99Ms, double P999Ms, double MaxMs, double GcPauseMaxMs, int GcPauses, double GcPauseTotalMs, double AllocatedBytesPerStep, double CpuMsPer1000Steps,
        double FileMiB, double LogMiB, double RssMiB, long Steps);
}
