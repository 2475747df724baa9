using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Holdfast.Bench;

/// <summary>One run of very many sequential steps: what a step costs, and how large the snapshot is, in each tenth of it.</summary>
static class LongRun
{
    static readonly List<(long Steps, TimeSpan At)> Marks = [];
    static readonly Stopwatch Clock = new();

    public sealed class Loop : Workflow
    {
        public async Durable<long> Run(int steps)
        {
            long sum = 0;
            for (var i = 0; i < steps; i++)
            {
                sum += await Step(() => Task.FromResult(i));
                if ((i + 1) % (steps / 10) == 0) Marks.Add((i + 1, Clock.Elapsed));
            }
            return sum;
        }
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Loop));
        Header.Print(
            arguments, engine.Database, $"long: one run of {arguments.Steps:N0} sequential steps", "from the start of the run to the end of each tenth of its steps");
        var sizes = new List<int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Holdfast" && instrument.Name == "holdfast.snapshot.size") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((_, bytes, _, _) => sizes.Add(bytes));
        listener.Start();
        Clock.Start();
        var steps = arguments.Steps;
        var run = await engine.Client.StartAsync((Loop w) => w.Run(steps));
        var result = run.ResultAsync();
        while (await Task.WhenAny(result, Task.Delay(1000)) != result) Progress.Show($"long: {sizes.Count:N0} of {steps:N0} steps");
        Progress.Clear();
        Invariant(await result == (long)steps * (steps - 1) / 2);
        var table = new Table("steps done", "us a step", "largest snapshot, bytes");
        var before = (Steps: 0L, At: TimeSpan.Zero);
        var rows = new List<object>();
        foreach (var mark in Marks)
        {
            var each = (mark.At - before.At).TotalMicroseconds / (mark.Steps - before.Steps);
            var largest = sizes.Skip((int)before.Steps).Take((int)(mark.Steps - before.Steps)).Max();
            table.Row($"{mark.Steps:N0}", $"{each:0.0}", $"{largest:N0}");
            rows.Add(new { steps = mark.Steps, microsecondsPerStep = Math.Round(each, 1), snapshotBytesMax = largest });
            before = mark;
        }
        return new(true, new { scenario = "long", steps, tenths = rows });
    }

    static void Invariant(bool holds)
    {
        if (!holds) throw new InvalidOperationException("The run gave a wrong sum.");
    }
}
