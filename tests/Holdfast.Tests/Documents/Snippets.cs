namespace Holdfast.Tests.Documents;

/// <summary>The named regions of the compiled samples.</summary>
static class Snippets
{
    public static Dictionary<string, IReadOnlyList<string>> All()
    {
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var file in Repository.Files("samples", "*.cs"))
            foreach (var (name, code) in In(File.ReadAllLines(file)))
                if (!found.TryAdd(name, code)) throw new InvalidOperationException($"Two regions are named '{name}'; the second one is in {Repository.Short(file)}.");
        return found;
    }

    /// <summary>The regions of one file, moved to the left as far as they go.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<string> Code)> In(IReadOnlyList<string> lines)
    {
        var open = new Stack<(string Name, int Start)>();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i].Trim();
            if (line.StartsWith("#region ", StringComparison.Ordinal)) open.Push((line[8..].Trim(), i + 1));
            else if (line == "#endregion")
            {
                var (name, start) = open.Pop();
                yield return (name, Outdent([.. lines.Skip(start).Take(i - start).Where(static l => !IsDirective(l))]));
            }
        }
    }

    static bool IsDirective(string line) => line.TrimStart().StartsWith("#region", StringComparison.Ordinal) || line.TrimStart().StartsWith("#endregion", StringComparison.Ordinal);

    static IReadOnlyList<string> Outdent(IReadOnlyList<string> lines)
    {
        var indents = lines.Where(static l => l.Trim().Length > 0).Select(static l => l.Length - l.TrimStart().Length).ToList();
        var common = indents.Count == 0 ? 0 : indents.Min();
        return [.. lines.Select(l => l.Trim().Length == 0 ? "" : l[common..].TrimEnd())];
    }
}
