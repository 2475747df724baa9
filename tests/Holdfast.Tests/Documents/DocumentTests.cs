using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Documents;

/// <summary>
/// What the documents say compiles, and what they point to is there. To bring the code blocks up to the samples, run these tests with
/// HOLDFAST_UPDATE_DOCS=1.
/// </summary>
public sealed partial class DocumentTests
{
    [GeneratedRegex(@"LoggerMessage\((?<id>\d+)")]
    private static partial Regex LoggedEvent();

    [GeneratedRegex(@"^\| (?<ids>\d+(, \d+)*) \| (Information|Warning|Error|Critical)")]
    private static partial Regex EventRow();

    [GeneratedRegex("Create\\w+(<\\w+>)?\\(\"(?<name>[^\"]+)\"")]
    private static partial Regex Instrument();

    [GeneratedRegex("`(?<name>holdfast\\.[a-z._]+)`")]
    private static partial Regex ToldInstrument();

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?[^`]*`")]
    private static partial Regex ToldTest();

    [GeneratedRegex(@"\bclass (?<name>\w+)")]
    private static partial Regex Class();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    static string Guide { get; } = Path.Combine(Repository.Root, "docs", "guide.md");

    /// <summary>Its examples are wrong on purpose, or right in contrast to that; tests of the analyzers compile them.</summary>
    const string ErrorPage = "docs/errors.md";

    [Fact]
    public void Code_in_documents_is_the_code_of_the_samples()
    {
        var snippets = Snippets.All();
        if (Environment.GetEnvironmentVariable("HOLDFAST_UPDATE_DOCS") == "1")
            foreach (var file in Documents()) Update(file, snippets);
        Assert.Empty(Documents().SelectMany(file => WrongBlocks(Repository.Short(file), Document.Read(file), snippets)));
    }

    [Fact]
    public void Links_and_anchors_lead_somewhere() => Assert.Empty(Documents().SelectMany(file => DeadLinks(file, Document.Read(file))));

    [Fact]
    public void Every_snippet_of_the_guide_is_shown()
    {
        var shown = Documents().SelectMany(file => Document.Read(file).Blocks).Select(static b => b.Snippet).ToHashSet();
        var made = Repository.Files("samples/Guide", "*.cs").SelectMany(static file => Snippets.In(File.ReadAllLines(file))).Select(static s => s.Name);
        Assert.Empty(made.Except(shown));
    }

    [Fact]
    public void The_guide_names_every_log_event_and_no_other()
    {
        var logged = Repository.Files("src", "Log.cs").SelectMany(static file => LoggedEvent().Matches(File.ReadAllText(file))).Select(static m => int.Parse(m.Groups["id"].Value, CultureInfo.InvariantCulture));
        var told = File.ReadLines(Guide).Select(static line => EventRow().Match(line)).Where(static m => m.Success).SelectMany(static m => m.Groups["ids"].Value.Split(", ")).Select(static id => int.Parse(id, CultureInfo.InvariantCulture));
        Assert.Equal(logged.Order(), told.Order());
    }

    [Fact]
    public void The_guide_names_every_metric_and_no_other()
    {
        var measured = Repository.Files("src", "*Metrics.cs").SelectMany(static file => Instrument().Matches(File.ReadAllText(file))).Select(static m => m.Groups["name"].Value);
        var told = File.ReadLines(Guide).Where(static line => line.StartsWith("| `holdfast.", StringComparison.Ordinal)).SelectMany(static line => ToldInstrument().Matches(line)).Select(static m => m.Groups["name"].Value);
        Assert.Equal(measured.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_block_that_differs_or_has_no_marker_is_found()
    {
        string[] text = ["<!-- snippet: a -->", "```csharp", "var x = 1;", "```", "", "```csharp", "var y = 2;", "```", "<!-- snippet: gone -->", "```csharp", "```"];
        var snippets = new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["var x = 2;"] };
        var wrong = WrongBlocks("it.md", Document.Parse(text), snippets).ToList();
        Assert.Equal(["it.md:2", "it.md:6", "it.md:10"], wrong.Select(static w => w[..w.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("[a](nowhere.md)")]
    [InlineData("[a](README.md#nothing-here)")]
    [InlineData("[a](#nothing-here)")]
    public void A_dead_link_is_found(string text) => Assert.Single(DeadLinks(Path.Combine(Repository.Root, "it.md"), Document.Parse(["# Here", text])));

    [Theory]
    [InlineData("[a](README.md)")]
    [InlineData("[a](#here-and--there)")]
    [InlineData("[a](https://example.org/#x) and `[b](not-a-link)`")]
    public void A_link_that_lives_is_not_found(string text) => Assert.Empty(DeadLinks(Path.Combine(Repository.Root, "it.md"), Document.Parse(["## Here and `/` there", text])));

    [Fact]
    public void A_region_moves_to_the_left_as_far_as_it_goes() =>
        Assert.Equal(["if (a)", "    B();", "", "C();"], Snippets.In(["  #region r", "    if (a)", "        B();", "", "    C();", "  #endregion"]).Single().Code);

    /// <summary>What a document names as proof is there to be run.</summary>
    [Fact]
    public void Tests_that_documents_name_are_there()
    {
        var tests = string.Join('\n', Repository.Files("tests", "*.cs").Select(File.ReadAllText));
        var words = Word().Matches(tests).Select(static m => m.Value).ToHashSet(StringComparer.Ordinal);
        var classes = Class().Matches(tests).Select(static m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var told = Documents().SelectMany(static file => File.ReadLines(file).SelectMany(line => ToldTest().Matches(line)).Select(named => (File: Repository.Short(file), named.Groups["class"], named.Groups["method"]))).ToList();
        Assert.True(told.Count > 300, "Hardly a test is named: the pattern finds them no more.");
        Assert.Empty(told.Where(named => !classes.Contains(named.Item2.Value) || (named.Item3.Success && !words.Contains(named.Item3.Value))).Select(static named => $"{named.File}: there is no {named.Item2}.{named.Item3}"));
    }

    static IEnumerable<string> Documents() => Repository.Files("", "*.md");

    static IEnumerable<string> WrongBlocks(string name, Document document, Dictionary<string, IReadOnlyList<string>> snippets)
    {
        foreach (var block in document.Blocks)
        {
            var at = $"{name}:{block.Line}: ";
            if (block.Snippet is null)
            {
                if (block.Language == "csharp" && name != ErrorPage) yield return at + "C# without a marker; take it from a sample, and put <!-- snippet: name --> before it.";
            }
            else if (!snippets.TryGetValue(block.Snippet, out var code)) yield return at + $"there is no region '{block.Snippet}' in the samples.";
            else if (!code.SequenceEqual(block.Code)) yield return at + $"differs from the region '{block.Snippet}'; run the tests with HOLDFAST_UPDATE_DOCS=1.";
        }
    }

    static IEnumerable<string> DeadLinks(string file, Document document)
    {
        foreach (var (line, target) in document.Links)
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
            var parts = target.Split('#', 2);
            var path = parts[0].Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, parts[0]));
            var anchors = parts[0].Length == 0 ? document.Anchors : null;
            if (anchors is null && !File.Exists(path) && !Directory.Exists(path)) yield return $"{Repository.Short(file)}:{line}: {target} is not there.";
            else if (parts.Length == 2 && !(anchors ?? Document.Read(path).Anchors).Contains(parts[1])) yield return $"{Repository.Short(file)}:{line}: {target} has no such heading.";
        }
    }

    static void Update(string file, Dictionary<string, IReadOnlyList<string>> snippets)
    {
        var lines = File.ReadAllLines(file).ToList();
        foreach (var block in Document.Parse(lines).Blocks.AsEnumerable().Reverse())
        {
            if (block.Snippet is null || !snippets.TryGetValue(block.Snippet, out var code)) continue;
            lines.RemoveRange(block.Line, block.Code.Count);
            lines.InsertRange(block.Line, code);
        }
        File.WriteAllText(file, string.Join('\n', lines) + "\n");
    }
}
