namespace Claims;

/// <summary>The outcome of a whole run, in the order in which it is printed. The last lines of figures come from the orchestrator; all else from the CSV and the ledgers.</summary>
/// <param name="AppliedTwice">Claims whose money moved more than once, or notifications that were sent more than once.</param>
/// <param name="RepeatedAttempts">Notifications that the provider was asked for more than once.</param>
/// <param name="InDoubt">Notifications that a kill left in doubt and the operator resolved.</param>
/// <param name="Suspects">How often a run was set aside because it had a thread at several kills in a row, and the operator took it up again.</param>
/// <param name="Lost">Claims without the outcome that they must have.</param>
sealed record AuditReport(
    int Rows, int Quarantined, int Paid, int Refused, int Expired, long SumPaid, long SumExpected, int AppliedTwice, int RepeatedAttempts,
    int InDoubt, int Suspects, int Lost, int Kills, int Resumes, double StepsPerSecond, double StepP50Ms, double StepP99Ms, bool AuditPassed);

/// <summary>What the orchestrator counted and the audit only passes on.</summary>
sealed record RunFigures(int InDoubt, int Suspects, int Kills, int Resumes, double StepsPerSecond, double StepP50Ms, double StepP99Ms);
