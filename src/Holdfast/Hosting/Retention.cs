namespace Holdfast;

/// <summary>
/// How long ended runs are kept: those that completed, failed, were cancelled or terminated. A removed run takes its journal, result, input,
/// messages and dead letters with it; its id is unknown from then on, and its idempotency key starts a new run.
/// </summary>
public sealed record Retention
{
    /// <summary>Every ended run is kept. The file grows with each.</summary>
    public static Retention Forever { get; } = new() { Age = null };

    /// <summary>How long after its end a run is kept; null for no limit.</summary>
    /// <value>
    /// Seven days. It is also how long a repeated start with the same key finds the run that is there: make it longer than clients may
    /// repeat a start.
    /// </value>
    public TimeSpan? Age
    {
        get;
        init
        {
            if (value is { } age) ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero, nameof(Age));
            field = value;
        }
    } = TimeSpan.FromDays(7);

    /// <summary>How many ended runs of a workflow are kept at most; beyond it those go that ended first. Null for no limit.</summary>
    /// <value>Null.</value>
    public long? CountMax
    {
        get;
        init
        {
            if (value is { } count) ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(CountMax));
            field = value;
        }
    }

    internal Storage.PruneRule RuleAt(DateTimeOffset now) =>
        // An age that reaches back before the calendar's first day removes nothing.
        new(Age is { } age && age < now - DateTimeOffset.MinValue ? now - age : null, CountMax);
}

/// <summary>What a pruning removed.</summary>
/// <param name="Runs">How many ended runs.</param>
/// <param name="Rows">How many rows of the store in all, with their journals and messages.</param>
public sealed record PruneReport(long Runs, long Rows);
