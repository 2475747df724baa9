namespace Holdfast.Agents.Ledgers;

/// <summary>A call that asks to be started.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Number">Its number in its run.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Version">The tool's version.</param>
/// <param name="Kind">What the tool does.</param>
/// <param name="Hash">The hash of tool, version and canonical arguments.</param>
/// <param name="Arguments">The canonical arguments, for whoever has to find out what became of it.</param>
/// <param name="Identity">What must not be done twice; null for calls that may.</param>
/// <param name="Stage">The stage of the gate that admitted it.</param>
/// <param name="Rule">The rule that admitted it.</param>
/// <param name="Account">The account to draw on; null for none.</param>
/// <param name="CostMax">What it may cost at most.</param>
/// <param name="Rates">How often it may be called.</param>
/// <param name="Approval">The approval that it uses up; null for none.</param>
/// <param name="ApprovedBy">Who gave it.</param>
/// <param name="PaysEachTry">Whether every try costs, and has a reservation of its own.</param>
/// <param name="SettleTime">For how long after its end what a try has sent may take effect, where the world can be asked; null elsewhere.</param>
sealed record CallEntry(
    string Key, long Number, string Tool, int Version, EffectKind Kind, byte[] Hash, byte[] Arguments, string? Identity, GateStage Stage, string? Rule, AccountId? Account, Spending CostMax, IReadOnlyList<Rate> Rates,
    ApprovalId? Approval, string? ApprovedBy, bool PaysEachTry, TimeSpan? SettleTime)
{
    /// <summary>As the ledger has it: in milliseconds.</summary>
    public long? Quiet => (long?)SettleTime?.TotalMilliseconds;
}
