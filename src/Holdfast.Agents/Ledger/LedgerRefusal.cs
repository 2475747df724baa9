namespace Holdfast.Agents.Ledgers;

/// <summary>A stage of the ledger refuses. Thrown inside the commit, so that nothing of what the stages before it did is kept.</summary>
sealed class LedgerRefusal(GateStage stage, string? rule, string message, TimeSpan? waitTime = null) : Exception(message)
{
    public GateStage Stage => stage;

    public string? Rule => rule;

    /// <summary>After what time it would not be refused for the same reason; null when time does not help.</summary>
    public TimeSpan? WaitTime => waitTime;
}
