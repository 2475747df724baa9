namespace ClaimsDesk;

/// <summary>The outcome of a whole run, in the order in which it is printed. Kills and resumes come from the orchestrator; all else from the CSV, the ledgers and the engine's file.</summary>
/// <param name="Claims">Claims in the file, each with an agent.</param>
/// <param name="Proposals">What models proposed; the next five say what the gate made of them.</param>
/// <param name="BudgetLimit">What the desk may pay, in dollars; reserved and spent as well.</param>
/// <param name="ApprovalsUsed">Answers of the approver that let a call through.</param>
/// <param name="ApprovalsRejected">Answers that came late, again, or about something else, and counted for nothing.</param>
/// <param name="AppliedTwice">Payments or notifications that happened more than once.</param>
/// <param name="InDoubt">Notifications that a kill left in doubt and the operator resolved.</param>
/// <param name="OrphanCalls">Calls without a result and results without a call, in all conversations.</param>
sealed record DeskReport(
    int Claims, int Proposals, int Admitted, int Repaired, int NeedsApproval, int Refused, int Parked, decimal BudgetLimit, decimal BudgetReserved, decimal BudgetSpent, int ApprovalsUsed,
    int ApprovalsRejected, int AppliedTwice, int InDoubt, int OrphanCalls, int Kills, int Resumes, bool AuditPassed);

/// <summary>What the books say that was done, as the audit reads them.</summary>
sealed record DeskBooks(
    IReadOnlyList<Claims.ProviderLine> Provider, IReadOnlyList<ApproverLine> Approver, IReadOnlyList<ModelDouble.DoubleLine> Model, IReadOnlyList<Claims.OperatorLine> Operator, DeskRecords Records);
