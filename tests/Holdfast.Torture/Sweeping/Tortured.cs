using Holdfast.Torture.Corpus;
using Holdfast.Torture.Driving;

namespace Holdfast.Torture.Sweeping;

/// <summary>One workflow on its way through a sweep.</summary>
sealed class Tortured(CorpusCase tested)
{
    public CorpusCase Case { get; } = tested;

    /// <summary>Straight through, with live frames: what everything else must agree with.</summary>
    public DriveState Straight { get; } = new();

    /// <summary>Saved and restored at every await, in the sweep's own process.</summary>
    public DriveState Cold { get; } = new();

    /// <summary>Saved and restored at every await, each time by a fresh process.</summary>
    public DriveState Fresh { get; set; } = new();

    /// <summary>How many processes have taken it up again.</summary>
    public int Restores { get; set; }

    public Divergence? Divergence { get; set; }

    public bool IsDone => Divergence is not null || Fresh.End is not null;

    /// <summary>How many awaits the next process makes.</summary>
    public int NextAwaits(int processesMax) => Math.Max(1, (int)Math.Ceiling((Straight.Awaits + 1.0) / processesMax));
}

/// <summary>Where two drives of a workflow part.</summary>
sealed record Divergence(string Workflow, string Mode, int Await, string Expected, string Actual)
{
    public override string ToString() => $"{Workflow}, {Mode}, await {Await}:\n  expected {Expected}\n  actual   {Actual}";

    /// <summary>The first thing that was heard, or the end, that is not as it should be; null while all agrees.</summary>
    public static Divergence? Between(string workflow, string mode, DriveState expected, DriveState actual)
    {
        for (var i = 0; i < actual.Delivered.Count; i++)
        {
            var should = i < expected.Delivered.Count ? expected.Delivered[i].What : $"the end: {expected.End}";
            if (actual.Delivered[i].What != should) return new(workflow, mode, actual.Delivered[i].Await, should, actual.Delivered[i].What);
        }
        if (actual.End is null || (actual.End == expected.End && actual.Delivered.Count == expected.Delivered.Count)) return null;
        return new(
            workflow, mode, actual.Awaits, actual.Delivered.Count < expected.Delivered.Count ? expected.Delivered[actual.Delivered.Count].What : $"the end: {expected.End}", $"the end: {actual.End}");
    }
}
