namespace Holdfast.Agents.Testing;

/// <summary>Where two texts part, for somebody who reads a failed test.</summary>
static class Difference
{
    const int Around = 40;

    public static string Of(string wanted, string found)
    {
        var at = wanted.AsSpan().CommonPrefixLength(found);
        return $"from character {at + 1} on it is {Shown(found, at)} instead of {Shown(wanted, at)}";
    }

    static string Shown(string text, int at)
    {
        if (at == text.Length) return "at its end";
        var (start, end) = (Math.Max(0, at - (Around / 4)), Math.Min(text.Length, at + Around));
        return $"'{(start > 0 ? "…" : "")}{text[start..end]}{(end < text.Length ? "…" : "")}'";
    }
}
