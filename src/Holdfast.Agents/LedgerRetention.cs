namespace Holdfast.Agents;

/// <summary>What the ledger keeps of runs that <see cref="HoldfastOptions.Retention"/> has removed. Calls that are open, and whatever holds a reservation, stay for as long as they do.</summary>
public sealed record LedgerRetention
{
    /// <summary>
    /// How long after a call happened the same thing is not done again, also when its run is gone. Default: 90 days; <see cref="TimeSpan.MaxValue"/> is for ever, and nothing or less is for no time. Named by
    /// <see cref="EffectOptions{TArguments}.Identity"/>.
    /// </summary>
    public TimeSpan IdentityAge { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How often the ledger is swept. Default: every ten minutes. <see cref="Timeout.InfiniteTimeSpan"/> is never.</summary>
    public TimeSpan SweepTime
    {
        get;
        init => field = value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan
            ? value : throw new ArgumentOutOfRangeException(nameof(SweepTime), value, "A sweep that never pauses would hold up everything else. Give it more than zero.");
    } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The clock. Null, which is the default, for that of the engine (<see cref="IHoldfastClient.Time"/>), by which the ledger notes when calls happened, unless <see cref="ToolboxOptions.TimeProvider"/> says another: give both the same then. The pauses between sweeps pass in real time then, also where a test
    /// moves the engine's clock by months.
    /// </summary>
    public TimeProvider? TimeProvider { get; init; }
}
