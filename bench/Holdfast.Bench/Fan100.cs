namespace Holdfast.Bench;

/// <summary>Runs of a hundred no-op steps at the same time. A run's stopwatch covers its start, a hundred intents, a hundred results and its end.</summary>
static class Fan100
{
    const int Steps = 100;

    /// <summary>All intents, and all results: no step before the first, no end before the second.</summary>
    const int DurablePoints = 2;

    static readonly string Result = new('x', 100);
    static StepClock _clock = new();

    public sealed class Fan : Workflow
    {
        public async Durable<int> Run()
        {
            var results = await Durable.WhenAll(Enumerable.Range(0, Steps).Select(static _ => Step(static () => Task.FromResult(Mark()))));
            return results.Sum(static result => result.Length);
        }
    }

    static string Mark()
    {
        _clock.Step();
        return Result;
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        Header.Print(
            arguments, arguments.Database ?? Path.GetTempPath(), $"fan100: runs of {Steps} parallel no-op steps, 100-byte results; {arguments.Seconds} s after {arguments.WarmUp} s of warm-up",
            "a run: from StartAsync to its result; steps/s: how often the code of a step ran");
        var found = new List<LoadFigures>();
        foreach (var inFlight in arguments.Counts("--in-flight"))
        {
            _clock = new();
            await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Fan));
            var client = engine.Client;
            found.Add(await new ClosedLoop("fan100", DurablePoints).MeasureAsync(
                arguments, inFlight, engine, _clock, async () => await client.StartAsync((Fan w) => w.Run(), cancellationToken: CancellationToken.None)));
            found[^1].Print(isSequential: false);
        }
        return new(found.TrueForAll(static f => f.Problem(isSequential: false) is null), found);
    }
}
