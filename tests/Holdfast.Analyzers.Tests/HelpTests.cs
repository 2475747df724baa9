using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Tests;

public sealed partial class HelpTests
{
    public static TheoryData<DiagnosticDescriptor> Rules =>
        [.. Analysis.Rules.SelectMany(a => a.SupportedDiagnostics)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_code_has_its_section_on_the_help_page(DiagnosticDescriptor rule)
    {
        // A build that does not know where the repository is published has no link to give.
        if (rule.HelpLinkUri.Length > 0)
        {
            Assert.True(Uri.TryCreate(rule.HelpLinkUri, UriKind.Absolute, out var link));
            Assert.EndsWith("docs/errors.md", link.AbsolutePath, StringComparison.Ordinal);
            Assert.Equal($"#{rule.Id.ToLowerInvariant()}", link.Fragment);
        }
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
            var code = example.Groups[2].Value;
            var found = await Analysis.Run(code.Contains("class ", StringComparison.Ordinal) ? code : $"sealed class Trial(IPayments payments, IMail mail) : Workflow\n{{\n{code}\n}}");
            if (example.Groups[1].Value == "Right") Assert.Empty(found.Select(d => d.ToString()));
            else Assert.Contains(rule.Id, found.Select(d => d.Id));
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
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Holdfast.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
