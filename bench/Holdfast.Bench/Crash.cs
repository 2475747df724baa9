using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>
/// <c>kill -9</c> at full load, and how long a new process needs until the first and the last of the runs that were in flight has gone on and has ended. A ledger outside of the engine tells
/// which steps ran more than once: at most one of each run, and none that was committed.
/// </summary>
static class Crash
{
    const int Steps = 10;
    const int StepsPerSecondMax = 400_000;

    static readonly string Result = new('x', 100);
    static readonly ConcurrentDictionary<RunId, long> Resumed = new();
    static Ledger? _ledger;
    static volatile bool _isSecondLife;

    public sealed class Sequence : Workflow
    {
        public async Durable<int> Run()
        {
            var bytes = 0;
            for (var i = 0; i < Steps; i++) bytes += (await Step(static step => Task.FromResult(Mark(step)))).Length;
            return bytes;
        }
    }

    static string Mark(StepContext step)
    {
        // The ops of such a run are its steps, from 1.
        _ledger!.Add(step.RunId, (int)step.Op);
        if (_isSecondLife) Resumed.TryAdd(step.RunId, Stopwatch.GetTimestamp());
        return Result;
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-crash-").FullName;
        try
        {
            var (database, book) = (arguments.Database ?? Path.Combine(directory, "crash.db"), Path.Combine(directory, "ledger"));
            Header.Print(
                arguments, database, $"crash: {arguments.InFlight:N0} runs of {Steps} sequential no-op steps in flight, killed after {arguments.Seconds} s at full load",
                "from the start of the new process, and from ready (its engine takes calls): resumed is when the code of a step of a run runs again, done when its end is committed");
            var entriesMax = ((long)arguments.Seconds + 60) * StepsPerSecondMax;
            string[] common = ["--db", database, "--ledger", book, "--entries", entriesMax.ToString(CultureInfo.InvariantCulture)];
            using (var load = new PartProcess(["crash-load", .. common, "--in-flight", arguments.InFlight.ToString(CultureInfo.InvariantCulture)]))
            {
                if (load.ReadLine() != "loaded") throw new InvalidOperationException("The load did not begin.");
                await Progress.WaitAsync("crash: load", TimeSpan.FromSeconds(arguments.Seconds));
                if (load.HasExited) load.Wait();
                load.Kill();
            }
            var logMiB = Machine.FileMiB(database + "-wal");
            double[] times, counts;
            using (var recovery = new PartProcess(["crash-recovery", .. common]))
            {
                times = Array.ConvertAll(recovery.ReadNumbers("times"), timestamp => timestamp == 0 ? double.NaN : Stopwatch.GetElapsedTime(recovery.StartedTimestamp, (long)timestamp).TotalMilliseconds);
                counts = recovery.ReadNumbers("counts");
                recovery.Wait();
            }
            using var whole = new Ledger(book, entriesMax, 0);
            return Print(arguments, new Audit(whole.Read(), Steps), times, counts, logMiB);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The process that is killed.</summary>
    public static async Task<Measured> LoadAsync(Arguments arguments)
    {
        using var ledger = new Ledger(arguments.Text("--ledger")!, arguments.Count("--entries"), 1);
        _ledger = ledger;
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Sequence));
        var client = engine.Client;
        var lanes = Enumerable.Range(0, arguments.InFlight).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var run = await client.StartAsync((Sequence w) => w.Run());
                ledger.Add(run.Id, Ledger.Started);
                await run.ResultAsync();
                ledger.Add(run.Id, Ledger.Ended);
            }
        })).ToArray();
        Console.WriteLine("loaded");
        await await Task.WhenAny(lanes);
        return new(true);
    }

    /// <summary>The process after the kill: takes up what was in flight, and says when.</summary>
    public static async Task<Measured> RecoverAsync(Arguments arguments)
    {
        using var ledger = new Ledger(arguments.Text("--ledger")!, arguments.Count("--entries"), 2);
        (_ledger, _isSecondLife) = (ledger, true);
        // What the callers of the dead process know to have started, and not to have ended.
        var open = new HashSet<RunId>();
        foreach (var entry in ledger.Read())
        {
            // Cut off by the kill: it names no run yet.
            if (entry.Life == 0) continue;
            if (entry.Number == Ledger.Started) open.Add(entry.Run);
            if (entry.Number == Ledger.Ended) open.Remove(entry.Run);
        }
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Sequence));
        var ready = Stopwatch.GetTimestamp();
        var ends = await Task.WhenAll(open.Select(run => Task.Run(async () =>
        {
            var result = await engine.Client.GetRun<Sequence, int>(run).ResultAsync();
            return result == Steps * Result.Length ? (Run: run, Timestamp: Stopwatch.GetTimestamp()) : throw new InvalidOperationException($"Run {run} ended with {result}.");
        })));
        // Runs whose start was committed, but never acknowledged.
        while ((await engine.Client.ListAsync(new() { Status = RunStatus.Running, Limit = 1 })).Count > 0) await Task.Delay(1);
        var all = Stopwatch.GetTimestamp();
        var parked = (await engine.Client.ListAsync(new() { Status = RunStatus.Parked, Limit = 100 })).Count;
        var resumed = Resumed.Values.Order().ToList();
        long At(IReadOnlyList<long> times, Index index) => times.Count == 0 ? 0 : times[index.GetOffset(times.Count)];
        // The first of those that went on: some had ended before the kill, and only their callers did not know.
        var firstDone = ends.Where(static e => Resumed.ContainsKey(e.Run)).Select(static e => e.Timestamp).DefaultIfEmpty().Min();
        Console.WriteLine($"times {ready} {At(resumed, 0)} {At(resumed, ^1)} {firstDone} {ends.Select(static e => e.Timestamp).DefaultIfEmpty().Max()} {all}");
        Console.WriteLine($"counts {open.Count} {resumed.Count} {parked}");
        return new(true);
    }

    static Measured Print(Arguments arguments, Audit audit, double[] times, double[] counts, double logMiB)
    {
        var (ready, firstResumed, lastResumed, firstDone, lastDone, all) = (times[0], times[1], times[2], times[3], times[4], times[5]);
        var table = new Table("", "ready", "first resumed", "last resumed", "first done", "last done", "all at rest");
        table.Row("from start, ms", $"{ready:N0}", $"{firstResumed:N0}", $"{lastResumed:N0}", $"{firstDone:N0}", $"{lastDone:N0}", $"{all:N0}");
        table.Row("from ready, ms", "", $"{firstResumed - ready:N0}", $"{lastResumed - ready:N0}", $"{firstDone - ready:N0}", $"{lastDone - ready:N0}", $"{all - ready:N0}");
        Console.WriteLine();
        Console.WriteLine($"load      {audit.StepsBefore / arguments.Seconds,12:N0} steps/s before the kill, from the first start on; {audit.RunsBefore:N0} runs; log of {logMiB:0.0} MiB at the kill");
        Console.WriteLine($"in flight {counts[0],12:N0} runs that had been acknowledged and had not ended for their callers; {counts[1]:N0} runs ran a step after the kill");
        Console.WriteLine($"repeated  {audit.Repeated,12:N0} steps ran again, at most {audit.RepeatedOfOneRunMax} of one run; {audit.CutOff:N0} entries of the ledger were cut off");
        var problem = audit.Problem ?? (counts[2] > 0 ? $"{counts[2]:N0} runs are parked." : null);
        if (problem is not null) Console.Error.WriteLine($"BROKEN PROMISE: {problem}");
        static double? Known(double of) => double.IsNaN(of) ? null : Math.Round(of, 1);
        return new(problem is null, new
        {
            scenario = "crash", inFlight = arguments.InFlight, seconds = arguments.Seconds, stepsPerSecondBefore = Math.Round(audit.StepsBefore / arguments.Seconds), runsInFlight = counts[0], logMiB,
            readyMs = Known(ready), firstResumedMs = Known(firstResumed), lastResumedMs = Known(lastResumed), firstDoneMs = Known(firstDone), lastDoneMs = Known(lastDone),
            firstResumedFromReadyMs = Known(firstResumed - ready), lastDoneFromReadyMs = Known(lastDone - ready), stepsRepeated = audit.Repeated, stepsRepeatedOfOneRunMax = audit.RepeatedOfOneRunMax, isWithin = problem is null,
        });
    }

    /// <summary>What the ledger proves.</summary>
    sealed class Audit
    {
        public Audit(List<Ledger.Entry> entries, int stepsPerRun)
        {
            CutOff = entries.Count(static e => e.Life == 0);
            var whole = entries.Where(static e => e.Life != 0).ToList();
            StepsBefore = whole.Count(static e => e.Life == 1 && e.Number > 0);
            RunsBefore = whole.Count(static e => e.Life == 1 && e.Number == Ledger.Started);
            foreach (var run in whole.GroupBy(static e => e.Run))
            {
                var times = new int[stepsPerRun + 1];
                var highest = 0;
                foreach (var entry in run.Where(static e => e.Number > 0))
                {
                    // A step that began was allowed to only after the one before it was committed.
                    if (entry.Number < highest) Problem ??= $"Step {entry.Number} of run {run.Key} ran after step {highest} had begun.";
                    if (entry.Life == 2 && run.Any(static e => e.Number == Ledger.Ended && e.Life == 1)) Problem ??= $"Step {entry.Number} of run {run.Key} ran after its end had been told.";
                    if (entry.Number == highest && times[entry.Number] > 0 && entry.Life == 1) Problem ??= $"Step {entry.Number} of run {run.Key} ran twice without a kill.";
                    times[entry.Number]++;
                    highest = Math.Max(highest, entry.Number);
                }
                var repeated = times.Sum(static t => Math.Max(0, t - 1));
                Repeated += repeated;
                RepeatedOfOneRunMax = Math.Max(RepeatedOfOneRunMax, repeated);
                if (repeated > 1) Problem ??= $"{repeated} steps of run {run.Key} ran again after one kill.";
                // Those that were cut off could be what is missing.
                if (CutOff == 0 && times.AsSpan(1).Contains(0)) Problem ??= $"A step of run {run.Key} never ran.";
            }
        }

        public int StepsBefore { get; }

        public int RunsBefore { get; }

        public int CutOff { get; }

        public int Repeated { get; }

        public int RepeatedOfOneRunMax { get; }

        public string? Problem { get; }
    }
}
