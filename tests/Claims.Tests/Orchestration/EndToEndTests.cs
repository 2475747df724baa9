using Claims;

namespace ClaimsTests.Orchestration;

/// <summary>The whole sample: real processes, real kills, real files.</summary>
public sealed class EndToEndTests : IDisposable
{
    readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task Nothing_is_lost_or_done_twice_while_the_worker_is_killed()
    {
        var (exitCode, report) = await ClaimsProcess.AuditedAsync("--rows", "800", "--kills", "4", "--deadline-seconds", "4", "--db", Db);
        Assert.Equal(0, exitCode);
        Assert.True(report.AuditPassed);
        Assert.Equal((800, 5, 4), (report.Rows, report.Quarantined, report.Kills));
        Assert.Equal(795, report.Paid + report.Refused + report.Expired);
        Assert.Equal((0, 0, 0), (report.AppliedTwice, report.RepeatedAttempts, report.Lost));
        Assert.Equal(report.SumExpected, report.SumPaid);
        Assert.InRange(report.Resumes, 1, 4 * 795);
        Assert.Equal([342, 300, 442, 599, 649], Quarantine().OrderBy(row => row.Rule == ClaimRules.Duplicate ? 0 : 1).Select(row => row.Row));
    }

    [Fact]
    public async Task Every_good_record_of_the_hostile_file_is_served_and_no_bad_one()
    {
        var (exitCode, report) = await ClaimsProcess.AuditedAsync("--file", Intake.StrikeFile.Hostile, "--kills", "2", "--deadline-seconds", "4", "--db", Db);
        Assert.Equal(0, exitCode);
        Assert.Equal((35, 11), (report.Rows, report.Quarantined));
        Assert.Equal(24, report.Paid + report.Refused + report.Expired);
        Assert.Equal([3, 6, 9, 12, 15, 17, 20, 22, 25, 27, 33], Quarantine().Select(row => row.Row));
        var payments = Provider().Where(line => line.Kind == ProviderLine.Payment && line.Applied).ToDictionary(line => line.Row, line => line.Amount);
        var claims = ClaimFile.Load(Intake.StrikeFile.Hostile).Valid;
        Assert.All(claims.Where(claim => !claim.NeedsAdjuster), claim => Assert.Equal(claim.PaymentDollars, payments[claim.Row]));
    }

    [Fact]
    public async Task Run_again_on_the_same_file_it_pays_nothing_again()
    {
        string[] arguments = ["--rows", "100", "--kills", "0", "--db", Db];
        var (_, first) = await ClaimsProcess.AuditedAsync(arguments);
        var lines = Provider();
        var (exitCode, second) = await ClaimsProcess.AuditedAsync(arguments);
        Assert.Equal(0, exitCode);
        Assert.Equal((100, 100), (first.Paid, second.Paid));
        Assert.Equal(lines, Provider());
    }

    [Fact]
    public async Task A_killed_orchestrator_takes_its_processes_with_it_and_is_gone_on_with()
    {
        string[] arguments = ["--rows", "400", "--kills", "0", "--deadline-seconds", "4", "--db", Db];
        using (var orchestrator = new ClaimsProcess(arguments))
        {
            await UntilAsync(() => File.Exists(Ledger(ProviderLine.FileName)) && Provider().Count > 50);
            orchestrator.Kill();
        }
        await UntilAsync(() => IsFree(Ledger(ProviderLine.FileName)) && IsFree(Ledger(AdjusterLine.FileName)) && IsFree(Ledger(OperatorLine.FileName)));
        var (exitCode, report) = await ClaimsProcess.AuditedAsync(arguments);
        Assert.Equal(0, exitCode);
        Assert.Equal(398, report.Paid + report.Refused + report.Expired);
        Assert.Equal((0, 0, 0), (report.AppliedTwice, report.RepeatedAttempts, report.Lost));
    }

    [Theory]
    [InlineData("provider")]
    [InlineData("adjuster")]
    public async Task A_process_that_does_not_come_back_ends_the_run_before_claims_fail_for_it(string role)
    {
        string[] arguments = ["--rows", "1500", "--kills", "0", "--deadline-seconds", "4", "--db", Db];
        var running = ClaimsProcess.RunAsync(arguments);
        await UntilAsync(() => File.Exists(Ledger(ProviderLine.FileName)) && Provider().Count > 50);
        ClaimsProcess.KillRole(role, Db + ".ledger");
        var (exitCode, _, errors) = await running;
        Assert.Equal((2, $"The {role} ended by itself: it said nothing, as one that was killed."), (exitCode, errors.TrimEnd()));
        var (_, report) = await ClaimsProcess.AuditedAsync(arguments);
        Assert.True(report.AuditPassed);
    }

    [Fact]
    public async Task A_small_file_that_is_done_before_the_kills_nobody_asked_for_passes()
    {
        var (exitCode, report) = await ClaimsProcess.AuditedAsync("--rows", "1", "--db", Db);
        Assert.Equal(0, exitCode);
        Assert.InRange(report.Kills, 0, 2);
    }

    [Fact]
    public async Task A_failed_audit_is_an_exit_code()
    {
        Directory.CreateDirectory(Db + ".ledger");
        await using (var ledger = new Ledger<ProviderLine>(Ledger(ProviderLine.FileName), ClaimsJson.Default.ProviderLine))
            await ledger.AppendAsync(new ProviderLine("k", 1, ProviderLine.Payment, 26, 1, true, DateTimeOffset.UnixEpoch));
        var (exitCode, output, _) = await ClaimsProcess.RunAsync(
            "audit", "--file", Intake.StrikeFile.Path, "--rows", "1", "--ledger", Db + ".ledger", "--in-doubt", "0", "--suspects", "0", "--kills", "0", "--resumes", "0",
            "--steps-per-second", "0", "--p50", "0", "--p99", "0", "--seconds", "0", "--json", "yes");
        Assert.Equal(1, exitCode);
        Assert.Contains("PaymentWrong", output, StringComparison.Ordinal);
        Assert.EndsWith("\"auditPassed\":false}", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"key\":")]
    public async Task A_line_that_cannot_be_read_fails_the_audit(string line)
    {
        Directory.CreateDirectory(Db + ".ledger");
        await File.WriteAllTextAsync(Ledger(ProviderLine.FileName), line + "\n");
        var (exitCode, output, errors) = await ClaimsProcess.RunAsync(
            "audit", "--file", Intake.StrikeFile.Path, "--rows", "1", "--ledger", Db + ".ledger", "--in-doubt", "0", "--suspects", "0", "--kills", "0", "--resumes", "0",
            "--steps-per-second", "0", "--p50", "0", "--p99", "0", "--seconds", "0", "--json", "yes");
        Assert.Equal((1, ""), (exitCode, errors));
        Assert.Contains($"{Ledger(ProviderLine.FileName)}, line 1: ", output, StringComparison.Ordinal);
        Assert.EndsWith("\"auditPassed\":false}", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_on_the_same_files_is_refused_and_the_first_ends_well()
    {
        // Enough for the first run to last longer than the second waits for the place to become free.
        string[] arguments = ["--rows", "9000", "--kills", "1", "--db", Db];
        var first = ClaimsProcess.AuditedAsync(arguments);
        await UntilAsync(() => File.Exists(Ledger(ProviderLine.FileName)) && Provider().Count > 50);
        var (exitCode, _, errors) = await ClaimsProcess.RunAsync(arguments);
        Assert.Equal(2, exitCode);
        Assert.Contains("in use", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.True((await first).Report.AuditPassed);
        Assert.Equal(0, (await first).ExitCode);
    }

    [Fact]
    public async Task Kills_that_found_nothing_left_to_interrupt_are_no_success()
    {
        var (exitCode, _, errors) = await ClaimsProcess.RunAsync("--rows", "1", "--kills", "4", "--db", Db);
        Assert.Equal(2, exitCode);
        Assert.Matches("^Only [12] of 4 kills were made", errors);
    }

    [Theory]
    [InlineData("--rows", "none")]
    [InlineData("--file", "/nowhere.csv")]
    [InlineData("--file", "/")]
    [InlineData("--db", "")]
    [InlineData("--db", "/")]
    [InlineData("--db", "/dev/null/a.db")]
    public async Task What_cannot_be_done_is_said_in_a_sentence(string option, string value)
    {
        var (exitCode, _, errors) = await ClaimsProcess.RunAsync(option, value);
        Assert.Equal(2, exitCode);
        Assert.Contains(value.Length > 0 ? value : option, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_engine_refuses_is_said_in_a_sentence()
    {
        File.CreateSymbolicLink(Db + ".lock", Db + ".lock");
        var (exitCode, _, errors) = await ClaimsProcess.RunAsync("--rows", "1", "--db", Db);
        Assert.Equal(2, exitCode);
        Assert.Contains(Db + ".lock", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    string Db => scratch.File("claims.db");

    string Ledger(string name) => Path.Combine(Db + ".ledger", name);

    List<ProviderLine> Provider() => Ledger<ProviderLine>.Read(Ledger(ProviderLine.FileName), ClaimsJson.Default.ProviderLine);

    List<QuarantinedRow> Quarantine() => Ledger<QuarantinedRow>.Read(Ledger(QuarantineReport.FileName), ClaimsJson.Default.QuarantinedRow);

    /// <summary>A ledger that a process has open cannot be opened for oneself alone.</summary>
    static bool IsFree(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    static async Task UntilAsync(Func<bool> reached)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (!reached()) await Task.Delay(20, patience.Token);
    }
}
