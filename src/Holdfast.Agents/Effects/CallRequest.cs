namespace Holdfast.Agents;

/// <summary>A call that a run wants carried out, as the run keeps it.</summary>
/// <param name="Number">The call's number in its run, from 1; it makes the call's key.</param>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">The arguments, in their canonical form.</param>
public sealed record CallRequest(long Number, string Tool, string Arguments)
{
    /// <summary>The account to draw on; null for none. Where it was never opened, the budget refuses the call.</summary>
    /// <exception cref="ArgumentException">It has no name.</exception>
    public AccountId? Account
    {
        get;
        init => field = value?.Named();
    }

    /// <summary>On whose behalf it is made, for rates and for rules that ask; null for nobody's.</summary>
    public string? Principal { get; init; }

    /// <summary>The approval that it uses up; null for none.</summary>
    public ApprovalId? Approval { get; init; }

    /// <summary>Who gave the approval, for the ledger; null where that is nobody's business.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>Which try this is of a call that was decided to be tried again, from 1.</summary>
    public int Try { get; init; } = 1;

    /// <summary>The key of call <see cref="Number"/> of a run.</summary>
    public string KeyIn(RunId run) => $"{run}-call-{Number}";
}
