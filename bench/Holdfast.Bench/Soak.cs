using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// Runs of ten sequential no-op steps for a long time, with retention after seconds: what is removed must make room for what is written, so
/// the file stops growing once the first runs have gone.
/// </summary>
static class Soak
{
    static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How much more than in the warm-up the file may take at the end, for each run that was in it at the same time at most: free pages are reused, but not to the
    /// last one. The file alone says little, because on a machine with neighbours the speed changes tenfold, and with it what ten seconds leave behind.
    /// </summary>
    const double GrowthMax = 1.15;

    /// <summary>How many times what its age allows may be in the file: beyond that, removing falls behind.</summary>
    const double BehindMax = 3;

    static readonly string Result = new('x', 100);
    static long _steps;

    /// <summary>The workflow of seq10 without its stopwatch, which remembers every run.</summary>
    public sealed class Sequence : Workflow
    {
        public async Durable<int> Run()
        {
            var bytes = 0;
            for (var i = 0; i < 10; i++) bytes += (await Step(static () => Count())).Length;
            return bytes;
        }
    }

    static Task<string> Count()
    {
        Interlocked.Increment(ref _steps);
        return Task.FromResult(Result);
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        await using var engine = await BenchEngine.StartAsync(arguments.Database, o => o.Retention = new() { Age = Age }, typeof(Sequence));
        var minutes = arguments.Minutes;
        var interval = TimeSpan.FromMinutes(Math.Min(1, minutes / 10));
        var warmUp = TimeSpan.FromMinutes(Math.Min(3, minutes / 4));
        Header.Print(
            arguments, engine.Database, $"soak: runs of 10 sequential no-op steps, {arguments.InFlight} in flight, {minutes} min; ended runs go after {Age.TotalSeconds} s; the file may grow for {warmUp.TotalMinutes:0.0} min",
            "the steps that ran in each interval", Header.Settings + ", retention");
        Console.WriteLine();
        Console.WriteLine("   minute     steps/s    file MiB     log MiB     RSS MiB    heap MiB        runs     pruned   kept max   bytes/run");
        using var pruned = new CommitCounter("holdfast.pruned.runs");
        using var stop = new CancellationTokenSource();
        var lanes = Enumerable.Range(0, arguments.InFlight).Select(_ => Task.Run(() => LaneAsync(engine.Client, stop.Token))).ToArray();
        // Once for all: every lane would remember each look at it, for as long as it runs.
        var firstToEnd = Task.WhenAny(lanes);
        var clock = Stopwatch.StartNew();
        var rows = new List<Row>();
        var (steps, at, lastSteps, keptMax, fastest) = (0L, TimeSpan.Zero, 0L, 0L, 0.0);
        while (clock.Elapsed < TimeSpan.FromMinutes(minutes))
        {
            // Every second, because the most that was in the file at any time is what its size follows.
            var second = clock.Elapsed;
            await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1)), firstToEnd);
            if (Array.Find(lanes, static l => l.IsFaulted) is { } failed) await failed;
            var (now, done) = (clock.Elapsed, Volatile.Read(ref _steps));
            keptMax = Math.Max(keptMax, (done / 10) - pruned.Sum);
            fastest = Math.Max(fastest, (done - lastSteps) / 10.0 / (now - second).TotalSeconds);
            lastSteps = done;
            if (now - at < interval) continue;
            var row = new Row(
                Math.Round(now.TotalMinutes, 2), Math.Round((done - steps) / (now - at).TotalSeconds), Machine.FileMiB(engine.Database), Machine.FileMiB(engine.Database + "-wal"),
                // After a full collection, so that what is held on to shows and not what is about to go.
                Machine.RssMiB, Math.Round(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0, 2), done / 10, pruned.Sum, keptMax);
            (steps, at) = (done, now);
            rows.Add(row);
            Console.WriteLine($"{row.Minute,9:0.00}{row.StepsPerSecond,12:N0}{row.FileMiB,12:N1}{row.LogMiB,12:N1}{row.RssMiB,12:N1}{row.HeapMiB,12:N2}{row.Runs,12:N0}{row.Pruned,11:N0}{row.KeptMax,11:N0}{row.BytesPerKeptRun,12:N0}");
        }
        await stop.CancelAsync();
        await Task.WhenAll(lanes);

        var early = rows.Last(r => r.Minute <= warmUp.TotalMinutes + interval.TotalMinutes).BytesPerKeptRun;
        var late = rows[^1].BytesPerKeptRun;
        var allowed = fastest * Age.TotalSeconds * BehindMax;
        var isFlat = late <= early * GrowthMax && keptMax <= allowed && rows[^1].Pruned > 0;
        Console.WriteLine();
        Console.WriteLine($"file      {early:N0} bytes after the warm-up and {late:N0} at the end for each run that was in it at the same time at most; {keptMax:N0} of those, of {allowed:N0} at most: {(isFlat ? "flat" : "IT GROWS")}");
        return new(isFlat, new { scenario = "soak", minutes, inFlight = arguments.InFlight, warmUpBytesPerRun = early, bytesPerRun = late, keptMax, isFlat, rows });
    }

    static async Task LaneAsync(IHoldfastClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var run = await client.StartAsync((Sequence w) => w.Run(), cancellationToken: CancellationToken.None);
            await run.WaitAsync(CancellationToken.None);
        }
    }

    sealed record Row(double Minute, double StepsPerSecond, double FileMiB, double LogMiB, double RssMiB, double HeapMiB, long Runs, long Pruned, long KeptMax)
    {
        public double BytesPerKeptRun => FileMiB * 1048576 / KeptMax;
    }
}
