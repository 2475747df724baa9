using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Simulation.Worlds;

namespace Holdfast.Simulation;

/// <summary>What many worlds came to.</summary>
/// <param name="Worlds">How many there were.</param>
/// <param name="Events">How many things were done in all of them.</param>
/// <param name="Deaths">How many processes died.</param>
/// <param name="Failures">The worlds in which something did not hold, by seed.</param>
/// <param name="EventsLeast">How many things were done in the one in which least was.</param>
/// <param name="DeathsLeast">How many processes died in the one in which fewest did.</param>
/// <param name="TraceHash">Stands for all that happened in all of them.</param>
sealed record SimulationReport(long Worlds, long Events, long Deaths, IReadOnlyList<WorldReport> Failures, int EventsLeast, int DeathsLeast, string TraceHash)
{
    /// <summary>A world in which less happens says little.</summary>
    public const int EventsMin = 500, DeathsMin = 3;

    public bool IsEventful => EventsLeast >= EventsMin && DeathsLeast >= DeathsMin;
}

/// <summary>Runs one world after the other, each on one thread, and several threads with a world each.</summary>
static class Simulator
{
    /// <param name="from">The first world's seed; the others follow.</param>
    /// <param name="worlds">How many worlds at most.</param>
    /// <param name="time">No world begins after this time.</param>
    /// <param name="sabotage">Makes what breaks a promise in each world.</param>
    /// <param name="threads">How many worlds at a time.</param>
    /// <param name="each">Told of each world as it ends, in no order.</param>
    /// <param name="stopAtFirst">Whether no further world begins once something did not hold.</param>
    public static SimulationReport Run(long from, long worlds, TimeSpan time, Func<Sabotage> sabotage, int threads, Action<WorldReport>? each = null, bool stopAtFirst = false)
    {
        var started = Stopwatch.GetTimestamp();
        var reports = new ConcurrentQueue<WorldReport>();
        var next = from - 1;
        var isOver = false;
        void Work()
        {
            while (!Volatile.Read(ref isOver) && Stopwatch.GetElapsedTime(started) < time && Interlocked.Increment(ref next) is var seed && seed < from + worlds)
            {
                var report = World.Run(Scenario.Draw(seed), sabotage());
                reports.Enqueue(report);
                each?.Invoke(report);
                if (stopAtFirst && report.Violations.Count > 0) Volatile.Write(ref isOver, true);
            }
        }
        // Threads of their own: a world must not be moved to another one, and what runs away to the pool is noticed.
        var all = Enumerable.Range(0, threads).Select(_ => new Thread(Work)).ToArray();
        foreach (var thread in all) thread.Start();
        foreach (var thread in all) thread.Join();
        var hash = 0xcbf29ce484222325;
        foreach (var report in reports.OrderBy(static r => r.Seed)) hash = (hash ^ report.TraceHash) * 0x100000001b3;
        return new(
            reports.Count, reports.Sum(static r => (long)r.Events), reports.Sum(static r => (long)r.Deaths),
            [.. reports.Where(static r => r.Violations.Count > 0).OrderBy(static r => r.Seed)],
            reports.Where(static r => r.Violations.Count == 0).Select(static r => r.Events).DefaultIfEmpty(int.MaxValue).Min(),
            reports.Where(static r => r.Violations.Count == 0).Select(static r => r.Deaths).DefaultIfEmpty(int.MaxValue).Min(), hash.ToString("x16", CultureInfo.InvariantCulture));
    }
}
