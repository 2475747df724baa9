using System.Diagnostics;
using System.Numerics;

namespace Holdfast.Bench.Measuring;

/// <summary>
/// Counts times in classes whose width grows with the time, so that each is known to a thousandth of itself, and any number of them takes the same
/// memory. The longest is kept as it is. Thread-safe.
/// </summary>
/// <remarks>The log-linear layout of Gil Tene's HdrHistogram (https://hdrhistogram.github.io/HdrHistogram/), in nanoseconds, up to a day.</remarks>
sealed class LatencyHistogram
{
    /// <summary>A class spans one of 1,024 parts of a power of two.</summary>
    const int PartBits = 10;
    const int Parts = 1 << PartBits;
    const int NanosecondBitsMax = 47;

    readonly long[] _counts = new long[(NanosecondBitsMax - PartBits + 1) * Parts];
    long _max;
    long _total;

    /// <summary>All times together, in seconds.</summary>
    public double TotalSeconds => Volatile.Read(ref _total) / 1e9;

    public long Count => _counts.Sum();

    public double MaxMs => Volatile.Read(ref _max) / 1e6;

    /// <summary>Counts a time between two values of <see cref="Stopwatch.GetTimestamp"/>; one below zero counts as zero.</summary>
    public void Record(long fromTimestamp, long toTimestamp) => RecordNanoseconds((long)((toTimestamp - fromTimestamp) * (1e9 / Stopwatch.Frequency)));

    public void Record(TimeSpan time) => RecordNanoseconds(time.Ticks * TimeSpan.NanosecondsPerTick);

    public void RecordNanoseconds(long nanoseconds)
    {
        nanoseconds = Math.Clamp(nanoseconds, 0, (1L << NanosecondBitsMax) - 1);
        Interlocked.Increment(ref _counts[ClassOf(nanoseconds)]);
        Interlocked.Add(ref _total, nanoseconds);
        var max = Volatile.Read(ref _max);
        while (nanoseconds > max)
        {
            var seen = Interlocked.CompareExchange(ref _max, nanoseconds, max);
            if (seen == max) return;
            max = seen;
        }
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Volatile.Write(ref _max, 0);
        Volatile.Write(ref _total, 0);
    }

    /// <summary>The time that this share of all times does not exceed, in milliseconds; 0 when there is none.</summary>
    public double AtMs(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * share));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            // The upper end of the class, but never more than what really happened.
            if (seen >= rank) return Math.Round(Math.Min(EndOf(i), _max) / 1e6, 4);
        }
        return 0;
    }

    static int ClassOf(long nanoseconds)
    {
        var shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)nanoseconds) - PartBits - 1);
        // Above the first two powers, the highest bit is always set: those classes lie behind one another without a gap.
        return (shift << PartBits) + (int)(nanoseconds >> shift);
    }

    static long EndOf(int index)
    {
        var shift = Math.Max(0, (index >> PartBits) - 1);
        return ((index - ((long)shift << PartBits) + 1) << shift) - 1;
    }
}
