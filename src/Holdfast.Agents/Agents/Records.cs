using System.Globalization;

namespace Holdfast.Agents.Running;

/// <summary>Reads a run's conversation from the ledger.</summary>
[Workflow("agents.conversation")]
sealed class ReadConversation : Workflow
{
    public async Durable<string[]> Run(RunId run) => await Transaction(
        tx =>
        {
            Ledgers.LedgerTables.Make(tx);
            return Ledgers.HistoryRows.Read(tx, run, 0, long.MaxValue).ConvertAll(static m => System.Text.Encoding.UTF8.GetString(m.ToJson())).ToArray();
        }, new() { Label = "read the conversation" });
}

/// <summary>Reads what a run's models were asked and answered.</summary>
[Workflow("agents.cassette")]
sealed class ReadCassette : Workflow
{
    public async Durable<string> Run(RunId run) => await Transaction(
        tx =>
        {
            Ledgers.LedgerTables.Make(tx);
            using var lines = new StringWriter(CultureInfo.InvariantCulture);
            new Cassette(Ledgers.ModelRows.Read(tx, run)).Write(lines);
            return lines.ToString();
        }, new() { Label = "read the cassette" });
}
