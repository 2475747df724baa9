using Claims;
using ClaimsDesk;
using Microsoft.Data.Sqlite;
using ModelDouble;

namespace ClaimsDeskTests;

/// <summary>A run under a kill passes the audit, and no change of its books does.</summary>
public sealed class AuditTests(DeskRun run) : IClassFixture<DeskRun>
{
    [Fact]
    public void A_run_with_a_kill_passes()
    {
        Assert.True(run.ExitCode == 0, run.Output);
        var report = run.Report;
        Assert.True(report is { Claims: 40, Kills: 1, AppliedTwice: 0, OrphanCalls: 0, BudgetReserved: 0, AuditPassed: true }, run.Output);
        Assert.Equal(report.Proposals, report.Admitted + report.Repaired + report.NeedsApproval + report.Refused + report.Parked);
        Assert.True(report is { Repaired: > 0, NeedsApproval: > 0, Refused: > 0, Parked: > 0, Resumes: > 0, BudgetSpent: > 0, ApprovalsUsed: > 0, ApprovalsRejected: > 0 }, run.Output);
    }

    public enum Damage { Removed, Doubled, Altered }

    [Theory]
    [InlineData(ProviderLine.FileName, "\"applied\":true", "\"amount\":", "\"amount\":1")]
    [InlineData(ApproverLine.FileName, "\"event\":\"asked\"", "amount", "amaunt")]
    [InlineData(DoubleLine.FileName, "\"fault\":\"None\"", "Claim ", "Claim 1")]
    [InlineData(DoubleLine.FileName, "\"tool\":\"pay\"", "\"tool\":\"pay\"", "\"tool\":\"pai\"")]
    public async Task A_line_that_is_removed_doubled_or_altered_fails(string ledger, string which, string old, string altered)
    {
        foreach (var damage in Enum.GetValues<Damage>())
        {
            await WithBooksAsync(async (_, directory) =>
            {
                var path = Path.Combine(directory, ledger);
                var lines = (await File.ReadAllLinesAsync(path)).ToList();
                var at = lines.FindIndex(line => line.Contains(which, StringComparison.Ordinal));
                Assert.True(at >= 0, $"{ledger} has no line with {which}.\n{run.Output}");
                if (damage == Damage.Removed) lines.RemoveAt(at);
                else if (damage == Damage.Doubled) lines.Insert(at, lines[at]);
                else lines[at] = lines[at].Replace(old, altered, StringComparison.Ordinal);
                await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");
            }, $"{ledger}, {damage}");
        }
    }

    [Fact]
    public async Task A_request_that_had_to_be_applied_and_was_not_fails() => await WithBooksAsync(async (_, directory) =>
    {
        var path = Path.Combine(directory, ProviderLine.FileName);
        var lines = (await File.ReadAllLinesAsync(path)).ToList();
        var at = lines.FindIndex(static line => line.Contains("notification", StringComparison.Ordinal) && line.Contains("\"applied\":true", StringComparison.Ordinal));
        lines.Insert(at, lines[at].Replace("\"applied\":true", "\"applied\":false", StringComparison.Ordinal));
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");
    }, "a request before the one that was applied");

    [Theory]
    [InlineData("UPDATE agents_call SET hash = zeroblob(32) WHERE key = (SELECT key FROM agents_call WHERE tool = 'pay' LIMIT 1)")]
    [InlineData("UPDATE agents_call SET phase = 2 WHERE key = (SELECT key FROM agents_call WHERE tool = 'notify' LIMIT 1)")]
    [InlineData("UPDATE agents_call SET tool = 'assess' WHERE key = (SELECT key FROM agents_call WHERE tool = 'read_claim' LIMIT 1)")]
    [InlineData("DELETE FROM agents_call WHERE key = (SELECT key FROM agents_call WHERE tool = 'assess' LIMIT 1)")]
    [InlineData("UPDATE agents_verdict SET arm = 1, rule = 'own claim: pay' WHERE (run, number) = (SELECT run, number FROM agents_verdict WHERE arm = 4 LIMIT 1)")]
    [InlineData("UPDATE agents_verdict SET stage = 5, rule = 'own claim: pay' WHERE (run, number) = (SELECT run, number FROM agents_verdict WHERE stage = 6 LIMIT 1)")]
    [InlineData("UPDATE agents_verdict SET arm = 3, stage = 5 WHERE (run, number) = (SELECT run, number FROM agents_verdict WHERE stage = 8 LIMIT 1)")]
    [InlineData("UPDATE agents_model SET input = input + 1 WHERE (run, number, attempt) = (SELECT run, number, attempt FROM agents_model WHERE reply IS NOT NULL LIMIT 1)")]
    [InlineData("DELETE FROM agents_model WHERE (run, number, attempt) = (SELECT run, number, attempt FROM agents_model WHERE reply IS NOT NULL LIMIT 1)")]
    [InlineData("UPDATE agents_model SET reply = (SELECT reply FROM agents_model ORDER BY run DESC LIMIT 1) WHERE run = (SELECT MIN(run) FROM agents_model) AND number = 1 AND reply IS NOT NULL")]
    [InlineData("UPDATE agents_model SET end_message = end_message + 100 WHERE (run, number, attempt) = (SELECT run, number, attempt FROM agents_model WHERE reply IS NOT NULL LIMIT 1)")]
    [InlineData("UPDATE agents_text SET body = x'7b7d' WHERE hash = (SELECT reply FROM agents_model WHERE reply IS NOT NULL LIMIT 1)")]
    [InlineData("INSERT INTO agents_model SELECT 'nobody', number, attempt, first_message, end_message, frame, request, reply, model, input, output, started, settled, error FROM agents_model LIMIT 1")]
    [InlineData("UPDATE agents_budget SET spent = spent + 1000000 WHERE account = 'desk' AND unit = 2")]
    [InlineData("UPDATE agents_budget SET most = most + 1000000 WHERE account = 'desk' AND unit = 2")]
    [InlineData("DELETE FROM agents_history WHERE (run, number) = (SELECT run, number FROM agents_history WHERE number = 2 LIMIT 1)")]
    [InlineData("UPDATE agents_text SET body = x'7b7d' WHERE hash = (SELECT hash FROM agents_history WHERE number = 1 LIMIT 1)")]
    public Task A_row_that_is_changed_fails(string change) => WithBooksAsync((db, _) => Task.FromResult(Change(db, change)), change);

    [Theory]
    [InlineData(1, 100)]
    [InlineData(4, 60_000)]
    public Task A_reservation_that_is_left_of_what_is_settled_fails(int unit, int amount) => WithBooksAsync((db, _) => Task.FromResult(Change(db,
        $"""
        CREATE TEMP TABLE left_over AS SELECT key, account FROM agents_call WHERE tool = 'notify' LIMIT 1;
        INSERT INTO agents_reservation SELECT key, {unit}, account, {amount} FROM left_over;
        WITH RECURSIVE above(account) AS (SELECT account FROM left_over UNION ALL SELECT a.parent FROM agents_account a JOIN above ON a.account = above.account WHERE a.parent IS NOT NULL)
        UPDATE agents_budget SET reserved = reserved + {amount} WHERE unit = {unit} AND account IN (SELECT account FROM above)
        """)), $"{amount} of unit {unit}");

    [Fact]
    public async Task An_approval_that_is_used_twice_fails()
    {
        var approved = await WithBooksAsync((db, _) => Task.FromResult(Change(db,
            "UPDATE agents_call SET approval = (SELECT approval FROM agents_approval LIMIT 1) WHERE key = (SELECT key FROM agents_call WHERE tool = 'pay' AND approval IS NULL LIMIT 1)")), "another call with it");
        Assert.Contains("was used 2 times", approved, StringComparison.Ordinal);
        await WithBooksAsync((db, _) => Task.FromResult(Change(db, "INSERT INTO agents_approval SELECT 'ff' || approval, hash, key, used, person FROM agents_approval LIMIT 1")), "used again under another name");
    }

    [Fact]
    public async Task Untouched_books_pass_again() => Assert.Equal(0, (await AuditAsync(run.Db, run.Ledger)).ExitCode);

    /// <summary>Changes a copy of the books; the audit has to find it.</summary>
    async Task<string> WithBooksAsync(Func<string, string, Task> change, string what)
    {
        var copy = Directory.CreateTempSubdirectory("holdfast-claims-desk-");
        try
        {
            foreach (var file in Directory.GetFiles(run.Ledger)) File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(run.Db)!)) File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            var db = Path.Combine(copy.FullName, Path.GetFileName(run.Db));
            await change(db, copy.FullName);
            // Whoever changes a book may change the seal as well; the others have to know better.
            LedgerSeal.Put(copy.FullName);
            var (exitCode, output) = await AuditAsync(db, copy.FullName);
            Assert.True(exitCode == 1 && !DeskRun.ReportOf(output).AuditPassed, $"{what}: the audit passed, or could not be made.\n{output}");
            return output;
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    static Task<(int ExitCode, string Output)> AuditAsync(string db, string ledger) => DeskRun.StartAsync(
        "audit", "--file", Path.Combine(AppContext.BaseDirectory, "data", "birdstrikes.csv"), "--rows", DeskRun.Rows, "--seed", DeskRun.Seed, "--db", db, "--ledger", ledger, "--kills", "1", "--resumes", "1",
        "--deadline-seconds", "60", "--json", "yes");

    static int Change(string db, string text)
    {
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
        using var connection = new SqliteConnection($"Data Source={db};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = text;
#pragma warning restore CA2100
        var changed = command.ExecuteNonQuery();
        Assert.True(changed > 0, $"Nothing to change: {text}");
        return changed;
    }
}
