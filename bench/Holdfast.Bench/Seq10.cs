namespace Holdfast.Bench;

/// <summary>
/// Runs of ten sequential no-op steps with 100-byte results. A step's stopwatch runs from the moment its code could run to the
/// moment the next step's code runs: result, fsync and next intent are all in it.
/// </summary>
static class Seq10
{
    const int Steps = 10;

    /// <summary>The first intent, each result with the next intent, and the last result: one sync after the other.</summary>
    const int DurablePoints = Steps + 1;

    static readonly string Result = new('x', 100);
    static StepClock _clock = new();

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
        _clock.Step(step.RunId);
        return Result;
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        Header.Print(
            arguments, arguments.Database ?? Path.GetTempPath(), $"seq10: runs of {Steps} sequential no-op steps, 100-byte results; {arguments.Seconds} s after {arguments.WarmUp} s of warm-up",
            "a step: from its code running to the next step's code running; a run: from StartAsync to its result");
        var found = new List<LoadFigures>();
        foreach (var inFlight in arguments.Counts("--in-flight"))
        {
            _clock = new();
            await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Sequence));
            var client = engine.Client;
            found.Add(await new ClosedLoop("seq10", DurablePoints).MeasureAsync(
                arguments, inFlight, engine, _clock, async () => await client.StartAsync((Sequence w) => w.Run(), cancellationToken: CancellationToken.None)));
            found[^1].Print(isSequential: true);
        }
        return new(found.TrueForAll(static f => f.Problem(isSequential: true) is null), found);
    }
}
