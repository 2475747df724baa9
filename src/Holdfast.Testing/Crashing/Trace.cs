using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>What one life of a workflow was like.</summary>
sealed class Trace
{
    /// <summary>How many writes the process that ended it gave to the store.</summary>
    public int Commits { get; set; }

    /// <summary>What the run was given, in order: steps, acts and timers.</summary>
    public List<string> Deliveries { get; } = [];

    /// <summary>The frames of the run, each time that they were saved.</summary>
    public List<byte[]> Snapshots { get; } = [];

    public Dictionary<BlobHash, ReadOnlyMemory<byte>> Blobs { get; } = [];

    public SnapshotReader? Reader { get; set; }

    /// <summary>The result as JSON, or how else the run ended.</summary>
    public string? End { get; set; }

    /// <summary>Whether there is a result.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>Why the run has not ended; null when it has.</summary>
    public WorkflowStandsException? Stands { get; set; }

    public Exception? CheckFailed { get; set; }

    /// <summary>What of the plan had no part in it; null for nothing.</summary>
    public string? Unused { get; set; }

    /// <summary>What the process that was killed had delivered last.</summary>
    public string? KilledAfter { get; set; }

    public void Deliver(string what) => Deliveries.Add(what);

    /// <summary>The variables of the run's frames after the how-manieth save, or null when they cannot be read.</summary>
    public IReadOnlyList<Variable>? VariablesAt(int save) => Reader?.Read(Snapshots[save], hash => Blobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null);
}

/// <summary>A variable of a suspended method.</summary>
/// <param name="Place">The method and the line at which it waits.</param>
/// <param name="Name">The variable, or the path to the value in it.</param>
/// <param name="Value">Its value, for people.</param>
sealed record Variable(string Place, string Name, string Value);
