using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Holdfast.Bench;

/// <summary>
/// Runs of ten sequential no-op steps with 100-byte results. A step's stopwatch runs from the moment its code could run to the
/// moment the next step's code runs: result, fsync and next intent are all in it.
/// </summary>
static class Seq10
{
    const int Steps = 10;
    static readonly string Result = new('x', 100);
    static long _completed;
    static volatile bool _measures;

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
        Clocks.Step(step.RunId);
        return Result;
    }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Sequence));
        Console.WriteLine($"seq10: runs of {Steps} sequential no-op steps, 100-byte results, {arguments.InFlight} in flight, {arguments.Seconds} s after {arguments.WarmUp} s of warm-up");
        Console.WriteLine("settings  SQLite WAL, synchronous=FULL, one writer, live frames, journal on");
        Console.WriteLine("stopwatch a step: from its code running to the next step's code running; a run: from StartAsync to its result");
        Machine.Print(engine.Database);
        var fsyncBefore = Machine.MedianFsyncMs(engine.Database);

        using var commits = new CommitCounter();
        using var stop = new CancellationTokenSource();
        var runs = new List<double>[arguments.InFlight];
        var lanes = Enumerable.Range(0, arguments.InFlight).Select(lane => Task.Run(() => LaneAsync(engine.Client, runs[lane] = new(4096), stop.Token))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(arguments.WarmUp));
        GC.Collect();
        var (cpu, allocated, size) = (Process.GetCurrentProcess().TotalProcessorTime, GC.GetTotalAllocatedBytes(), WrittenBytes());
        using var allocations = arguments.Allocations ? new AllocationProfile() : null;
        commits.Reset();
        Clocks.Reset();
        _completed = 0;
        var pauses = GC.GetTotalPauseDuration();
        var started = Stopwatch.GetTimestamp();
        _measures = true;
        await Task.Delay(TimeSpan.FromSeconds(arguments.Seconds));
        _measures = false;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var steps = Clocks.Count;
        var completed = Volatile.Read(ref _completed);
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        size = WrittenBytes() - size;
        var fsyncs = commits.Count;
        pauses = GC.GetTotalPauseDuration() - pauses;
        allocations?.Print(steps);
        await stop.CancelAsync();
        await Task.WhenAll(lanes);
        var fsyncMs = Math.Min(fsyncBefore, Machine.MedianFsyncMs(engine.Database));

        var latencies = Clocks.Latencies();
        var runTimes = runs.SelectMany(static r => r).Order().ToArray();
        var report = new
        {
            scenario = "seq10",
            inFlight = arguments.InFlight,
            seconds = Math.Round(seconds, 2),
            stepsPerSecond = Math.Round(steps / seconds),
            runsPerSecond = Math.Round(completed / seconds),
            p50Ms = At(latencies, 0.5),
            p99Ms = At(latencies, 0.99),
            p999Ms = At(latencies, 0.999),
            runP50Ms = At(runTimes, 0.5),
            fsyncMedianMs = Math.Round(fsyncMs, 4),
            cpuSecondsPer1000Steps = Math.Round(cpu.TotalSeconds * 1000 / steps, 5),
            fsyncs,
            bytesPerStep = Math.Round((double)size / steps),
            allocatedBytesPerStep = Math.Round((double)allocated / steps),
            gcPauseMaxMs = Math.Round(LongestPauseMs(), 2),
            gcPauseTotalMs = Math.Round(pauses.TotalMilliseconds, 1),
        };
        Console.WriteLine();
        Console.WriteLine($"steps/s   {report.stepsPerSecond,12:N0}     p50 {report.p50Ms:0.000} ms, p99 {report.p99Ms:0.000} ms, p99.9 {report.p999Ms:0.000} ms");
        Console.WriteLine($"runs/s    {report.runsPerSecond,12:N0}     p50 {report.runP50Ms:0.000} ms");
        Console.WriteLine($"commits   {fsyncs,12:N0}     {steps / (double)Math.Max(1, fsyncs):0.0} steps a commit; median fsync of one page {fsyncMs:0.000} ms");
        Console.WriteLine($"CPU       {report.cpuSecondsPer1000Steps * 1000,12:0.00} ms per 1,000 steps");
        Console.WriteLine($"written   {report.bytesPerStep,12:N0} bytes a step; allocated {report.allocatedBytesPerStep:N0} bytes a step; longest GC pause {report.gcPauseMaxMs} ms");
        if (arguments.Json) Console.WriteLine(JsonSerializer.Serialize(report));
        return 0;
    }

    static async Task LaneAsync(IHoldfastClient client, List<double> times, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var run = await client.StartAsync((Sequence w) => w.Run(), cancellationToken: CancellationToken.None);
            await run.ResultAsync(CancellationToken.None);
            if (!_measures) continue;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Interlocked.Increment(ref _completed);
        }
    }

    static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)], 4);

    static double LongestPauseMs() => Enumerable.Range(0, 3)
        .Select(static kind => GC.GetGCMemoryInfo((GCKind)(kind + 1)))
        .SelectMany(static info => info.PauseDurations.ToArray())
        .Max(static pause => pause.TotalMilliseconds);

    /// <summary>What the kernel has written to disk for this process; 0 where it does not say.</summary>
    static long WrittenBytes()
    {
        if (!File.Exists("/proc/self/io")) return 0;
        var line = File.ReadLines("/proc/self/io").First(static l => l.StartsWith("write_bytes", StringComparison.Ordinal));
        return long.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>When the last step of each run ran, and the distances in between.</summary>
static class Clocks
{
    static readonly System.Collections.Concurrent.ConcurrentDictionary<RunId, long> Last = new();
    static readonly ThreadLocal<List<double>> Times = new(static () => new(1 << 16), trackAllValues: true);
    static long _count;
    static volatile int _generation;

    [ThreadStatic]
    static int _own;

    public static long Count => Volatile.Read(ref _count);

    public static void Step(RunId run)
    {
        var now = Stopwatch.GetTimestamp();
        var list = Times.Value!;
        if (_own != _generation)
        {
            _own = _generation;
            list.Clear();
        }
        if (Last.TryGetValue(run, out var last)) list.Add(Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
        Last[run] = now;
        Interlocked.Increment(ref _count);
    }

    public static void Reset()
    {
        Last.Clear();
        _generation++;
        Volatile.Write(ref _count, 0);
    }

    public static double[] Latencies() => [.. Times.Values.SelectMany(static l => l.ToArray()).Order()];
}

/// <summary>Counts what one instrument of the engine's own meter tells; commits, unless another one is named.</summary>
sealed class CommitCounter : IDisposable
{
    readonly MeterListener _listener = new();
    long _count;
    long _sum;

    public CommitCounter(string name = "holdfast.commit.duration")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Holdfast" && instrument.Name == name) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _count));
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _sum, value));
        _listener.Start();
    }

    /// <summary>The sum of what a counter told.</summary>
    public long Sum => Volatile.Read(ref _sum);

    public long Count => Volatile.Read(ref _count);

    public void Reset() => Volatile.Write(ref _count, 0);

    public void Dispose() => _listener.Dispose();
}
