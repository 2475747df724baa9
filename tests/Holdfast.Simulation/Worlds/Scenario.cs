using Holdfast.Simulation.Flows;

namespace Holdfast.Simulation.Worlds;

/// <summary>How the engines of a world are set up.</summary>
sealed record Settings(bool AlwaysCold, int HotRunsMax, int IdleSeconds, int BatchMax, int StepsInFlightMax, int CheckpointPages, bool UsesMarks, bool Deploys, int? RetentionSeconds, int? RetentionCount)
{
    /// <summary>What is kept of ended runs.</summary>
    public Retention Retention => new() { Age = RetentionSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, CountMax = RetentionCount };
}

/// <summary>One run that a client will start, and what else the client will do to it.</summary>
/// <param name="Number">Tells it from the others; its key.</param>
/// <param name="StartMillis">When it is started.</param>
/// <param name="Plan">What it does; null for an inbox, and empty for a run of the workflow that is deployed in two builds.</param>
/// <param name="Messages">What is sent to it, in order.</param>
/// <param name="GapMillis">The time between two messages.</param>
/// <param name="CancelMillis">When it is asked to cancel, after its start; null for never.</param>
/// <param name="RestartMillis">When it is started anew from its input, after its start; null for never.</param>
/// <param name="IsMistold">Whether it is also sent a message that its code cannot take.</param>
sealed record PlannedRun(int Number, int StartMillis, Chore[]? Plan, int[] Messages, int GapMillis, int? CancelMillis, int? RestartMillis = null, bool IsMistold = false)
{
    public string Key => $"run-{Number}";

    /// <summary>What an agent's errand is about; null for a run that is none.</summary>
    public int? Errand { get; init; }

    /// <summary>What a firm has to spend; null for a run that is none.</summary>
    public FirmPlan? Firm { get; init; }

    public bool IsDeployed => Plan is { Length: 0 };
}

enum FaultKind
{
    /// <summary>The process dies between two things that it does.</summary>
    Kill,

    /// <summary>It dies in a call on a file.</summary>
    KillInCall,

    /// <summary>It dies in the middle of a step.</summary>
    KillInStep,

    /// <summary>The machine loses its power, between two things or in a call on a file.</summary>
    PowerCut, PowerCutInCall,

    /// <summary>A sync fails.</summary>
    FailedSync,

    /// <summary>A write fails for another reason than room.</summary>
    FailedWrite,

    /// <summary>A read fails.</summary>
    FailedRead,

    FullDisk,

    SlowDisk,

    /// <summary>The store refuses one turn, and takes others: the run is set aside.</summary>
    RefusedTurn,

    /// <summary>The clock is set, forward or back.</summary>
    ClockJump,

    /// <summary>A second process takes over from one that lives on.</summary>
    TakeOver,

    /// <summary>A backup is made while all goes on.</summary>
    Backup,

    /// <summary>A second process finds the file in use.</summary>
    Refused,

    /// <summary>The process stops in good order and another one starts.</summary>
    Restart,

    /// <summary>It stops, and what starts is another build.</summary>
    Deploy,

    /// <summary>Somebody has ended runs removed, by another rule than the one that holds.</summary>
    PruneByHand,
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Gap">After how many events since the last one.</param>
/// <param name="Kind">What.</param>
/// <param name="Number">How much, how long, or in which call.</param>
/// <param name="Coin">Before or after, forward or back.</param>
sealed record Fault(int Gap, FaultKind Kind, int Number, bool Coin);

/// <summary>All that is to happen in a world, drawn from its seed. The order in which it happens is drawn while it does.</summary>
sealed record Scenario(long Seed, Settings Settings, IReadOnlyList<PlannedRun> Runs, IReadOnlyList<Fault> Faults)
{
    const int DeathsMin = 3;

    const int OthersMax = 7;

    static readonly FaultKind[] Deaths = [FaultKind.Kill, FaultKind.KillInCall, FaultKind.KillInCall, FaultKind.KillInStep, FaultKind.PowerCut, FaultKind.PowerCutInCall, FaultKind.PowerCutInCall];

    public static Scenario Draw(long seed)
    {
        var lot = Lots.Of(seed, "scenario");
        var settings = new Settings(
            lot.Next(3) == 0, lot.Next(3) == 0 ? lot.Next(1, 4) : 1000, lot.Next(1, 30), lot.Next(4) == 0 ? lot.Next(1, 4) : 1024, lot.Next(4) == 0 ? lot.Next(1, 4) : 1000,
            lot.Next(5, 200), lot.Next(2) == 0, lot.Next(5) == 0,
            lot.Next(3) == 0 ? lot.Next(15, 150) : null, lot.Next(4) == 0 ? lot.Next(1, 8) : null);
        var runs = Enumerable.Range(0, lot.Next(8, 17)).Select(number => Run(number, lot)).ToList();
        if (lot.Next(4) == 0) runs.Add(new(runs.Count, lot.Next(2_000), null, [], 0, lot.Next(6) == 0 ? lot.Next(4_000) : null) { Errand = lot.Next(1000) });
        var faults = Enumerable.Range(0, lot.Next(DeathsMin, 6)).Select(_ => Draw(lot, Deaths[lot.Next(Deaths.Length)])).ToList();
        if (settings.Deploys)
        {
            runs.Add(new(runs.Count, lot.Next(2_000), [], [lot.Next(900)], 0, null));
            for (var i = 0; i < 3; i++) faults.Insert(lot.Next(faults.Count + 1), Draw(lot, FaultKind.Deploy));
        }
        var others = Enum.GetValues<FaultKind>().Except([.. Deaths, FaultKind.Deploy]).ToArray();
        for (var i = lot.Next(OthersMax); i > 0; i--) faults.Insert(lot.Next(faults.Count + 1), Draw(lot, others[lot.Next(others.Length)]));
        // Lots of its own: all other worlds are what they were.
        var firm = Lots.Of(seed, "firm");
        if (firm.Next(8) == 0)
        {
            runs.Add(new(runs.Count, firm.Next(2_000), null, [], 0, firm.Next(6) == 0 ? firm.Next(8_000) : null) { Firm = DrawFirm(firm) });
            // Whoever asks a helper holds a place for a step until that has answered.
            settings = settings with { StepsInFlightMax = Math.Max(settings.StepsInFlightMax, 8) };
        }
        return new(seed, settings, runs, faults);
    }

    static FirmPlan DrawFirm(Random lot)
    {
        int Most(int least, int most) => lot.Next(2) == 0 ? lot.Next(least, most) : 0;
        return new(lot.Next(1000), lot.Next(2, 4), Most(4, 24), Most(2, 20), Most(6_000, 16_000), Most(6, 40), Most(1, 3));
    }

    static Fault Draw(Random lot, FaultKind kind) => new(lot.Next(5, 90), kind, lot.Next(1, 40), lot.Next(2) == 0);

    static PlannedRun Run(int number, Random lot)
    {
        var start = lot.Next(4) == 0 ? lot.Next(20_000) : lot.Next(300);
        if (lot.Next(4) == 0) return new(number, start, null, [.. Enumerable.Range(1, lot.Next(2, 9))], lot.Next(1, 2_000), null, IsMistold: lot.Next(2) == 0);
        var plan = Enumerable.Range(0, lot.Next(2, 7)).Select(_ => Chore(lot, isInner: false)).ToArray();
        var words = plan.Count(static c => c.Kind == ChoreKind.Within);
        return new(number, start, plan, [.. Enumerable.Range(100 * number, lot.Next(words + 1))], lot.Next(1, 3_000), lot.Next(8) == 0 ? lot.Next(3_000) : null,
            lot.Next(8) == 0 ? lot.Next(6_000) : null, words > 0 && lot.Next(2) == 0);
    }

    static Chore Chore(Random lot, bool isInner)
    {
        ChoreKind kind;
        do kind = (ChoreKind)lot.Next((int)ChoreKind.CarryOnce + 1);
        while (isInner && kind is ChoreKind.Child or ChoreKind.Within);
        var millis = lot.Next(3) switch { 0 => 0, 1 => lot.Next(1, 20), _ => lot.Next(20, 3_000) };
        if (kind is ChoreKind.OnceDeadline) millis = lot.Next(1, 3_000);
        if (kind is ChoreKind.Delay or ChoreKind.Deadline or ChoreKind.Within) millis = lot.Next(4) == 0 ? lot.Next(30_000, 150_000) : lot.Next(1, 5_000);
        var times = kind is ChoreKind.Big ? lot.Next(3, 40) : lot.Next(1, 7);
        return new(kind, lot.Next(1000), millis, times, kind == ChoreKind.Child ? [.. Enumerable.Range(0, lot.Next(1, 4)).Select(_ => Chore(lot, isInner: true))] : []);
    }
}

/// <summary>Independent rows of lots from one seed, by what they are for: what one of them draws changes nothing in another.</summary>
static class Lots
{
    public static Random Of(long seed, string purpose)
    {
        var hash = 0xcbf29ce484222325 ^ ((ulong)seed * 0x9E3779B97F4A7C15);
        foreach (var c in purpose) hash = (hash ^ c) * 0x100000001b3;
        hash ^= hash >> 32;
        return new((int)(hash & 0x7fffffff));
    }
}
