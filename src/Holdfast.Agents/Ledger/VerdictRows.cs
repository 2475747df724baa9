using Holdfast.Agents.Running;

namespace Holdfast.Agents.Ledgers;

/// <summary>What the gate said to each proposal, and by which stage and rule.</summary>
static class VerdictRows
{
    public static void Append(StepTransaction transaction, IReadOnlyList<ProposalVerdict> verdicts, DateTimeOffset now)
    {
        foreach (var verdict in verdicts)
            Sql.Run(
                transaction,
                "INSERT INTO agents_verdict (run, number, tool, arm, stage, rule, noted) VALUES (@run, @number, @tool, @arm, @stage, @rule, @now) ON CONFLICT DO NOTHING",
                ("@run", transaction.RunId.ToString()), ("@number", verdict.Number), ("@tool", verdict.Tool.Length <= Tool.NameLengthMax ? verdict.Tool : verdict.Tool[..Tool.NameLengthMax]), ("@arm", (int)verdict.Arm), ("@stage", (int)verdict.Stage), ("@rule", verdict.Rule),
                ("@now", now.ToUnixTimeMilliseconds()));
    }
}
