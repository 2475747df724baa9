using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>Says where two builds of one method part, when nothing that has a name came or went: from which await on, and which variables changed places.</summary>
static partial class CodePlaces
{
    const int NamedMax = 4;

    /// <summary>A phrase that goes on after <c>its instructions changed</c>; empty when there is no difference.</summary>
    public static string FirstDifference(List<string> saved, List<string> now)
    {
        var at = saved.Zip(now).TakeWhile(static pair => pair.First == pair.Second).Count();
        if (at == Math.Max(saved.Count, now.Count)) return "";
        var what = What(saved, now, at);
        return Place(saved, at) + (what.Length > 0 ? $": {what}" : "");
    }

    static string Place(List<string> code, int at)
    {
        var awaits = CodeUses.Awaits(code);
        if (awaits.Count == 0) return "";
        var before = CodeUses.Awaits(code[..at]).Count;
        if (before == 0) return " before its first await";
        var awaited = awaits[before - 1];
        return string.Create(CultureInfo.InvariantCulture, $" from its await {before} on{(CompilerMade().IsMatch(awaited) ? "" : $" ({awaited})")}");
    }

    static string What(List<string> saved, List<string> now, int at)
    {
        var moved = saved.Count == now.Count ? Moved(saved, now) : [];
        if (moved is [var (one, other), ..] && moved.TrueForAll(m => m == (one, other) || m == (other, one)) && moved.Contains((other, one))) return $"'{one}' and '{other}' are used the other way round";
        if (moved.Count > 0) return string.Join(", ", moved.Take(NamedMax).Select(static m => $"'{m.Now}' is used where '{m.Saved}' was")) + (moved.Count > NamedMax ? ", …" : "");
        List<string> said = [.. CodeOperations.Between(saved, now), .. Numbers(saved, now)];
        if (said.Count > 0) return string.Join(", ", said);
        var (was, @is) = at < saved.Count && at < now.Count ? (CodeUses.Said(saved[at]), CodeUses.Said(now[at])) : (null, null);
        return was is not null && @is is not null && was != @is ? $"where it does {@is}, it did {was}" : "";
    }

    /// <summary>The numbers that came and went. Where as many instructions are left, they are told of elsewhere.</summary>
    static IEnumerable<string> Numbers(List<string> saved, List<string> now)
    {
        var (gone, added) = CodePartChanges.Differences(CodeWords.Constants(saved, withNumbers: true), CodeWords.Constants(now, withNumbers: true));
        if (added.Count > 0) yield return $"with {CodePartChanges.Text(added)}";
        if (gone.Count > 0) yield return $"without {CodePartChanges.Text(gone)}";
    }

    /// <summary>The variables that stand where others stood; empty unless that is all that differs.</summary>
    static List<(string Saved, string Now)> Moved(List<string> saved, List<string> now)
    {
        var moved = new List<(string, string)>();
        foreach (var (before, after) in saved.Zip(now).Where(static pair => pair.First != pair.Second))
        {
            if (Variable().Match(before) is not { Success: true } was || Variable().Match(after) is not { Success: true } @is || was.Value == @is.Value) return [];
            if (!moved.Contains((was.Value, @is.Value))) moved.Add((was.Value, @is.Value));
        }
        return moved;
    }

    /// <summary>Lambdas and local functions have no name here that a person gave them.</summary>
    [GeneratedRegex(@"\b(machine|closure|lambda|local)\b")]
    private static partial Regex CompilerMade();

    [GeneratedRegex(@"(?<=!(machine|closure|iterator)!#[0-9]+ )[^ <>]+")]
    private static partial Regex Variable();
}
