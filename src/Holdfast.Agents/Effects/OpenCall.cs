namespace Holdfast.Agents;

/// <summary>A call that was admitted and is not settled, though its run is over: it was terminated, cancelled or removed meanwhile. It keeps its reservation and its identity until somebody says what became of it.</summary>
/// <param name="Key">Its key, by which the outside world may know it.</param>
/// <param name="Run">The run that made it.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Version">The tool's version.</param>
/// <param name="Kind">What the tool does to the world.</param>
/// <param name="Arguments">The arguments in their canonical form.</param>
/// <param name="Try">Which try is open. What is found out is about this one.</param>
/// <param name="IsInDoubt">Whether it had been found to be in doubt; otherwise it was cut off when its run ended.</param>
/// <param name="Why">What is known of a doubt.</param>
/// <param name="StartedUtc">When it was started first. What it sent may still be on its way for a while after its run has ended.</param>
/// <param name="Account">The account that it draws on; null for none.</param>
public sealed record OpenCall(
    string Key, RunId Run, string Tool, int Version, EffectKind Kind, string Arguments, int Try, bool IsInDoubt, string? Why, DateTimeOffset StartedUtc, AccountId? Account)
{
    /// <summary>From when on the outside world may be asked: the end of its run, and <see cref="EffectOptions{TArguments}.SettleTime"/> after it where its tool is reconcilable. Before that a no is not its last word.</summary>
    public DateTimeOffset AskUtc { get; init; }

    /// <summary>Whether its code still goes on in this process, though its run has ended. As long as it does, a no does not count.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>In milliseconds, for how long what it sent may take effect.</summary>
    internal long Quiet { get; init; }
}

/// <summary>What somebody has found out about an <see cref="OpenCall"/>.</summary>
/// <param name="Happened">Whether it happened. If not, its identity is free again.</param>
/// <param name="By">Who says so; it is kept.</param>
public sealed record CallFinding(bool Happened, string By)
{
    /// <summary>What it has cost, if it happened. Null, and null for one of the units: nobody knows, and what was reserved counts as spent.</summary>
    public Spending? Cost { get; init; }
}

/// <summary>What became of a <see cref="CallFinding"/>, or of what somebody said about an <see cref="OpenReservation"/>.</summary>
public enum FindingReceipt
{
    /// <summary>The call, or the reservation, is settled by it.</summary>
    Taken = 1,

    /// <summary>That try of the call, or the reservation, is settled already, or there is none such. Nothing was changed.</summary>
    TooLate = 2,

    /// <summary>It is open, and its run goes on and settles it itself; rule there. Or it is a call in doubt: say whether it happened. Nothing was changed.</summary>
    RunGoesOn = 3,

    /// <summary>It is said not to have happened, and may still: its code goes on in this process, or the time within which what it sent is applied or lost is not over. Ask again, from <see cref="OpenCall.AskUtc"/> on. Nothing was changed.</summary>
    TooEarly = 4,
}
