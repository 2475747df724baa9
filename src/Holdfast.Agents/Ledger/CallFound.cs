namespace Holdfast.Agents.Ledgers;

/// <summary>What the ledger has of a call that was begun before.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Version">The version of the tool that began its present try.</param>
/// <param name="Kind">What that did to the world.</param>
/// <param name="Hash">The hash of tool, version and canonical arguments, as it was begun.</param>
/// <param name="Step">The step that began its present try; null where an earlier build did, which did not note it.</param>
/// <param name="Note">What is known of it, for people.</param>
sealed record CallFound(CallPhase Phase, string Tool, int Version, EffectKind Kind, byte[] Hash, long? Step, string? Note)
{
    /// <summary>Its arguments as it was begun, where it was begun as another one than is asked for; null for the same.</summary>
    public string? Arguments { get; init; }

    public bool IsOpen => Phase is CallPhase.Started or CallPhase.InDoubt;

    /// <summary>Whether another step of the run has begun it and not said how it ended.</summary>
    public bool IsUnderWayIn(long step) => Phase == CallPhase.Started && Step is { } other && other != step;
}
