using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Holdfast.Torture.Sweeping;

/// <summary>What a sweep has found, for people and for programs.</summary>
sealed class SweepReport(IReadOnlyList<Tortured> all, TimeSpan inProcess, TimeSpan whole, int processes, bool reflection)
{
#if DEBUG
    const string Configuration = "Debug";
#else
    const string Configuration = "Release";
#endif

    /// <summary>Prints the table and what diverged. Returns the program's exit code.</summary>
    public int Print(bool json)
    {
        // A file or a pipe has no width of its own, and a narrow table breaks names.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 140;
        var table = new Table().Border(TableBorder.Simple).AddColumn("workflow");
        foreach (var heading in new[] { "awaits", "deliveries", "fresh processes", "snapshot, bytes", "agrees" }) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var one in all)
            table.AddRow(
                Markup.Escape(one.Case.Name), Number(one.Straight.Awaits), Number(one.Straight.Delivered.Count), Number(one.Restores), Number(one.Straight.SnapshotBytesMax),
                one.Divergence is null ? "yes" : "[red]NO[/]");
        AnsiConsole.Write(table);
        var diverged = all.Where(static one => one.Divergence is not null).ToList();
        foreach (var one in diverged) Console.WriteLine(one.Divergence);
        Console.WriteLine(
            $"{Configuration}{(reflection ? ", by reflection" : "")}: {all.Count} workflows, {Number(all.Sum(static o => o.Straight.Awaits))} awaits, {Number(all.Sum(static o => o.Restores))} restores in {processes} fresh processes, "
            + $"{diverged.Count} diverged; {inProcess.TotalSeconds:F0} s in-process, {(whole - inProcess).TotalSeconds:F0} s in fresh processes.");
        if (json) Console.WriteLine(Json(diverged));
        return diverged.Count == 0 ? 0 : 1;
    }

    string Json(List<Tortured> diverged) => JsonSerializer.Serialize(
        new
        {
            configuration = Configuration,
            reflection,
            workflows = all.Count,
            awaits = all.Sum(static o => o.Straight.Awaits),
            restoresInProcess = all.Sum(static o => o.Cold.Awaits),
            restores = all.Sum(static o => o.Restores),
            processes,
            inProcessSeconds = Math.Round(inProcess.TotalSeconds, 1),
            freshSeconds = Math.Round((whole - inProcess).TotalSeconds, 1),
            diverged = diverged.Select(static one => one.Divergence),
        }, JsonSerializerOptions.Web);

    static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
