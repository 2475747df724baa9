using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Claims;
using ClaimsDesk;
using ModelDouble;

namespace ClaimsDeskTests;

/// <summary>The books in memory, so that each of thousands of changes is audited at once.</summary>
sealed class Books
{
    readonly ClaimFile _file;
    readonly DeskRecords _records;

    public Books(DeskRun run)
    {
        _file = HostileCopy.Load(Path.Combine(AppContext.BaseDirectory, "data", "birdstrikes.csv"), int.Parse(DeskRun.Rows, System.Globalization.CultureInfo.InvariantCulture), int.Parse(DeskRun.Seed, System.Globalization.CultureInfo.InvariantCulture));
        _records = DeskRecords.Read(run.Db);
        Lines = LedgerSeal.Ledgers.ToDictionary(static name => name, name => File.ReadAllLines(Path.Combine(run.Ledger, name)).Select(static line => JsonNode.Parse(line)!.AsObject()).ToList());
    }

    Books(Books before, Dictionary<string, List<JsonObject>> lines, DeskRecords? records = null) => (_file, _records, Lines) = (before._file, records ?? before._records, lines);

    public Dictionary<string, List<JsonObject>> Lines { get; }

    public DeskRecords Records => _records;

    public Books With(string ledger, List<JsonObject> lines, DeskRecords? records = null) => new(this, new(Lines) { [ledger] = lines }, records);

    public Books With(DeskRecords records) => new(this, Lines, records);

    public IReadOnlyList<string> Findings()
    {
        var unreadable = new List<string>();
        var auditor = new DeskAuditor(_file, new(
            Read(ProviderLine.FileName, ClaimsJson.Default.ProviderLine), Read(ApproverLine.FileName, DeskJson.Default.ApproverLine), Read(DoubleLine.FileName, DoubleJson.Default.DoubleLine),
            Read(OperatorLine.FileName, ClaimsJson.Default.OperatorLine), _records), int.Parse(DeskRun.Seed, System.Globalization.CultureInfo.InvariantCulture), DeskRun.Deadline);
        auditor.Run(1, 1);
        return [.. unreadable, .. auditor.Findings];

        List<T> Read<T>(string ledger, JsonTypeInfo<T> shape)
        {
            var lines = new List<T>();
            foreach (var line in Lines[ledger])
            {
                try
                {
                    lines.Add(System.Text.Json.JsonSerializer.Deserialize(line.ToJsonString(), shape)!);
                }
                catch (System.Text.Json.JsonException error)
                {
                    unreadable.Add(error.Message);
                }
            }
            return lines;
        }
    }
}
