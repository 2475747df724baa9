using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>
/// What a step costs in a run that holds more and more, alone on the engine. Twice: in many small values, which are part of every snapshot, and in one large value, which is kept by the hash
/// of its content and does not change.
/// </summary>
static class Growth
{
    const int ValueBytes = 100;
    const int StepsMin = 10;
    static readonly TimeSpan WindowMax = TimeSpan.FromMinutes(2);

    static StepClock _clock = new();
    static volatile bool _isOver;

    public sealed class SmallValues : Workflow
    {
        public async Durable<long> Run(int bytes)
        {
            var values = Enumerable.Range(0, Math.Max(1, bytes / ValueBytes)).Select(static i => i.ToString(CultureInfo.InvariantCulture).PadLeft(ValueBytes, 'x')).ToList();
            while (!_isOver) await Step(static step => Task.FromResult(Mark(step)));
            return values.Sum(static value => (long)value.Length);
        }
    }

    public sealed class OneValue : Workflow
    {
        public async Durable<long> Run(int bytes)
        {
            var value = new byte[bytes];
            new Random(bytes).NextBytes(value);
            while (!_isOver) await Step(static step => Task.FromResult(Mark(step)));
            return value.LongLength;
        }
    }

    static int Mark(StepContext step)
    {
        _clock.Step(step.RunId);
        return 1;
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var sizes = arguments.Counts("--kilobytes");
        Header.Print(
            arguments, arguments.Database ?? Path.GetTempPath(), $"growth: sequential no-op steps of one run that holds {string.Join(", ", sizes)} KB; {arguments.Seconds} s each",
            "a step: from its code running to the next step's code running; written: what the kernel wrote for the process, checkpoints included");
        // Compiles what all of them run.
        await MeasureAsync(arguments, 1, isOneValue: false);
        await MeasureAsync(arguments, 1, isOneValue: true);
        var table = new Table("held, KB", "in what form", "steps", "p50 ms", "p99 ms", "written a step", "snapshot", "allocated a step");
        var figures = new List<object>();
        foreach (var isOneValue in (bool[])[false, true])
        {
            foreach (var kilobytes in sizes)
            {
                var found = await MeasureAsync(arguments, kilobytes, isOneValue);
                figures.Add(found);
                table.Row(
                    $"{kilobytes:N0}", found.As, $"{found.Steps:N0}", $"{found.P50Ms:0.000}", $"{found.P99Ms:0.000}", $"{found.BytesPerStep:N0}", $"{found.SnapshotBytes:N0}", $"{found.AllocatedBytesPerStep:N0}");
            }
        }
        return new(true, figures);
    }

    static async Task<Found> MeasureAsync(Arguments arguments, int kilobytes, bool isOneValue)
    {
        (_clock, _isOver) = (new(), false);
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(SmallValues), typeof(OneValue));
        using var snapshot = new LastSnapshot();
        var bytes = kilobytes * 1024;
        RunHandle run = isOneValue ? await engine.Client.StartAsync((OneValue w) => w.Run(bytes)) : await engine.Client.StartAsync((SmallValues w) => w.Run(bytes));
        var result = run.ResultAsync<long>();
        await UntilAsync(result, static () => _clock.Count > 1);
        _clock.Reset();
        var (written, allocated, clock) = (Machine.WrittenBytes(), GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        Progress.Show($"growth: {kilobytes:N0} KB {(isOneValue ? "in one value" : "in small values")}");
        await UntilAsync(result, () => clock.Elapsed.TotalSeconds >= arguments.Seconds && (_clock.Count >= StepsMin || clock.Elapsed > WindowMax));
        var steps = Math.Max(1, _clock.Count);
        (written, allocated) = (Machine.WrittenBytes() - written, GC.GetTotalAllocatedBytes() - allocated);
        _isOver = true;
        if (await result != (isOneValue ? bytes : Math.Max(1, bytes / ValueBytes) * ValueBytes)) throw new InvalidOperationException($"A run that held {kilobytes} KB ended with {await result} bytes.");
        return new(
            "growth", kilobytes, isOneValue ? "one value" : "small values", steps, _clock.Latencies.AtMs(0.5), _clock.Latencies.AtMs(0.99), Math.Round((double)written / steps), snapshot.Bytes, Math.Round((double)allocated / steps));
    }

    static async Task UntilAsync(Task run, Func<bool> holds)
    {
        while (!holds())
        {
            if (run.IsCompleted) await run;
            await Task.Delay(10);
        }
    }

    sealed record Found(string Scenario, int Kilobytes, string As, long Steps, double P50Ms, double P99Ms, double BytesPerStep, int SnapshotBytes, double AllocatedBytesPerStep);

    sealed class LastSnapshot : IDisposable
    {
        readonly MeterListener _listener = new();

        public LastSnapshot()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Holdfast" && instrument.Name == "holdfast.snapshot.size") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((_, bytes, _, _) => Bytes = bytes);
            _listener.Start();
        }

        public int Bytes { get; private set; }

        public void Dispose() => _listener.Dispose();
    }
}
