using System.Text;

namespace Holdfast.Agents.Running;

/// <summary>A verdict as a run keeps it.</summary>
/// <param name="Arm">Which of the five it is.</param>
/// <param name="Stage">The stage that decided.</param>
/// <param name="Rule">The rule that decided.</param>
/// <param name="Arguments">The canonical arguments, if the call may be carried out or approved.</param>
/// <param name="Reason">Why, for the model, if it may not.</param>
/// <param name="RepairsLeft">How often the model may still mend proposals.</param>
sealed record Judgement(JudgementArm Arm, GateStage Stage, string? Rule, string Arguments, string Reason, int RepairsLeft)
{
    public static Judgement Of(Gate gate, ToolCall call, int repairsLeft, string? principal)
    {
        var verdict = gate.Decide(call.Tool, Encoding.UTF8.GetBytes(call.Arguments), repairsLeft, principal);
        Judgement Made(JudgementArm arm, string arguments, string reason, int left) => new(arm, verdict.Stage, verdict.Rule, arguments, reason, left);
        // A constructor or a setter of the user's may have made what cannot be written. That is an end of this call, and not of the answer that it came with.
        Judgement Written(JudgementArm arm, Call passed)
        {
            try
            {
                return Made(arm, Encoding.UTF8.GetString(passed.CanonicalArguments()), "", repairsLeft);
            }
            catch (Exception error)
            {
                return new(JudgementArm.Refuse, GateStage.Record, null, "", $"Writing the arguments of {passed.Tool.Name} threw {error.GetType().Name}.", repairsLeft);
            }
        }
        return verdict.Match(
            admit: passed => Written(JudgementArm.Admit, passed),
            repair: repair => Made(JudgementArm.Repair, "", repair.Reason, repair.AttemptsLeft),
            needsApproval: passed => Written(JudgementArm.Approve, passed),
            refuse: why => Made(JudgementArm.Refuse, "", why, repairsLeft),
            park: why => Made(JudgementArm.Park, "", why, repairsLeft));
    }
}

/// <summary>The five verdicts.</summary>
enum JudgementArm
{
    Admit = 1,
    Repair = 2,
    Approve = 3,
    Refuse = 4,
    Park = 5,
}

/// <summary>What was said to a proposal, for the ledger.</summary>
/// <param name="Number">The proposal's number in its run; the call has the same, if it comes to one.</param>
/// <param name="Tool">The tool as the model named it.</param>
/// <param name="Arm">The verdict.</param>
/// <param name="Stage">The stage that decided.</param>
/// <param name="Rule">The rule that decided.</param>
sealed record ProposalVerdict(long Number, string Tool, JudgementArm Arm, GateStage Stage, string? Rule)
{
    /// <summary>The person who had the last word; null where none had.</summary>
    public string? Person { get; init; }
}
