namespace Holdfast.Agents;

/// <summary>What came of a call that the gate had let through.</summary>
/// <param name="Key">The call's key.</param>
/// <param name="Status">What came of it.</param>
/// <param name="Json">The tool's result, as JSON; empty when there is none. Empty too where the call had succeeded before and was not done again: the ledger has what came of a call, and not its result.</param>
/// <param name="Reason">Why it did not succeed; it repeats nothing of the arguments. Null when it did.</param>
public sealed record EffectResult(string Key, EffectStatus Status, string Json, string? Reason)
{
    /// <summary>The stage of the gate that refused it, or refused it another try; null for others.</summary>
    public GateStage? Stage { get; init; }

    /// <summary>The rule, rate or account that refused it, by its name; null where none did.</summary>
    public string? Rule { get; init; }

    /// <summary>After what time a call that was refused for its rate would not be, or one in doubt may be asked about; null for others.</summary>
    public TimeSpan? WaitTime { get; init; }
}

/// <summary>What came of a call.</summary>
public enum EffectStatus
{
    /// <summary>It happened.</summary>
    Succeeded = 1,

    /// <summary>It was tried and did not happen.</summary>
    Failed = 2,

    /// <summary>Nobody knows whether it happened.</summary>
    InDoubt = 3,

    /// <summary>It was not tried.</summary>
    Refused = 4,
}
