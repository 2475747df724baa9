using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Holdfast.Bench;

/// <summary>
/// Runs that have done N steps and wait for a signal: how long from the signal to the run's result, with the run in memory, with the run only in the file, and in a new process after
/// <c>kill -9</c> of the one that had it. If a step left anything behind that resuming has to read, the figures would grow with N.
/// </summary>
static class Resume
{
    static readonly string[] Places = ["memory", "file", "killed"];

    /// <summary>Long enough for a run that was just woken to be in memory still when its signal comes.</summary>
    static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(50);

    const int WarmUpRuns = 20;

    static readonly Signal<bool> GoOn = new("go-on");
    static long _steps;

    public sealed class Stepping : Workflow
    {
        public async Durable<long> Run(int steps)
        {
            long sum = 0;
            for (var i = 0; i < steps; i++) sum += await Step(static () => Task.FromResult(Count()));
            // A signal that says no only brings the run into memory.
            while (!await Receive(GoOn)) { }
            return sum;
        }
    }

    static long Count()
    {
        Interlocked.Increment(ref _steps);
        return 1;
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var (counts, runs) = (arguments.Counts("--steps"), arguments.Runs);
        var directory = Directory.CreateTempSubdirectory("holdfast-resume-").FullName;
        try
        {
            var database = arguments.Database ?? Path.Combine(directory, "resume.db");
            Header.Print(
                arguments, database, $"resume: runs parked after N steps, {runs} of each N in each place",
                "done: from SignalAsync, after 50 ms of quiet, to the run's result; after the kill in a new process, from ready; ready: from the start of that process until its engine takes calls",
                Header.Settings + $"; in the file: not in memory for more than {IdleTime.TotalSeconds:0} s");
            var times = new Dictionary<(string What, int Steps), List<double>>();
            void Add(string what, int steps, double value) => (times.TryGetValue((what, steps), out var list) ? list : times[(what, steps)] = []).Add(value);

            var parked = new List<(int Steps, string Run)>();
            using (var alive = new PartProcess("resume-alive", "--db", database, "--steps", string.Join(',', counts), "--runs", runs.ToString(CultureInfo.InvariantCulture)))
            {
                for (var line = alive.ReadLine(); line != "parked"; line = alive.ReadLine())
                {
                    var words = line.Split(' ');
                    var steps = int.Parse(words[1], CultureInfo.InvariantCulture);
                    if (words[0] == "run") parked.Add((steps, words[2]));
                    else Add(words[0], steps, double.Parse(words[2], CultureInfo.InvariantCulture));
                }
                alive.Kill();
            }
            foreach (var (steps, run) in parked)
            {
                Progress.Show($"resume: a new process for a run of {steps:N0} steps");
                using var fresh = new PartProcess("resume-fresh", "--db", database, "--run", run);
                var numbers = fresh.ReadNumbers("done");
                fresh.Kill();
                if ((int)numbers[2] != steps) throw new InvalidOperationException($"Run {run} of {steps} steps counted {numbers[2]} of them.");
                Add("killed", steps, numbers[1]);
                // The part's clock and this one's are the same.
                Add("ready", steps, Stopwatch.GetElapsedTime(fresh.StartedTimestamp, (long)numbers[0]).TotalMilliseconds);
                Add("compiling", steps, numbers[3]);
                Add("methods", steps, numbers[4]);
                Add("cpu", steps, numbers[5]);
            }
            return Print(counts, times, new FileInfo(database).Length);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The process that lives: it does all steps, and measures two of the three places. What is left is said, and waits for the kill.</summary>
    public static async Task<Measured> AliveAsync(Arguments arguments)
    {
        var (counts, runs) = (arguments.Counts("--steps"), arguments.Runs);
        await using var engine = await BenchEngine.StartAsync(arguments.Database, static o => o.IdleTime = IdleTime, typeof(Stepping));
        var handles = new Dictionary<(string Place, int Steps), List<RunHandle<Stepping, long>>>();
        // All at once: many long runs take no longer than one, because they share their commits.
        foreach (var steps in counts)
            foreach (var place in Places)
                for (var i = 0; i < runs; i++)
                    (handles.TryGetValue((place, steps), out var list) ? list : handles[(place, steps)] = []).Add(await engine.Client.StartAsync((Stepping w) => w.Run(steps)));
        var all = counts.Sum(static c => (long)c) * runs * Places.Length;
        while (Volatile.Read(ref _steps) < all)
        {
            Progress.Show($"resume: {Volatile.Read(ref _steps):N0} of {all:N0} steps done");
            await Task.Delay(100);
        }
        await engine.RestAsync("resume", counts.Length * runs * Places.Length);

        foreach (var isInMemory in (bool[])[true, false])
        {
            // What is compiled at the first use is not what is measured here; after the kill, it is.
            var firsts = new List<RunHandle<Stepping, long>>();
            for (var i = 0; i < WarmUpRuns; i++) firsts.Add(await engine.Client.StartAsync((Stepping w) => w.Run(1)));
            await engine.RestAsync("resume", WarmUpRuns);
            if (!isInMemory) await EvictedAsync();
            foreach (var first in firsts) await DoneAsync(engine, first, isInMemory);
            var place = isInMemory ? "memory" : "file";
            // In turn, so that what disturbs one number of steps disturbs all.
            for (var i = 0; i < runs; i++)
                foreach (var steps in counts) Say(place, steps, await DoneAsync(engine, handles[(place, steps)][i], isInMemory));
        }
        for (var i = 0; i < runs; i++)
            foreach (var steps in counts) Console.WriteLine($"run {steps} {handles[("killed", steps)][i].Id}");
        Console.WriteLine("parked");
        await Task.Delay(Timeout.Infinite);
        return new(true);
    }

    /// <summary>The process after the kill: one run, and nothing that was ever used before.</summary>
    public static async Task<Measured> FreshAsync(Arguments arguments)
    {
        var run = RunId.Parse(arguments.Text("--run")!);
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Stepping));
        using var process = Process.GetCurrentProcess();
        var (compiled, methods, cpu) = (JitInfo.GetCompilationTime(), JitInfo.GetCompiledMethodCount(), process.TotalProcessorTime);
        var ready = Stopwatch.GetTimestamp();
        var handle = engine.Client.GetRun<Stepping, long>(run);
        await handle.SignalAsync(GoOn, true);
        var sum = await handle.ResultAsync();
        var milliseconds = Stopwatch.GetElapsedTime(ready).TotalMilliseconds;
        process.Refresh();
        (compiled, methods, cpu) = (JitInfo.GetCompilationTime() - compiled, JitInfo.GetCompiledMethodCount() - methods, process.TotalProcessorTime - cpu);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done {ready} {milliseconds} {sum} {compiled.TotalMilliseconds} {methods} {cpu.TotalMilliseconds}"));
        await Task.Delay(Timeout.Infinite);
        return new(true);
    }

    static async Task<double> DoneAsync(BenchEngine engine, RunHandle<Stepping, long> run, bool isInMemory)
    {
        if (isInMemory)
        {
            await run.SignalAsync(GoOn, false);
            await engine.RestAsync("resume", 1);
        }
        // As signals come: out of quiet. Back to back, the threads that work on them would be awake already.
        await Task.Delay(Quiet);
        var started = Stopwatch.GetTimestamp();
        await run.SignalAsync(GoOn, true);
        await run.ResultAsync();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    static async Task EvictedAsync()
    {
        using var hot = new HotRuns();
        while (hot.Count > 0)
        {
            Progress.Show($"resume: waiting until no run is in memory; {hot.Count:N0} are");
            await Task.Delay(200);
        }
    }

    static void Say(string place, int steps, double milliseconds) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{place} {steps} {milliseconds}"));

    static Measured Print(int[] counts, Dictionary<(string What, int Steps), List<double>> times, long bytes)
    {
        static double Middle(List<double> of) => Math.Round(of.Order().ElementAt(of.Count / 2), 3);
        static double Most(List<double> of) => Math.Round(of.Max(), 3);
        var table = new Table("steps", "in memory, ms", "max", "in the file, ms", "max", "killed, ms", "max", "CPU, ms", "compiling, ms", "methods", "ready, ms", "max");
        var figures = new List<object>();
        foreach (var steps in counts)
        {
            var (memory, file, killed, ready) = (times[("memory", steps)], times[("file", steps)], times[("killed", steps)], times[("ready", steps)]);
            var (cpu, compiling, methods) = (Middle(times[("cpu", steps)]), Middle(times[("compiling", steps)]), Middle(times[("methods", steps)]));
            table.Row(
                $"{steps:N0}", $"{Middle(memory):0.000}", $"{Most(memory):0.000}", $"{Middle(file):0.000}", $"{Most(file):0.000}", $"{Middle(killed):0.0}", $"{Most(killed):0.0}", $"{cpu:0.0}", $"{compiling:0.0}", $"{methods:N0}", $"{Middle(ready):0}",
                $"{Most(ready):0}");
            figures.Add(new
            {
                scenario = "resume", steps, runs = memory.Count, memoryP50Ms = Middle(memory), memoryMaxMs = Most(memory), fileP50Ms = Middle(file), fileMaxMs = Most(file),
                killedP50Ms = Middle(killed), killedMaxMs = Most(killed), killedCpuMs = cpu, killedCompilingMs = compiling, killedCompiledMethods = methods, readyP50Ms = Middle(ready), readyMaxMs = Most(ready),
            });
        }
        Console.WriteLine();
        Console.WriteLine("CPU, compiling and methods are those of the new process from ready to done: how much of it is code that runs for the first time.");
        Console.WriteLine($"file      {bytes / 1048576.0,12:0.0} MiB after all of it");
        return new(true, figures);
    }
}
