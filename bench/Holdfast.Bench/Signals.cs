using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>
/// Runs that wait for a signal, in memory, and end with what it says. The stopwatch runs from the call of SignalAsync to the result in the caller's hands: the signal is committed, the run
/// takes it and ends, and that is committed too.
/// </summary>
static class Signals
{
    static readonly Signal<int> Question = new("question");

    public sealed class Answering : Workflow
    {
        public async Durable<int> Run() => await Receive(Question) + 1;
    }

    public static async Task<Measured> RunAsync(Arguments arguments)
    {
        Header.Print(
            arguments, arguments.Database ?? Path.GetTempPath(), $"signal: {arguments.Runs:N0} runs in memory that wait for a signal and end",
            "kept: from SignalAsync to its return, when the signal is durable; done: from SignalAsync to the run's result");
        var table = new Table("in flight", "kept p50 ms", "kept p99 ms", "done p50 ms", "done p99 ms", "done max ms", "signals/s", "fsyncs each", "fsync p50 ms");
        var figures = new List<object>();
        foreach (var inFlight in arguments.Counts("--in-flight"))
        {
            var (kept, done) = (new LatencyHistogram(), new LatencyHistogram());
            await using var engine = await BenchEngine.StartAsync(arguments.Database, static o => (o.IdleTime, o.HotRunsMax) = (TimeSpan.FromHours(1), int.MaxValue), typeof(Answering));
            // The first ones compile what all of them run.
            await AskAsync(engine, Math.Min(arguments.Runs, 500), inFlight, new(), new());
            var fsync = Machine.MedianFsyncMs(engine.Database);
            LogSyncs.Times.Clear();
            var (seconds, syncs) = await AskAsync(engine, arguments.Runs, inFlight, kept, done);
            var found = new
            {
                scenario = "signal", inFlight, runs = arguments.Runs, keptP50Ms = kept.AtMs(0.5), keptP99Ms = kept.AtMs(0.99), p50Ms = done.AtMs(0.5), p99Ms = done.AtMs(0.99),
                p999Ms = done.AtMs(0.999), maxMs = Math.Round(done.MaxMs, 4), signalsPerSecond = Math.Round(arguments.Runs / seconds), fsyncsPerSignal = Math.Round((double)syncs / arguments.Runs, 2), fsyncMedianMs = Math.Round(fsync, 4), logSyncP50Ms = LogSyncs.Times.AtMs(0.5), logSyncP99Ms = LogSyncs.Times.AtMs(0.99),
            };
            figures.Add(found);
            table.Row($"{inFlight:N0}", $"{found.keptP50Ms:0.000}", $"{found.keptP99Ms:0.000}", $"{found.p50Ms:0.000}", $"{found.p99Ms:0.000}", $"{found.maxMs:0.000}", $"{found.signalsPerSecond:N0}", $"{found.fsyncsPerSignal:0.00}", $"{found.logSyncP50Ms:0.000}");
        }
        return new(true, figures);
    }

    static async Task<(double Seconds, long Syncs)> AskAsync(BenchEngine engine, int count, int inFlight, LatencyHistogram kept, LatencyHistogram done)
    {
        var runs = new List<RunHandle>();
        for (var first = 0; first < count; first += 1_000)
            runs.AddRange(await engine.Client.StartManyAsync<Answering>(Enumerable.Repeat(((object?)null, (string?)null), Math.Min(1_000, count - first))));
        await engine.RestAsync("signal", count);
        GC.Collect();
        var (next, answered, syncs, clock) = (0, 0, LogSyncs.Completed, Stopwatch.StartNew());
        var lanes = Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (var at = Interlocked.Increment(ref next) - 1; at < count; at = Interlocked.Increment(ref next) - 1)
            {
                var started = Stopwatch.GetTimestamp();
                await runs[at].SignalAsync(Question, at, cancellationToken: CancellationToken.None);
                kept.Record(started, Stopwatch.GetTimestamp());
                var answer = await runs[at].ResultAsync<int>(CancellationToken.None);
                done.Record(started, Stopwatch.GetTimestamp());
                if (answer != at + 1) throw new InvalidOperationException($"Run {runs[at].Id} was asked {at} and answered {answer}.");
                if (Interlocked.Increment(ref answered) % 100 == 0) Progress.Show($"signal: {answered:N0} of {count:N0}");
            }
        })).ToArray();
        await Task.WhenAll(lanes);
        return (clock.Elapsed.TotalSeconds, LogSyncs.Completed - syncs);
    }
}
