using System.Diagnostics;
using Holdfast.Agents;

namespace Holdfast.Bench;

/// <summary>
/// From the UTF-8 text of a call to its verdict, on one thread: parse, schema, record, requirements, policy. Nothing is written down; the durable stages are measured apart.
/// </summary>
static class GateBench
{
    const int Calls = 4_096;

    /// <summary>A round takes less than a turn of the scheduler: on a machine with other load most rounds are not cut.</summary>
    const int RoundCalls = 256;
    const int WarmUpRounds = 4_000;
    const int TimedRounds = 60;

    public static Measured Run(Arguments arguments)
    {
        var gate = GateCalls.NewGate();
        var calls = GateCalls.Make(Calls);
        var bytes = calls.Average(static c => c.Length);
        Header.Print(
            arguments, Path.GetTempPath(), $"gate: calls of ten fields and {bytes:0} bytes; {arguments.Seconds} s",
            $"from the bytes of a call to its verdict, one thread; speed is the median of rounds of {RoundCalls:N0} calls, beside what a second of CPU time gives; percentiles are of calls timed one by one", "in memory; the durable stages are not part of it");
        var arms = calls.CountBy(call => Arm(gate.Decide(call, 1))).OrderByDescending(static a => a.Value).ToDictionary();
        Console.WriteLine($"verdicts  {string.Join(", ", arms.Select(static a => $"{a.Key} {a.Value * 100.0 / Calls:0.0}%"))}");
        for (var i = 0; i < WarmUpRounds; i++) Round(gate, calls, i);
        var (perSecond, perCpuSecond, allocated) = Measure(gate, calls, arguments.Seconds);
        var (p50, p99) = Times(gate, calls);
        Console.WriteLine();
        Console.WriteLine($"verdicts/s {perSecond,12:N0}   {perCpuSecond:N0} a second of CPU time, the collector's with it");
        Console.WriteLine($"one call   {p50,12:N0} ns p50   {p99:N0} ns p99");
        Console.WriteLine($"allocated  {allocated,12:N0} bytes a call");
        return new(true, new
        {
            scenario = "gate",
            callBytes = Math.Round(bytes),
            admissionsPerSecond = Math.Round(perSecond),
            perCpuSecond = Math.Round(perCpuSecond),
            p50Ns = p50,
            p99Ns = p99,
            allocatedBytes = allocated,
            verdicts = arms,
        });
    }

    static (double Median, double OfCpu, long Bytes) Measure(Gate gate, byte[][] calls, double seconds)
    {
        var rounds = new List<double>(1_000_000);
        var cpu = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            var round = Stopwatch.GetTimestamp();
            Round(gate, calls, rounds.Count);
            rounds.Add(Stopwatch.GetElapsedTime(round).TotalSeconds);
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var judged = rounds.Count * (long)RoundCalls;
        var cpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        rounds.Sort();
        return (RoundCalls / rounds[rounds.Count / 2], judged / cpuSeconds, allocated / judged);
    }

    /// <summary>The timestamps around each call cost some twenty nanoseconds, and are in these times.</summary>
    static (long P50, long P99) Times(Gate gate, byte[][] calls)
    {
        var times = new long[TimedRounds * Calls];
        for (var i = 0; i < times.Length; i++)
        {
            var before = Stopwatch.GetTimestamp();
            gate.Decide(calls[i % Calls], 1);
            times[i] = Stopwatch.GetTimestamp() - before;
        }
        Array.Sort(times);
        return (Nanoseconds(times[times.Length / 2]), Nanoseconds(times[times.Length / 100 * 99]));
    }

    static void Round(Gate gate, byte[][] calls, int number)
    {
        foreach (var call in calls.AsSpan(number * RoundCalls % Calls, RoundCalls)) gate.Decide(call, 1);
    }

    static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));

    static string Arm(Verdict verdict) => verdict.Match(static _ => "admit", static _ => "repair", static _ => "needsApproval", static _ => "refuse", static _ => "park");
}
