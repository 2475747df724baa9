namespace Claims;

/// <summary>Counts durations in buckets that each are a tenth wider than the one before, so that figures of several processes can be added up.</summary>
sealed class StepHistogram
{
    const double FirstMs = 0.01, Growth = 1.1;
    readonly long[] counts = new long[160];

    public void Record(double milliseconds) => Interlocked.Increment(ref counts[Bucket(milliseconds)]);

    public long[] Snapshot()
    {
        var copy = new long[counts.Length];
        for (var i = 0; i < counts.Length; i++) copy[i] = Interlocked.Read(ref counts[i]);
        return copy;
    }

    public void Add(ReadOnlySpan<long> other)
    {
        for (var i = 0; i < other.Length && i < counts.Length; i++) Interlocked.Add(ref counts[i], other[i]);
    }

    public long Count => Snapshot().Sum();

    /// <summary>The upper end of the bucket in which the percentile lies; 0 when nothing was recorded.</summary>
    public double PercentileMs(double percent)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (var i = 0; i < counts.Length; i++)
            if ((seen += Interlocked.Read(ref counts[i])) >= rank) return Math.Round(FirstMs * Math.Pow(Growth, i), 3);
        return 0;
    }

    int Bucket(double milliseconds) =>
        milliseconds <= FirstMs ? 0 : Math.Min(counts.Length - 1, (int)Math.Ceiling(Math.Log(milliseconds / FirstMs, Growth)));
}
