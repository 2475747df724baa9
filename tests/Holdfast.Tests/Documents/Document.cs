using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Documents;

/// <summary>A code block of a document.</summary>
/// <param name="Line">The line of its fence, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Snippet">The name in the marker before it, or null.</param>
/// <param name="Code">Its lines.</param>
sealed record CodeBlock(int Line, string Language, string? Snippet, IReadOnlyList<string> Code);

/// <summary>A document, as far as it can be checked: headings, links and code blocks.</summary>
sealed partial class Document
{
    [GeneratedRegex("^<!-- snippet: (?<name>[a-z0-9-]+) -->$")]
    private static partial Regex Marker();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#{1,6} (?<text>.+?)\\s*$")]
    private static partial Regex Heading();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    public List<CodeBlock> Blocks { get; } = [];

    /// <summary>Link targets, each with its line.</summary>
    public List<(int Line, string Target)> Links { get; } = [];

    /// <summary>What headings can be linked to by.</summary>
    public HashSet<string> Anchors { get; } = new(StringComparer.Ordinal);

    public static Document Read(string path) => Parse(File.ReadAllLines(path));

    public static Document Parse(IReadOnlyList<string> lines)
    {
        var document = new Document();
        string? marker = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i].TrimEnd();
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                var fence = i;
                var code = new List<string>();
                for (i++; i < lines.Count && lines[i].Trim() != "```"; i++) code.Add(lines[i].TrimEnd());
                document.Blocks.Add(new(fence + 1, line.Trim()[3..].Trim(), marker, code));
                marker = null;
                continue;
            }
            if (Marker().Match(line) is { Success: true } found) marker = found.Groups["name"].Value;
            else if (line.Length > 0) marker = null;
            if (Heading().Match(line) is { Success: true } heading) document.AddAnchor(heading.Groups["text"].Value);
            foreach (Match link in Link().Matches(InlineCode().Replace(line, "`code`"))) document.Links.Add((i + 1, link.Groups["target"].Value));
        }
        return document;
    }

    /// <summary>As the usual renderers make anchors: lower case, punctuation dropped, a hyphen for each space, a number for a second one.</summary>
    void AddAnchor(string heading)
    {
        var slug = new StringBuilder();
        foreach (var letter in heading.Replace("`", "", StringComparison.Ordinal).ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter) || letter is '-' or '_') slug.Append(letter);
            else if (letter == ' ') slug.Append('-');
        }
        var anchor = slug.ToString();
        for (var i = 1; !Anchors.Add(anchor); i++) anchor = $"{slug}-{i}";
    }
}
