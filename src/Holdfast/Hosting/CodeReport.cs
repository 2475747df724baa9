using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast;

/// <summary>What becomes of runs that have not ended, under the code that was looked at.</summary>
public enum CodeVerdict
{
    /// <summary>They go on where they are.</summary>
    Resumes = 1,

    /// <summary>They would wait, as parked, until their own code is there again or they are restarted.</summary>
    NeedsMigration = 2,

    /// <summary>They are parked already, for a reason that other code does not change by itself.</summary>
    StaysParked = 3,

    /// <summary>What is saved of them cannot be read.</summary>
    Damaged = 4,

    /// <summary>
    /// They go on where they are, but a message waits of which nothing says as what it will be read, or a call is under way of which nothing says whether its handler is there. Whether it fits shows when a run takes it.
    /// </summary>
    Unknown = 5,
}

/// <summary>Runs of one workflow to which the same happens for the same reason.</summary>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Version">The version that they began in.</param>
/// <param name="Verdict">What becomes of them.</param>
/// <param name="Reason">Why, with the method and what changed; empty for runs that resume.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Examples">Some of them, newest first: at most ten.</param>
public sealed record CodeReportGroup(string Workflow, int Version, CodeVerdict Verdict, string Reason, int Count, IReadOnlyList<RunId> Examples);

/// <summary>Which runs of a store go on in some code, and which do not, and why. Made by <see cref="HoldfastCode"/>.</summary>
/// <param name="Groups">The runs that have not ended, those that would not go on first.</param>
/// <param name="Problems">Workflow classes of the code that could not be registered, with why.</param>
public sealed record CodeReport(IReadOnlyList<CodeReportGroup> Groups, IReadOnlyList<string> Problems)
{
    static readonly string[] Heads = ["WORKFLOW", "VERSION", "RUNS", "VERDICT", "EXAMPLE"];
    static readonly JsonSerializerOptions Form = new(JsonSerializerOptions.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>How many runs have not ended.</summary>
    public int Total => Groups.Sum(static g => g.Count);

    /// <summary>How many of them go on.</summary>
    public int Resuming => Groups.Where(static g => g.Verdict == CodeVerdict.Resumes).Sum(static g => g.Count);

    /// <summary>Whether the code can be deployed without a run having to wait for a person because of it. What is unknown is not safe, and neither is a class that cannot be registered: an engine with it does not start.</summary>
    public bool IsSafe => Problems.Count == 0 && Groups.All(static g => g.Verdict is CodeVerdict.Resumes or CodeVerdict.StaysParked);

    /// <summary>The report as JSON, for programs.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            IsSafe, Total, Resuming, Problems,
            Groups = Groups.Select(static g => new { g.Workflow, g.Version, g.Verdict, g.Count, g.Reason, Examples = g.Examples.Select(static run => run.ToString()) }),
        }, Form);

    /// <summary>The report as a table, for people.</summary>
    public override string ToString()
    {
        List<string[]> rows = [Heads];
        foreach (var group in Groups)
            rows.Add([group.Workflow, Text(group.Version), Text(group.Count), Word(group.Verdict), group.Examples.Count == 0 ? "" : group.Examples[0].ToString()]);
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < rows.Count; i++)
        {
            var cells = rows[i].Select((cell, column) => column is 1 or 2 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
            if (i > 0 && Groups[i - 1].Reason.Length > 0) text.Append("    ").AppendLine(Groups[i - 1].Reason);
        }
        foreach (var problem in Problems) text.AppendLine(problem);
        return text.Append(CultureInfo.InvariantCulture, $"{Resuming} of {Total} runs go on.").ToString();
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    static string Word(CodeVerdict verdict) => verdict switch
    {
        CodeVerdict.Resumes => "resumes",
        CodeVerdict.NeedsMigration => "needs migration",
        CodeVerdict.StaysParked => "stays parked",
        CodeVerdict.Unknown => "unknown",
        _ => "damaged",
    };
}
