namespace Holdfast.Frames.Code;

/// <summary>
/// Says in words what differs between the code a run was saved in and the code that is loaded here. It compares what both really do,
/// and where it cannot tell it says so: its words are for people, and nothing is resumed because of them.
/// </summary>
static class CodeChanges
{
    const int SaidMax = 6;

    /// <summary>What changed, as phrases for one sentence.</summary>
    public static string Between(CodeDescription saved, CodeDescription now)
    {
        if (saved.IsOptimized != now.IsOptimized)
            return $"it was saved by a {BuildOf(saved)} build, and this is a {BuildOf(now)} build: the compiler makes different code for each";
        if (IsCounted(saved) || IsCounted(now))
            return $"{(IsCounted(now) ? "this build was" : "it was saved by a build that was")} changed by a coverage tool, which makes other code each time that it is used";
        var said = new List<string>();
        if (!saved.Arguments.SequenceEqual(now.Arguments))
            said.Add($"its type arguments were {TextOf(saved.Arguments)} and are {TextOf(now.Arguments)}");
        Compare(CodePart.Read(saved.Lines), CodePart.Read(now.Lines), said);
        if (said.Count == 0) said.Add("it differs in a way that this version cannot put into words");
        var rest = said.Count - SaidMax;
        var sdk = saved.Sdk is { } was && now.Sdk is { } other && was != other ? $"; this build was made with .NET SDK {other}, and another compiler may make other code of the same text" : "";
        return string.Join("; ", said.Take(SaidMax)) + (rest > 0 ? $"; and {rest} more differences" : "") + sdk;
    }

    /// <summary>Whether a coverage tool has put its counters into the code.</summary>
    static bool IsCounted(CodeDescription code) =>
        code.Lines.Any(static line => line.Contains("Coverlet.Core.Instrumentation", StringComparison.Ordinal) || line.Contains("Microsoft.CodeCoverage", StringComparison.Ordinal));

    static string BuildOf(CodeDescription code) => code.IsOptimized ? "Release" : "Debug";

    static string TextOf(IReadOnlyList<string> arguments) => CodeWords.Short(string.Join(", ", arguments.Select(static a => a["argument ".Length..])));

    static void Compare(List<CodePart> saved, List<CodePart> now, List<string> said)
    {
        if (saved.Count == 0 || now.Count == 0) return;
        CodePartChanges.Say("", saved[0], now[0], said);
        foreach (var kind in saved.Concat(now).Select(static p => p.Kind).Distinct())
        {
            var before = saved.Skip(1).Where(p => p.Kind == kind).ToList();
            var after = now.Skip(1).Where(p => p.Kind == kind).ToList();
            var left = Unmatched(before, after);
            var right = Unmatched(after, before);
            for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
            {
                if (i >= right.Count) said.Add(Said(LabelOf(left[i], saved), "gone"));
                else if (i >= left.Count) said.Add(Said(LabelOf(right[i], now), "new"));
                else CodePartChanges.Say($"{LabelOf(right[i], now)}: ", left[i], right[i], said);
            }
        }
    }

    /// <summary>The parts that have no equal among the others; equal ones are paired once each.</summary>
    static List<CodePart> Unmatched(List<CodePart> parts, List<CodePart> others)
    {
        var equals = others.GroupBy(static p => p.Content).ToDictionary(static g => g.Key, static g => g.Count());
        var left = new List<CodePart>();
        foreach (var part in parts)
        {
            var count = equals.GetValueOrDefault(part.Content);
            if (count == 0) left.Add(part);
            else equals[part.Content] = count - 1;
        }
        return left;
    }

    static string Said(string label, string what) => $"{label} {(CompilerNames.IsPlural(label) ? "are" : "is")} {what}";

    static string LabelOf(CodePart part, List<CodePart> all)
    {
        switch (part.Kind)
        {
            case "lambda" or "local":
                var word = part.Kind == "lambda" ? "lambda" : "local function";
                var same = all.FindAll(p => p.Kind == part.Kind && p != all[0]);
                return same.Count == 1 ? $"the {word}" : $"{word} {same.IndexOf(part) + 1} of {same.Count}";
            case "closure":
                return "captured variables";
            case "machine" or "iterator":
                // What the compiler made of an async lambda or local function belongs to it.
                var owner = all.Find(p => p != part && p.Kind is "lambda" or "local" && p.Mentions.Contains(part.Number));
                return owner is not null ? $"{LabelOf(owner, all)} ({(part.Kind == "machine" ? "async" : "iterator")})" : $"an {(part.Kind == "machine" ? "async part" : "iterator")}";
            default:
                return CodeWords.Short(part.Name);
        }
    }
}
