using System.Globalization;

namespace Holdfast.Frames.Code;

/// <summary>Says what differs between two builds of one method or type.</summary>
static class CodePartChanges
{
    const int NamedMax = 4;

    /// <summary>Adds a phrase for each difference, each with the part's name in front.</summary>
    public static void Say(string label, CodePart saved, CodePart now, List<string> said)
    {
        if (saved.Content == now.Content) return;
        var before = said.Count;
        Variables(label, saved, now, said);
        var awaits = said.Count;
        Awaits(label, saved, now, said);
        var awaitsChanged = said.Count > awaits;
        Guards(label, saved, now, said);
        Uses(label, saved, now, said);
        // Each await has numbers of its own, so numbers say nothing once the awaits are others.
        Constants(label, saved, now, said, withNumbers: !awaitsChanged && saved.Code.Count == now.Code.Count);
        if (said.Count > before) return;
        var what = Sorted(saved.Code).SequenceEqual(Sorted(now.Code)) ? "the same instructions stand in another order" : "its instructions changed";
        said.Add(label + what + CodePlaces.FirstDifference(saved.Code, now.Code));
    }

    static void Variables(string label, CodePart saved, CodePart now, List<string> said)
    {
        var (before, after) = (Named(saved), Named(now));
        var gone = before.FindAll(v => !after.Exists(n => n.Name == v.Name));
        var added = after.FindAll(v => !before.Exists(n => n.Name == v.Name));
        // The same type under another name, and nothing else came or went: that is a new name.
        if (gone is [var old] && added is [var fresh] && old.Type == fresh.Type)
        {
            said.Add($"{label}the variable '{old.Name}' is called '{fresh.Name}' now");
        }
        else
        {
            if (gone.Count > 0) said.Add($"{label}without the variable{Names(gone)}");
            if (added.Count > 0) said.Add($"{label}with the new variable{Names(added)}");
        }
        foreach (var (name, type) in before)
            if (after.Find(v => v.Name == name) is { Type: { } present } && !TupleNames.IsSame(type, present))
                said.Add($"{label}the variable '{name}' {CodeWords.Became(type, present)}");
        if (!Order(before).SequenceEqual(Order(after)) && gone.Count + added.Count == 0) said.Add($"{label}{(saved.Kind == "closure" ? "" : "the variables ")}in another order");
    }

    static IEnumerable<string> Order(List<(string Name, string Type)> variables) => variables.Select(static v => v.Name);

    static string Names(List<(string Name, string Type)> variables) =>
        (variables.Count == 1 ? " " : "s ") + string.Join(", ", variables.Select(static v => $"'{v.Name}' ({CodeWords.Type(v.Type)})"));

    static List<(string Name, string Type)> Named(CodePart part) => part.Fields.FindAll(static f => !f.Name.Contains('<', StringComparison.Ordinal));

    static void Awaits(string label, CodePart saved, CodePart now, List<string> said)
    {
        var (before, after) = (CodeUses.Awaits(saved.Code), CodeUses.Awaits(now.Code));
        if (before.SequenceEqual(after)) return;
        var (gone, added) = Differences(before, after);
        if (added.Count > 0) said.Add($"{label}{(added.Count == 1 ? "an await was" : $"{added.Count} awaits were")} added ({Text(added)})");
        if (gone.Count > 0) said.Add($"{label}{(gone.Count == 1 ? "an await was" : $"{gone.Count} awaits were")} removed ({Text(gone)})");
        if (gone.Count + added.Count == 0) said.Add($"{label}the awaits stand in another order");
    }

    static void Guards(string label, CodePart saved, CodePart now, List<string> said)
    {
        var (gone, added) = Differences(saved.Guards, now.Guards);
        foreach (var guard in gone) said.Add($"{label}no longer {CodeWords.Guard(guard)}");
        foreach (var guard in added) said.Add($"{label}now {CodeWords.Guard(guard)}");
    }

    static void Uses(string label, CodePart saved, CodePart now, List<string> said)
    {
        var (gone, added) = Differences(CodeUses.In(saved.Code), CodeUses.In(now.Code));
        if (gone.Count > 0) said.Add($"{label}no longer uses {Text(gone.ConvertAll(use => CodeUses.Name(use, added)))}");
        if (added.Count > 0) said.Add($"{label}now uses {Text(added.ConvertAll(use => CodeUses.Name(use, gone)))}");
        if (!CodeWords.Data(saved.Code).SequenceEqual(CodeWords.Data(now.Code))) said.Add($"{label}the contents of a constant array or text changed");
    }

    static void Constants(string label, CodePart saved, CodePart now, List<string> said, bool withNumbers)
    {
        var (before, after) = (CodeWords.Constants(saved.Code, withNumbers), CodeWords.Constants(now.Code, withNumbers));
        var (gone, added) = Differences(before, after);
        if (before.Count == after.Count)
        {
            var moved = before.Zip(after).Where(static pair => pair.First != pair.Second).Select(static pair => pair.First).Distinct().ToList();
            if (gone.Count == 0 && moved.Count > 0) said.Add($"{label}{Text(moved)} stand in another order");
            else foreach (var (was, @is) in before.Zip(after).Where(static pair => pair.First != pair.Second).Take(NamedMax)) said.Add($"{label}{was} became {CodeWords.Without(@is, was)}");
            return;
        }
        if (gone.Count > 0) said.Add($"{label}without {Text(gone)}");
        if (added.Count > 0) said.Add($"{label}with {Text(added)}");
    }

    /// <summary>What is in the one list and not in the other, as often as it is.</summary>
    public static (List<string> Gone, List<string> Added) Differences(List<string> before, List<string> after)
    {
        var added = after.ToList();
        var gone = before.FindAll(item => !added.Remove(item));
        return (gone, added);
    }

    /// <summary>A list in words, cut where it is long.</summary>
    public static string Text(List<string> items)
    {
        var groups = items.GroupBy(static i => i).Select(static g => g.Count() == 1 ? g.Key : string.Create(CultureInfo.InvariantCulture, $"{g.Key} ({g.Count()} times)")).ToList();
        return string.Join(", ", groups.Take(NamedMax)) + (groups.Count > NamedMax ? ", …" : "");
    }

    static IEnumerable<string> Sorted(List<string> lines) => lines.Order(StringComparer.Ordinal);
}
