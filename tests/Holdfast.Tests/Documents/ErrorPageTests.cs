using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Documents;

/// <summary>Whoever searches for a code finds what to do. The sections of the compiler's codes are checked with the analyzers.</summary>
public sealed partial class ErrorPageTests
{
    static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "errors.md"));

    [GeneratedRegex(@"^\| \[(?<name>[A-Z][A-Za-z]+)\]\(#(?<anchor>[a-z]+)\) \|( (?<number>\d+) \| (?<transient>yes)? ?\|)?")]
    private static partial Regex Row();

    [GeneratedRegex(@"^## (?<name>[A-Z][A-Za-z]+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\| `(?<reason>[a-z ]+)` \|")]
    private static partial Regex ReasonRow();

    public static TheoryData<HoldfastError> Codes => [.. Enum.GetValues<HoldfastError>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_says_what_happened_and_what_to_do(HoldfastError code)
    {
        var start = Array.IndexOf(Lines, $"## {code}");
        Assert.True(start >= 0, $"docs/errors.md has no section '## {code}'.");
        var section = string.Join('\n', Lines.Skip(start + 1).TakeWhile(static line => !line.StartsWith("## ", StringComparison.Ordinal)));
        Assert.Contains("**Hint.** ", section, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tables_list_every_code_with_its_number()
    {
        var rows = Lines.Select(static line => Row().Match(line)).Where(static row => row.Success).ToList();
        Assert.Equal(Enum.GetNames<HoldfastError>().Order(StringComparer.Ordinal), rows.Select(static row => row.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            var code = Enum.Parse<HoldfastError>(row.Groups["name"].Value);
            Assert.Equal($"{code}".ToLowerInvariant(), row.Groups["anchor"].Value);
            if (!row.Groups["number"].Success) continue;
            Assert.Equal((int)code, int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture));
            Assert.Equal(new HoldfastException(code, "").IsTransient, row.Groups["transient"].Success);
        }
    }

    [Fact]
    public void No_section_is_about_a_code_that_is_gone()
    {
        var sections = Lines.Select(static line => Heading().Match(line)).Where(static heading => heading.Success).Select(static heading => heading.Groups["name"].Value);
        Assert.Empty(sections.Except(Enum.GetNames<HoldfastError>()));
    }

    [Fact]
    public void Every_reason_to_park_a_run_is_one_that_the_engine_gives()
    {
        var told = Lines.Select(static line => ReasonRow().Match(line)).Where(static row => row.Success).Select(static row => row.Groups["reason"].Value).ToList();
        Assert.NotEmpty(told);
        var code = string.Join('\n', Repository.Files("src/Holdfast", "*.cs").Select(File.ReadAllText));
        Assert.All(told, reason => Assert.Matches($"\"{reason}[\":]", code));
    }
}
