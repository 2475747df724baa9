using Holdfast.Agents.Running;

namespace Holdfast.Agents.Ledgers;

/// <summary>What became of each proposal, and by which stage and rule: one row each, first with what the gate said, in the commit of the model's answer, and then with what the ledger or a person said.</summary>
static class VerdictRows
{
    public static void Put(StepTransaction transaction, ProposalVerdict verdict, DateTimeOffset now) => Sql.Run(
        transaction,
        """
        INSERT INTO agents_verdict (run, number, tool, arm, stage, rule, noted, person) VALUES (@run, @number, @tool, @arm, @stage, @rule, @now, @person)
        ON CONFLICT (run, number) DO UPDATE SET arm = excluded.arm, stage = excluded.stage, rule = excluded.rule, noted = excluded.noted, person = excluded.person
        """,
        ("@run", transaction.RunId.ToString()), ("@number", verdict.Number), ("@tool", verdict.Tool.Length <= Tool.NameLengthMax ? verdict.Tool : verdict.Tool[..Tool.NameLengthMax]), ("@arm", (int)verdict.Arm),
        ("@stage", (int)verdict.Stage), ("@rule", verdict.Rule), ("@now", now.ToUnixTimeMilliseconds()), ("@person", verdict.Person));
}
