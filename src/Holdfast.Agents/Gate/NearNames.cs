namespace Holdfast.Agents;

/// <summary>Which known names somebody may have meant.</summary>
static class NearNames
{
    const int ListedMax = 20;
    const int ComparedCharactersMax = 64;

    /// <summary>The end of a sentence about a name that is not known: which ones are near, or all if there are few.</summary>
    public static string Of(string name, IEnumerable<string> known)
    {
        var all = known.Distinct().Order(StringComparer.Ordinal).ToList();
        var near = all.Select(k => (Name: k, Edits: Edits(name, k))).Where(n => n.Edits <= Math.Max(1, n.Name.Length / 3)).GroupBy(static n => n.Edits).MinBy(static g => g.Key)?.Take(3).Select(static n => $"'{n.Name}'").ToList() ?? [];
        if (near.Count > 0) return $"; did you mean {string.Join(" or ", near)}?";
        return all.Count == 0 ? "; there are none" : $"; there are {string.Join(", ", Listed(all))}";
    }

    public static IEnumerable<string> Listed(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= ListedMax ? all : all.Take(ListedMax).Append($"and {all.Count - ListedMax} more");
    }

    /// <summary>How many letters have to be changed, put in, taken out or swapped with the next; a difference of case is none, for it is seen least.</summary>
    static int Edits(string from, string to)
    {
        if (from.Length > ComparedCharactersMax || to.Length > ComparedCharactersMax) return int.MaxValue;
        var edits = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }
                var least = edits[i - 1, j - 1] + (Same(i - 1, j - 1) ? 0 : 1);
                least = Math.Min(least, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(i - 1, j - 2) && Same(i - 2, j - 1)) least = Math.Min(least, edits[i - 2, j - 2] + 1);
                edits[i, j] = least;
            }
        }
        return edits[from.Length, to.Length];

        bool Same(int i, int j) => char.ToUpperInvariant(from[i]) == char.ToUpperInvariant(to[j]);
    }
}
