namespace Holdfast.Agents;

/// <summary>A call of which nobody knows whether it happened.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Key">Its key, by which the outside world may know it.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Arguments">The arguments in their canonical form.</param>
/// <param name="Why">What is known.</param>
/// <param name="Try">Which try is in doubt. A ruling is about this one and no other.</param>
public sealed record CallInDoubt(long Number, string Key, string Tool, string Arguments, string Why, int Try);

/// <summary>What somebody has found out about a <see cref="CallInDoubt"/>.</summary>
/// <param name="Kind">What is to become of it.</param>
/// <param name="By">Who decides.</param>
/// <param name="Json">Its result as JSON, if it happened; for the model.</param>
public sealed record CallRuling(CallRulingKind Kind, string By, string Json = "null")
{
    /// <summary>What it has cost, if it happened. Null, and null for one of the units: nobody knows, and what was reserved counts as spent.</summary>
    public Spending? Cost { get; init; }
}

/// <summary>The ways out of doubt.</summary>
public enum CallRulingKind
{
    /// <summary>It happened.</summary>
    Happened = 1,

    /// <summary>It did not happen, and will not.</summary>
    DidNotHappen = 2,

    /// <summary>It did not happen, and is to be tried again.</summary>
    Retry = 3,
}
