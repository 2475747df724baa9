using System.Text.Json;
using Spectre.Console;

namespace Claims;

/// <summary>The audit as a process of its own. It opens the CSV and the two ledgers, and nothing of the engine.</summary>
static class AuditRole
{
    const int FindingsShownMax = 20;

    public static int Run(RoleArguments arguments)
    {
        var file = ClaimFile.Load(arguments.Text("--file"), arguments.Number("--rows"));
        var ledger = arguments.Text("--ledger");
        var provider = Ledger<ProviderLine>.Examine(Path.Combine(ledger, ProviderLine.FileName), ClaimsJson.Default.ProviderLine);
        var adjuster = Ledger<AdjusterLine>.Examine(Path.Combine(ledger, AdjusterLine.FileName), ClaimsJson.Default.AdjusterLine);
        string[] wrongs = [.. provider.Unreadable, .. adjuster.Unreadable];
        var auditor = new Auditor(file, provider.Lines, adjuster.Lines, wrongs);
        var report = auditor.Run(new RunFigures(
            arguments.Number("--in-doubt"), arguments.Number("--suspects"), arguments.Number("--kills"), arguments.Number("--resumes"), arguments.Fraction("--steps-per-second"),
            arguments.Fraction("--p50"), arguments.Fraction("--p99")));
        // Without a terminal there is nobody to see colours, only programs that trip over them.
        if (Console.IsOutputRedirected) (AnsiConsole.Profile.Capabilities.Ansi, AnsiConsole.Profile.Capabilities.ColorSystem) = (false, ColorSystem.NoColors);
        Print(report, file, arguments.Fraction("--seconds"));
        wrongs = [.. wrongs, .. auditor.Findings.Select(finding => $"row {finding.Row}: {finding.Wrong}: {finding.Text}")];
        foreach (var wrong in wrongs.Take(FindingsShownMax)) Console.WriteLine(wrong);
        if (wrongs.Length > FindingsShownMax) Console.WriteLine($"and {wrongs.Length - FindingsShownMax} more");
        if (arguments.Text("--json") == "yes") Console.WriteLine(JsonSerializer.Serialize(report, ClaimsJson.Default.AuditReport));
        return report.AuditPassed ? 0 : 1;
    }

    static void Print(AuditReport report, ClaimFile file, double seconds)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("what").AddColumn(new TableColumn("how many").RightAligned());
        table.AddRow("rows", $"{report.Rows:N0}");
        table.AddRow("quarantined", $"{report.Quarantined:N0}");
        foreach (var rule in file.Quarantined.GroupBy(row => row.Rule)) table.AddRow($"  by {rule.Key}", $"{rule.Count():N0}");
        table.AddRow("paid", $"{report.Paid:N0}");
        table.AddRow("refused", $"{report.Refused:N0}");
        table.AddRow("expired", $"{report.Expired:N0}");
        table.AddRow("sum paid", $"${report.SumPaid:N0}");
        table.AddRow("sum expected", $"${report.SumExpected:N0}");
        table.AddRow("applied twice", $"{report.AppliedTwice:N0}");
        table.AddRow("repeated notifications", $"{report.RepeatedAttempts:N0}");
        table.AddRow("in doubt after a kill, all resolved ¹", $"{report.InDoubt:N0}");
        table.AddRow("set aside as suspect, taken up again ²", $"{report.Suspects:N0}");
        table.AddRow("lost", $"{report.Lost:N0}");
        table.AddRow("kills", $"{report.Kills:N0}");
        table.AddRow("runs resumed after a kill", $"{report.Resumes:N0}");
        table.AddRow("seconds, kills and waits included", $"{seconds:N1}");
        table.AddRow("steps per second over all of it", $"{report.StepsPerSecond:N0}");
        table.AddRow("a step with its queues, p50 / p99 ³", $"{report.StepP50Ms:N1} / {report.StepP99Ms:N1} ms");
        table.AddRow("audit", report.AuditPassed ? "[green]passed[/]" : "[red]failed[/]");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(
            "¹ Notifications are sent at most once. A kill left these between their request and the note of its answer, or waiting for their turn; the operator "
            + "asked the provider about each: what had been sent was taken as sent, the rest was sent then. None is left.");
        AnsiConsole.WriteLine(
            "² A run that had code on a thread at several kills in a row is parked, for it could be what ends the process; here the operator knows that it is not.");
        AnsiConsole.WriteLine(
            "³ From the step's intent on the disk to the end of its attempt: the wait behind up to 2,000 live claims, then HTTP and an fsync at the provider or "
            + "adjuster. It says how full this run keeps the machine, not what the engine costs: for that, see bench/README.md.");
    }
}
