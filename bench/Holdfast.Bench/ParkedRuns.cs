using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>
/// Very many runs that wait: what each takes on the disk, what all of them take in memory, and how long an engine that finds them needs to be
/// ready. Memory and readiness are measured in processes of their own, one on the file and one on an empty file.
/// </summary>
static class ParkedRuns
{
    const int BatchRuns = 5_000;
    const double BytesMax = 1024, RssGrowthMaxMiB = 100, ReadyMaxSeconds = 2;

    public sealed record Order(int Number, string Customer, decimal Amount);

    /// <summary>A quarter each wait for a signal, for a signal with a deadline, for a timer, and after a step with locals of their own.</summary>
    public sealed class Waiting : Workflow
    {
        public static readonly Signal<string> Answer = new("answer");

        public async Durable<string> Run(Order order)
        {
            switch (order.Number % 4)
            {
                case 0:
                    return await Receive(Answer);
                case 1:
                    return (await Receive(Answer).Within(TimeSpan.FromDays(30))).Value ?? "";
                case 2:
                    await Delay(TimeSpan.FromDays(30));
                    return order.Customer;
                default:
                    var note = await Step(() => Task.FromResult($"{order.Customer} asked for {order.Amount}"));
                    return note + await Receive(Answer);
            }
        }
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-parked-").FullName;
        try
        {
            return await MeasureAsync(arguments, arguments.Database ?? Path.Combine(directory, "parked.db"), Path.Combine(directory, "empty.db"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The part of the processes that only start and look around.</summary>
    public static async Task<Measured> OpenAsync(Arguments arguments)
    {
        var clock = Stopwatch.StartNew();
        await using var engine = await BenchEngine.StartAsync(arguments.Database, typeof(Waiting));
        var ready = clock.Elapsed.TotalSeconds;
        // What the engine does in its first seconds, such as looking for timers, is part of what it takes.
        await Task.Delay(TimeSpan.FromSeconds(3));
        GC.Collect();
        var found = await engine.Client.ListAsync(new() { Limit = 1 });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ready} {Environment.WorkingSet / 1048576.0} {found.Count}"));
        return new(true);
    }

    static async Task<Measured> MeasureAsync(Arguments arguments, string database, string empty)
    {
        Header.Print(
            arguments, database, $"parked: {arguments.Runs:N0} runs that wait for a signal, a deadline or a timer",
            "created: from the first start until all of them wait; ready: from the start of a new engine, in a new process, until it takes calls");
        var clock = Stopwatch.StartNew();
        await CreateAsync(database, arguments.Runs);
        var seconds = clock.Elapsed.TotalSeconds;
        var bytes = (double)new FileInfo(database).Length / arguments.Runs;
        await using (await BenchEngine.StartAsync(empty, typeof(Waiting))) { }
        var (emptyReady, emptyRss) = Open(empty);
        var (ready, rss) = Open(database);
        var (again, rssAgain) = Open(database);

        Console.WriteLine();
        Console.WriteLine($"created   {seconds,10:0.0} s      {arguments.Runs / seconds:N0} runs/s, until all of them waited");
        Console.WriteLine($"on disk   {bytes,10:0} bytes a run (at most {BytesMax:0})");
        Console.WriteLine($"memory    {Math.Max(rss, rssAgain) - emptyRss,10:0.0} MiB more than the engine on an empty file, which takes {emptyRss:0.0} (at most {RssGrowthMaxMiB:0})");
        Console.WriteLine($"ready     {Math.Max(ready, again),10:0.00} s, on an empty file {emptyReady:0.00} (at most {ReadyMaxSeconds:0})");
        var isWithin = bytes <= BytesMax && Math.Max(rss, rssAgain) - emptyRss <= RssGrowthMaxMiB && Math.Max(ready, again) < ReadyMaxSeconds;
        return new(isWithin, new { scenario = "parked", runs = arguments.Runs, createSeconds = seconds, bytesPerRun = bytes, emptyRssMiB = emptyRss, rssMiB = (double[])[rss, rssAgain], emptyReady, readySeconds = (double[])[ready, again], isWithin });
    }

    static async Task CreateAsync(string database, int runs)
    {
        await using var engine = await BenchEngine.StartAsync(database, typeof(Waiting));
        for (var first = 0; first < runs; first += BatchRuns)
        {
            var inputs = Enumerable.Range(first, Math.Min(BatchRuns, runs - first)).Select(static n => ((object?)new Order(n, $"customer {n}", n % 1000), (string?)$"order-{n}"));
            await engine.Client.StartManyAsync<Waiting>(inputs);
            Progress.Show($"parked: {first + BatchRuns:N0} of {runs:N0} started");
        }
        // Started is durable already; parked is when no first turn is owed any more.
        while ((await engine.Store.ScanOwedAsync(default, 1, default)).Count > 0) await Task.Delay(50);
        Progress.Clear();
    }

    static (double ReadySeconds, double RssMiB) Open(string database)
    {
        using var process = new PartProcess("parked-open", "--db", database);
        var words = process.ReadLine().Split(' ', StringSplitOptions.TrimEntries);
        process.Wait();
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
