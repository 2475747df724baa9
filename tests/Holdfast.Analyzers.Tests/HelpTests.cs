using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Holdfast.Analyzers.Tests;

public sealed partial class HelpTests
{
    public static TheoryData<DiagnosticDescriptor> Rules =>
        [.. new DiagnosticAnalyzer[] { new AwaitAnalyzer(), new AliveAnalyzer(), new StepWriteAnalyzer() }.SelectMany(a => a.SupportedDiagnostics)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_code_has_its_section_on_the_help_page(DiagnosticDescriptor rule)
    {
        var (page, anchor) = (rule.HelpLinkUri.Split('#')[0], rule.HelpLinkUri.Split('#')[1]);
        Assert.EndsWith("docs/errors.md", page, StringComparison.Ordinal);
        Assert.Equal(rule.Id.ToLowerInvariant(), anchor);
        var section = Section(rule.Id);
        Assert.Contains(rule.Title.ToString(), section, StringComparison.Ordinal);
        foreach (var part in new[] { "**Why.**", "**Wrong**", "**Right**", "**Hint.**" }) Assert.Contains(part, section, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task The_examples_of_the_page_are_as_wrong_and_as_right_as_it_says(DiagnosticDescriptor rule)
    {
        var examples = Example().Matches(Section(rule.Id));
        Assert.NotEmpty(examples);
        foreach (Match example in examples)
        {
            var found = await Analysis.Run($"sealed class Trial(IPayments payments, IMail mail) : Workflow\n{{\n{example.Groups[2].Value}\n}}");
            if (example.Groups[1].Value == "Right") Assert.Empty(found.Select(d => d.ToString()));
            else Assert.Equal([rule.Id], found.Select(d => d.Id).Distinct());
        }
    }

    static string Section(string id)
    {
        var lines = File.ReadAllLines(Path.Combine(Root(), "docs", "errors.md"));
        // The heading is the bare code, because the anchor that a page makes of it is then the code in lower case.
        var start = Array.IndexOf(lines, $"## {id}");
        Assert.True(start >= 0, $"docs/errors.md has no heading '## {id}'.");
        return string.Join("\n", lines.Skip(start + 1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\*\*(Wrong|Right)\*\*\n\n```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    /// <summary>Not by the path of this source file: a build whose paths are made alike for everyone has none.</summary>
    static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Holdfast.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
