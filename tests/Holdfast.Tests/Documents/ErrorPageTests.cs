using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Documents;

/// <summary>Whoever searches for a code finds what to do. The sections of the compiler's codes are checked with the analyzers.</summary>
public sealed partial class ErrorPageTests
{
    static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "errors.md"));

    [GeneratedRegex(@"^\| \[(?<name>[A-Z][A-Za-z]+)\]\(#(?<anchor>[a-z]+)\) \| (?<number>\d+) \| (?<transient>yes)? ?\| ")]
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
        Assert.Contains("**Why.** ", section, StringComparison.Ordinal);
        Assert.Contains("**What to do.** ", section, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_codes_is_the_enumeration()
    {
        var told = Lines.Select(static line => Row().Match(line)).Where(static row => row.Success).Select(static row => (
            Name: row.Groups["name"].Value, Number: int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture), IsTransient: row.Groups["transient"].Success, Anchor: row.Groups["anchor"].Value));
        Assert.Equal(
            Enum.GetValues<HoldfastError>().Select(static code => ($"{code}", (int)code, new HoldfastException(code, "").IsTransient, $"{code}".ToLowerInvariant())),
            told);
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
