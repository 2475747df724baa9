namespace ClaimsDesk;

/// <summary>When things happened, as the books say: one after the other, and not before the work began or after it was over. All processes have one clock, which may be set meanwhile.</summary>
/// <param name="From">When the first question was.</param>
/// <param name="Until">When the last one was answered, which is after every call.</param>
readonly record struct Hours(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>By so much a clock may be set while the desk works.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    public static Hours Of(DeskRecords records)
    {
        long[] times = [.. records.Models.Select(static row => row.Started), .. records.Models.Select(static row => row.Settled ?? 0)];
        long[] known = [.. times.Where(static time => time > 0)];
        return known.Length == 0 ? new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch) : new(DateTimeOffset.FromUnixTimeMilliseconds(known.Min()), DateTimeOffset.FromUnixTimeMilliseconds(known.Max()));
    }

    /// <summary>Whether one time is before another by more than a clock may have been set.</summary>
    public static bool IsBefore(DateTimeOffset one, DateTimeOffset other) => other - one > Slack;

    public bool Has(DateTimeOffset utc, TimeSpan longer = default) => !IsBefore(utc, From) && !IsBefore(Until + longer, utc);

    /// <summary>A sentence for each line of a ledger that is out of its time, or there twice.</summary>
    /// <param name="name">The ledger.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="utcOf">When a line was written.</param>
    /// <param name="longer">How long after the work was over it may have been.</param>
    public IEnumerable<string> Odd<T>(string name, IReadOnlyList<T> lines, Func<T, DateTimeOffset> utcOf, TimeSpan longer = default)
    {
        for (var at = 0; at < lines.Count; at++)
        {
            var utc = utcOf(lines[at]);
            if (!Has(utc, longer)) yield return $"{name}: line {at + 1} is of {utc:O}, when the desk was not at work";
            if (at > 0 && IsBefore(utc, utcOf(lines[at - 1]))) yield return $"{name}: line {at + 1} is of {utc:O}, before the one that it follows";
            if (at > 0 && EqualityComparer<T>.Default.Equals(lines[at], lines[at - 1])) yield return $"{name}: line {at + 1} is the same as the one before";
        }
    }
}
