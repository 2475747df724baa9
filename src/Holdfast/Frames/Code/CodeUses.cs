using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>The methods, fields and types that code names, without what the compiler itself puts there.</summary>
static partial class CodeUses
{
    const string Static = "static ";

    /// <summary>How much of a name is said, the least first.</summary>
    static readonly Func<string, string>[] Ways =
    [
        static use => CodeWords.Short(WithoutStatic(use)), static use => CodeWords.WithNamespaces(WithoutStatic(use)), CodeWords.WithNamespaces, CodeWords.WithAssemblies,
    ];

    /// <summary>What the code awaits, in order: the last thing called before each await.</summary>
    public static List<string> Awaits(List<string> code)
    {
        var found = new List<string>();
        var last = "a value";
        foreach (var line in code)
        {
            if (Called(line) is not { } member) continue;
            var called = CodeWords.Short(member);
            if (called.EndsWith(".GetAwaiter()", StringComparison.Ordinal)) found.Add(last);
            else last = called;
        }
        return found;
    }

    /// <summary>Everything that the code uses, in full.</summary>
    public static List<string> In(List<string> code)
    {
        var found = new List<string>();
        foreach (var line in code.Skip(1))
        {
            if (IsCompilersOwn(line)) continue;
            if (Called(line, withResult: true) is { } called)
            {
                // A lambda's own type is met where the lambda is made and where it is called, and has no name.
                if (!LambdaTypes.Has(called)) found.Add(called);
                else if (called[(called.StartsWith("new ", StringComparison.Ordinal) ? 4 : 0)..called.LastIndexOf('!')] is var type && !found.Contains(type)) found.Add(type);
                continue;
            }
            var words = CodeWords.Split(line);
            if (words.Count < 2 || words[0] is "initobj" or "constrained." || !words[1].Contains(']', StringComparison.Ordinal)) continue;
            found.Add($"{(words is [_, _, _, "static"] ? Static : "")}{words[1]}{(words.Count > 2 ? $" ({words[2]})" : "")}");
        }
        return found;
    }

    /// <summary>What a person calls it, with as much of the name as tells it from what has come or gone in its place.</summary>
    public static string Name(string use, List<string> others) => (Array.Find(Ways, way => !others.Exists(other => way(other) == way(use))) ?? Ways[^1])(use);

    /// <summary>A call, or a field that is read or written, as a person knows it; null for every other instruction.</summary>
    public static string? Said(string line) =>
        !IsCompilersOwn(line) && (Called(line) is not null || (CodeWords.Split(line) is [var op, var name, _, ..] && op.Contains("fld", StringComparison.Ordinal) && name.Contains(']', StringComparison.Ordinal))) ? CodeWords.Short(line) : null;

    /// <summary>Whether it is no use of what a person named. Other parts and variables are told apart elsewhere.</summary>
    static bool IsCompilersOwn(string line) =>
        line.StartsWith("ldstr", StringComparison.Ordinal) || line.Contains(CompilerNames.Data, StringComparison.Ordinal) || Plumbing().IsMatch(line) || CompilerMadeIn().IsMatch(line);

    /// <summary>The method that an instruction calls or takes the address of; null for every other instruction.</summary>
    static string? Called(string line, bool withResult = false)
    {
        if (!Calls().IsMatch(line)) return null;
        var words = CodeWords.Split(line);
        var member = words[^1];
        if (words[0] == "newobj") return $"new {member}";
        if (!withResult) return member;
        var isStatic = words[1] == "static";
        var result = words.Count == (isStatic ? 4 : 3) ? words[^2] : "void";
        return (isStatic ? Static : "") + (result != "void" && !result.StartsWith('$') ? $"{member}: {result}" : member);
    }

    static string WithoutStatic(string use) => use.StartsWith(Static, StringComparison.Ordinal) ? use[Static.Length..] : use;

    [GeneratedRegex($"^(call|callvirt|newobj|ldftn|ldvirtftn|{CodeWords.Reaches}) ")]
    private static partial Regex Calls();

    /// <summary>What the compiler emits for each await and each interpolated text.</summary>
    [GeneratedRegex("MethodBuilder|Awaiter|DefaultInterpolatedStringHandler")]
    private static partial Regex Plumbing();

    [GeneratedRegex(@"!(machine|closure|lambda|local|base|iterator|sites)\b|!<>")]
    private static partial Regex CompilerMadeIn();
}
