using System.Diagnostics;
using System.Text.Json;

namespace Holdfast.Bench;

/// <summary>
/// Runs of ten sequential no-op steps for a long time, with retention after seconds: what is removed must make room for what is written, so
/// the file stops growing once the first runs have gone.
/// </summary>
static class Soak
{
    static readonly TimeSpan Age = TimeSpan.FromSeconds(10);

    /// <summary>How much larger than after the warm-up the file may be at the end: free pages are reused, but not to the last one.</summary>
    const double GrowthMax = 1.15;

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

    public static async Task<int> RunAsync(Arguments arguments)
    {
        await using var engine = await BenchEngine.StartAsync(arguments.Database, o => o.Retention = new() { Age = Age }, typeof(Sequence));
        var minutes = arguments.Minutes;
        var interval = TimeSpan.FromMinutes(Math.Min(1, minutes / 10));
        var warmUp = TimeSpan.FromMinutes(Math.Min(3, minutes / 4));
        Console.WriteLine($"soak: runs of 10 sequential no-op steps, {arguments.InFlight} in flight, {minutes} min; ended runs go after {Age.TotalSeconds} s; the file may grow for {warmUp.TotalMinutes:0.0} min");
        Machine.Print(engine.Database);
        Console.WriteLine();
        Console.WriteLine("   minute     steps/s    file MiB     log MiB     RSS MiB        runs     pruned");
        using var pruned = new CommitCounter("holdfast.pruned.runs");
        using var stop = new CancellationTokenSource();
        var lanes = Enumerable.Range(0, arguments.InFlight).Select(_ => Task.Run(() => LaneAsync(engine.Client, stop.Token))).ToArray();
        var clock = Stopwatch.StartNew();
        var rows = new List<Row>();
        var (steps, at) = (0L, TimeSpan.Zero);
        while (clock.Elapsed < TimeSpan.FromMinutes(minutes))
        {
            var failed = await Task.WhenAny(Task.Delay(interval), Task.WhenAll(lanes));
            if (lanes.Any(static l => l.IsFaulted)) await failed;
            var (now, done) = (clock.Elapsed, Volatile.Read(ref _steps));
            var row = new Row(
                Math.Round(now.TotalMinutes, 2), Math.Round((done - steps) / (now - at).TotalSeconds), Megabytes(engine.Database), Megabytes(engine.Database + "-wal"),
                Math.Round(Environment.WorkingSet / 1048576.0, 1), done / 10, pruned.Sum);
            (steps, at) = (done, now);
            rows.Add(row);
            Console.WriteLine($"{row.Minute,9:0.00}{row.StepsPerSecond,12:N0}{row.FileMiB,12:N1}{row.LogMiB,12:N1}{row.RssMiB,12:N1}{row.Runs,12:N0}{row.Pruned,11:N0}");
        }
        await stop.CancelAsync();
        await Task.WhenAll(lanes);

        var early = rows.Where(r => r.Minute <= warmUp.TotalMinutes).Max(static r => r.FileMiB);
        var late = rows.Max(static r => r.FileMiB);
        var isFlat = late <= early * GrowthMax && rows[^1].Pruned > 0;
        Console.WriteLine();
        Console.WriteLine($"file      {early:N1} MiB at most during the warm-up, {late:N1} MiB at most in all: {(isFlat ? "flat" : "IT GROWS")}");
        if (arguments.Json) Console.WriteLine(JsonSerializer.Serialize(new { scenario = "soak", minutes, inFlight = arguments.InFlight, warmUpMiB = early, maxMiB = late, isFlat, rows }));
        return isFlat ? 0 : 1;
    }

    static async Task LaneAsync(IHoldfastClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var run = await client.StartAsync((Sequence w) => w.Run(), cancellationToken: CancellationToken.None);
            await run.WaitAsync(CancellationToken.None);
        }
    }

    static double Megabytes(string path) => File.Exists(path) ? Math.Round(new FileInfo(path).Length / 1048576.0, 1) : 0;

    sealed record Row(double Minute, double StepsPerSecond, double FileMiB, double LogMiB, double RssMiB, long Runs, long Pruned);
}
