namespace Holdfast.Agents;

/// <summary>How far a call is that was admitted. The numbers are in the file.</summary>
public enum CallPhase
{
    /// <summary>It was admitted, and its effect may have begun.</summary>
    Started = 1,

    /// <summary>It was cut off or failed without a word of its tool, and nobody knows whether it happened.</summary>
    InDoubt = 2,

    /// <summary>It happened.</summary>
    Succeeded = 3,

    /// <summary>It did not happen.</summary>
    Failed = 4,
}
