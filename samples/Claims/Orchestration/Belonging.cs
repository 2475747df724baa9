using Holdfast;
using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Claims;

/// <summary>Whether an engine file and ledgers are of the same run: each has to know the claims that the other has dealt with.</summary>
static class Belonging
{
    const int RunsPerPage = 1_000;

    /// <exception cref="ArgumentException">They are not.</exception>
    /// <exception cref="HoldfastException">The file cannot be used, or is no engine file.</exception>
    public static async Task CheckAsync(string db, string ledger)
    {
        var written = RunsIn(ledger);
        await using var store = SqliteStore.Open(db);
        var known = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<RunRow> page = [];
        do
        {
            page = await store.ListAsync(new RunQuery { Before = page.Count == 0 ? null : page[^1].Id, Limit = RunsPerPage }, default);
            foreach (var run in page)
            {
                known.Add(run.Id.ToString());
                if (run.Status == RunStatus.Completed && !written.Contains(run.Id.ToString()))
                    throw new ArgumentException(
                        $"{db} has ended {run.Key}, and the ledgers in {ledger} have no line of it: they are not its ledgers, or not all of them. Name its --ledger, or another --db.");
            }
        }
        while (page.Count == RunsPerPage);
        written.ExceptWith(known);
        if (written.Count > 0)
            throw new ArgumentException(
                $"The ledgers in {ledger} have claims of {written.Count} runs that {db} knows nothing of: it would pay them again. Name the --db that they belong to, or an empty --ledger.");
    }

    static HashSet<string> RunsIn(string ledger)
    {
        var runs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Ledger<ProviderLine>.Read(Path.Combine(ledger, ProviderLine.FileName), ClaimsJson.Default.ProviderLine))
            runs.Add(line.Key[..Math.Max(0, line.Key.LastIndexOf('-'))]);
        foreach (var line in Ledger<AdjusterLine>.Read(Path.Combine(ledger, AdjusterLine.FileName), ClaimsJson.Default.AdjusterLine))
            if (line.Run is { } run) runs.Add(run);
        return runs;
    }
}
