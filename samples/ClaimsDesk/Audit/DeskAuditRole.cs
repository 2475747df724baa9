using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Claims;
using ModelDouble;
using Spectre.Console;

namespace ClaimsDesk;

/// <summary>The audit as a process of its own. It opens the CSV, the ledgers and, with SQL alone, the tables of the engine's file.</summary>
static class DeskAuditRole
{
    const int FindingsShownMax = 20;

    public static int Run(RoleArguments arguments)
    {
        var file = HostileCopy.Load(arguments.Text("--file"), arguments.Number("--rows"), arguments.Number("--seed"));
        var ledger = arguments.Text("--ledger");
        List<string> unreadable = [.. LedgerSeal.Broken(ledger)];
        var books = new DeskBooks(
            Lines(ProviderLine.FileName, ClaimsJson.Default.ProviderLine), Lines(ApproverLine.FileName, DeskJson.Default.ApproverLine), Lines(DoubleLine.FileName, DoubleJson.Default.DoubleLine),
            Lines(OperatorLine.FileName, ClaimsJson.Default.OperatorLine), DeskRecords.Read(arguments.Text("--db")));
        var auditor = new DeskAuditor(file, books, arguments.Number("--seed"), TimeSpan.FromSeconds(arguments.Number("--deadline-seconds")));
        var report = auditor.Run(arguments.Number("--kills"), arguments.Number("--resumes"));
        if (unreadable.Count > 0) report = report with { AuditPassed = false };
        // Without a terminal there is nobody to see colours, only programs that trip over them.
        if (Console.IsOutputRedirected) (AnsiConsole.Profile.Capabilities.Ansi, AnsiConsole.Profile.Capabilities.ColorSystem) = (false, ColorSystem.NoColors);
        Print(report);
        string[] wrongs = [.. unreadable, .. auditor.Findings];
        foreach (var wrong in wrongs.Take(FindingsShownMax)) Console.WriteLine(wrong);
        if (wrongs.Length > FindingsShownMax) Console.WriteLine($"and {wrongs.Length - FindingsShownMax} more");
        if (arguments.Text("--json") == "yes") Console.WriteLine(JsonSerializer.Serialize(report, DeskJson.Default.DeskReport));
        return report.AuditPassed ? 0 : 1;

        List<T> Lines<T>(string name, JsonTypeInfo<T> shape)
        {
            var (lines, bad) = Ledger<T>.Examine(Path.Combine(ledger, name), shape);
            unreadable.AddRange(bad);
            return lines;
        }
    }

    static void Print(DeskReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("what").AddColumn(new TableColumn("how many").RightAligned());
        table.AddRow("claims, an agent each", $"{report.Claims:N0}");
        table.AddRow("proposals of the model", $"{report.Proposals:N0}");
        table.AddRow("  admitted", $"{report.Admitted:N0}");
        table.AddRow("  sent back to be mended", $"{report.Repaired:N0}");
        table.AddRow("  put before a person", $"{report.NeedsApproval:N0}");
        table.AddRow("  refused", $"{report.Refused:N0}");
        table.AddRow("  parked", $"{report.Parked:N0}");
        table.AddRow("budget: limit / reserved / spent", $"${report.BudgetLimit:N0} / ${report.BudgetReserved:N0} / ${report.BudgetSpent:N0}");
        table.AddRow("approvals used", $"{report.ApprovalsUsed:N0}");
        table.AddRow("answers late, again or altered", $"{report.ApprovalsRejected:N0}");
        table.AddRow("applied twice", $"{report.AppliedTwice:N0}");
        table.AddRow("in doubt after a kill, all resolved", $"{report.InDoubt:N0}");
        table.AddRow("calls without a result in a conversation", $"{report.OrphanCalls:N0}");
        table.AddRow("kills", $"{report.Kills:N0}");
        table.AddRow("agents resumed after a kill", $"{report.Resumes:N0}");
        table.AddRow("audit", report.AuditPassed ? "[green]passed[/]" : "[red]failed[/]");
        AnsiConsole.Write(table);
    }
}
