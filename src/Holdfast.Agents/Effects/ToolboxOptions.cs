namespace Holdfast.Agents;

/// <summary>Settings of a <see cref="Toolbox"/>.</summary>
public sealed record ToolboxOptions
{
    /// <summary>The clock for approvals, for rates and for what the ledger notes. Null, which is the default, for that of the engine in the container, and where there is none, the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>How often a principal may have calls carried out, over all tools; null, which is the default, for as often as wanted.</summary>
    public Func<string, Rate?> RateOfPrincipal { get; init; } = static _ => null;

    /// <summary>Is shown what a tool's code throws, with the tool's name: neither the run nor the log has the words of that, for they may be somebody's secret. What it throws itself is ignored. Null for nobody.</summary>
    public Action<string, Exception>? OnError { get; init; }
}
