using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// Very many runs that sleep until the same moment. A run's stopwatch runs from that moment to the first line of its code after it. Memory is what the whole process has more than
/// with the engine on an empty file, at its highest: while the runs are started, and while they wake.
/// </summary>
static class Sleepers
{
    const int BatchRuns = 5_000;

    /// <summary>How long no run at all may wake before the measurement is given up.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    static readonly LatencyHistogram Lateness = new();
    static long _woken;

    public sealed class Sleeper : Workflow
    {
        public async Durable Run(DateTimeOffset until)
        {
            await DelayUntil(until);
            Wake(until);
        }
    }

    static void Wake(DateTimeOffset until)
    {
        Lateness.Record(DateTimeOffset.UtcNow - until);
        Interlocked.Increment(ref _woken);
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var runs = arguments.Runs;
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Sleeper));
        // Some thousand are started a second even on a slow disk; the rest is for the first of them to fall asleep in peace.
        var lead = arguments.Text("--lead") is null ? TimeSpan.FromSeconds(20 + (runs / 2_000.0)) : TimeSpan.FromSeconds(arguments.Number("--lead"));
        Header.Print(
            arguments, engine.Database, $"sleepers: {runs:N0} runs that sleep until the same moment, {lead.TotalSeconds:0} s after the start of the first",
            "lateness: from the planned moment to the run's next line of code; all ended: from that moment until the end of the last one is committed");
        GC.Collect();
        var empty = Machine.RssMiB;
        Machine.ForgetPeak();
        var clock = Stopwatch.StartNew();
        var until = DateTimeOffset.UtcNow + lead;
        for (var first = 0; first < runs; first += BatchRuns)
        {
            await engine.Client.StartManyAsync<Sleeper>(Enumerable.Repeat(((object?)until, (string?)null), Math.Min(BatchRuns, runs - first)));
            Progress.Show($"sleepers: {first + BatchRuns:N0} of {runs:N0} started");
        }
        await engine.RestAsync("sleepers", runs);
        var asleepSeconds = clock.Elapsed.TotalSeconds;
        var startPeak = Machine.PeakRssMiB;
        if (DateTimeOffset.UtcNow > until - TimeSpan.FromSeconds(1) || Volatile.Read(ref _woken) > 0)
            throw new InvalidOperationException($"{runs:N0} runs were asleep only after {asleepSeconds:0} s, which is too late for their moment. Give them more time with --lead.");
        GC.Collect();
        var (asleep, heap) = (Machine.RssMiB, Math.Round(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0, 1));
        Machine.ForgetPeak();
        await Progress.WaitAsync("sleepers: asleep", until - DateTimeOffset.UtcNow);
        await AllWokenAsync(runs);
        while ((await engine.Client.ListAsync(new() { Status = RunStatus.Running, Limit = 1 })).Count > 0) await Task.Delay(5);
        var endedMs = (DateTimeOffset.UtcNow - until).TotalMilliseconds;
        var wakePeak = Machine.PeakRssMiB;

        var table = new Table("runs", "p50 ms", "p99 ms", "max ms", "all ended, ms");
        table.Row($"{runs:N0}", $"{Lateness.AtMs(0.5):N1}", $"{Lateness.AtMs(0.99):N1}", $"{Lateness.MaxMs:N1}", $"{endedMs:N0}");
        var growth = Math.Round(Math.Max(startPeak, wakePeak) - empty, 1);
        Console.WriteLine();
        Console.WriteLine($"asleep    {asleepSeconds,12:0.0} s after the first start");
        Console.WriteLine($"memory    {growth,12:0.0} MiB more than the engine on an empty file ({empty:0.0}): {startPeak:0.0} at most while they were started, {asleep:0.0} asleep (heap {heap:0.0}), {wakePeak:0.0} at most while they woke");
        return new(true, new
        {
            scenario = "sleepers", runs, latenessP50Ms = Lateness.AtMs(0.5), latenessP99Ms = Lateness.AtMs(0.99), latenessMaxMs = Math.Round(Lateness.MaxMs, 3), allEndedMs = Math.Round(endedMs),
            asleepSeconds = Math.Round(asleepSeconds, 1), emptyRssMiB = empty, startPeakRssMiB = startPeak, asleepRssMiB = asleep, asleepHeapMiB = heap, wakePeakRssMiB = wakePeak, growthMiB = growth,
        });
    }

    static async Task AllWokenAsync(int runs)
    {
        var (seen, since) = (0L, Stopwatch.StartNew());
        while (true)
        {
            var woken = Volatile.Read(ref _woken);
            if (woken >= runs) return;
            if (woken != seen) (seen, since) = (woken, Stopwatch.StartNew());
            if (since.Elapsed > Patience) throw new InvalidOperationException($"{woken:N0} of {runs:N0} runs woke, and then none for {Patience.TotalSeconds:0} s.");
            Progress.Show($"sleepers: {woken:N0} of {runs:N0} woken");
            await Task.Delay(5);
        }
    }
}
