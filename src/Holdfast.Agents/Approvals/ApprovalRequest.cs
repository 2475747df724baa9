namespace Holdfast.Agents;

/// <summary>A call that waits for a person.</summary>
/// <param name="Id">What an answer has to name.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Version">The tool's version.</param>
/// <param name="Arguments">The arguments in their canonical form: what would be carried out.</param>
/// <param name="Rule">The rule that asks for a person.</param>
/// <param name="Call">The call's number in its run.</param>
/// <param name="UntilUtc">Until when an answer counts.</param>
public sealed record ApprovalRequest(ApprovalId Id, string Tool, int Version, string Arguments, string? Rule, long Call, DateTimeOffset UntilUtc);

/// <summary>What a person says to an <see cref="ApprovalRequest"/>.</summary>
/// <param name="Id">Which request is meant.</param>
/// <param name="Arguments">The arguments that the person saw, in their canonical form. An answer to other arguments than those of the request counts for nothing.</param>
/// <param name="IsGranted">Whether the call may be carried out.</param>
/// <param name="By">Who answers.</param>
/// <param name="Reason">Why not, for the model; null for no reason.</param>
public sealed record ApprovalAnswer(ApprovalId Id, string Arguments, bool IsGranted, string By, string? Reason = null);

/// <summary>What became of an answer.</summary>
public enum ApprovalReceipt
{
    /// <summary>It counts.</summary>
    Taken = 1,

    /// <summary>Nothing of that name was asked for here.</summary>
    Unknown = 2,

    /// <summary>It came after the time for it.</summary>
    Late = 3,

    /// <summary>The request was answered before, whatever that answer was.</summary>
    Repeated = 4,

    /// <summary>It is about other arguments than those that were asked about.</summary>
    Altered = 5,
}
