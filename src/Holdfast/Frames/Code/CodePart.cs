using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>One method or type of a code's text: a machine, a closure, a lambda, a local function, an iterator.</summary>
sealed partial class CodePart(string name)
{
    /// <summary>Its name in the text, with the number that the text gave it.</summary>
    public string Name { get; } = name;

    /// <summary>The word in the name that says what it is: machine, closure, lambda, local, iterator; else the name itself.</summary>
    public string Kind { get; } = KindIn(name);

    /// <summary>What other parts call it: the kind with its number.</summary>
    public string Number { get; } = Numbered().Match(name) is { Success: true } match ? match.Value : name;

    /// <summary>Whether a struct or a class holds it; empty for methods.</summary>
    public string Shape { get; private set; } = "";

    public List<(string Name, string Type)> Fields { get; } = [];

    public List<string> Variables { get; } = [];

    /// <summary>What it guards against: the kind of each clause and the exception it catches.</summary>
    public List<string> Guards { get; } = [];

    /// <summary>Signature and instructions, with the numbers left out that the text gave to other parts.</summary>
    public List<string> Code { get; } = [];

    /// <summary>The parts that it mentions.</summary>
    public HashSet<string> Mentions { get; } = [];

    /// <summary>Everything it says, to find the part of another text that is the same.</summary>
    public string Content => string.Join('\n', [Shape, .. Fields.Select(static f => f.ToString()), .. Variables, .. Guards, .. Code]);

    /// <summary>Takes a text apart. The first part is the one that the text is of.</summary>
    public static List<CodePart> Read(IReadOnlyList<string> lines)
    {
        var parts = new Dictionary<string, CodePart>();
        var order = new List<CodePart>();
        for (var i = 1; i < lines.Count; i++)
        {
            var line = lines[i];
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var isCode = colon >= 0 && (colon < space || space < 0);
            var name = isCode ? line[..colon] : space < 0 ? line : line[..space];
            if (!parts.TryGetValue(name, out var part)) order.Add(parts[name] = part = new(name));
            if (isCode) part.AddCode(line[(colon + 2)..]);
            else part.AddDeclaration(line[(space + 1)..]);
        }
        return order;
    }

    void AddDeclaration(string text)
    {
        var words = text.Split(' ', 4);
        if (words is ["field", _, var name, var type]) Fields.Add((name, Plain(type)));
        else Shape = words[0];
    }

    void AddCode(string text)
    {
        foreach (Match mention in Numbered().Matches(text)) Mentions.Add(mention.Value);
        var words = text.Split(' ');
        if (words[0] == "var") Variables.Add(Plain(text));
        else if (words[0] is "Clause" or "Filter" or "Finally" or "Fault") Guards.Add($"{words[0]} {Plain(words[^1])}".TrimEnd());
        else Code.Add(Plain(text));
    }

    /// <summary>Text without the numbers of other parts: those shift when a part is added.</summary>
    static string Plain(string text) => text.Contains("ldstr", StringComparison.Ordinal) ? text : Numbered().Replace(text, static m => m.Groups["kind"].Value);

    static string KindIn(string name) => Numbered().Match(name) is { Success: true } match ? match.Groups["kind"].Value : name;

    [GeneratedRegex(@"(?<=^|!)(?<kind>machine|closure|lambda|local|base|iterator|sites)[0-9]+(?![\w])")]
    private static partial Regex Numbered();
}
