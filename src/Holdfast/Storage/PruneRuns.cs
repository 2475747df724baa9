using System.Collections.ObjectModel;

namespace Holdfast.Storage;

/// <summary>Which ended runs of a workflow go: those for which either condition holds. Without conditions none go.</summary>
/// <param name="EndedBeforeUtc">Runs that ended before this time go.</param>
/// <param name="KeepMax">Runs beyond this number go, those first that ended first.</param>
public readonly record struct PruneRule(DateTimeOffset? EndedBeforeUtc, long? KeepMax);

/// <summary>
/// Removes ended runs with everything that belongs to them: input, outcome, journal, messages with their dedup keys, dead letters. Of each
/// workflow, runs go in the order in which they ended. A write removes a bounded number of rows and is repeated until it answers that it is done;
/// a run is gone for readers, and its key free, with the first write that touches it, also when its journal takes several more.
/// </summary>
public sealed class PruneRuns : StoreWrite
{
    /// <summary>The epoch under which the writer owns the store; <see cref="Verdict.Stale"/> when it is not the store's.</summary>
    public required long Epoch { get; init; }

    /// <summary>The rule for workflows that <see cref="Rules"/> does not name, registered or not.</summary>
    public PruneRule Default { get; init; }

    /// <summary>Rules by the workflow's name.</summary>
    public IReadOnlyDictionary<string, PruneRule> Rules { get; init; } = ReadOnlyDictionary<string, PruneRule>.Empty;

    /// <summary>About how many rows this write may remove: what else shares its commit waits for it.</summary>
    public required int RowsMax { get; init; }

    /// <inheritdoc/>
    public override bool IsForReserve => true;

    /// <summary>The rule for a workflow.</summary>
    public PruneRule RuleOf(string workflow) => Rules.TryGetValue(workflow, out var rule) ? rule : Default;
}

/// <summary>What one <see cref="PruneRuns"/> removed.</summary>
/// <param name="Runs">How many runs.</param>
/// <param name="Rows">How many rows of the store, the runs' own included.</param>
/// <param name="IsDone">Whether nothing is left that the rules let go.</param>
public sealed record Pruned(int Runs, int Rows, bool IsDone);
