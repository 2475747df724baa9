using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>Turns the text of code into what a person who wrote it recognises.</summary>
static partial class CodeWords
{
    /// <summary>What a line says of a method that the call before it may reach.</summary>
    public const string Reaches = "reaches";

    /// <summary>A type or member without assemblies and namespaces.</summary>
    public static string Short(string text) =>
        CompilerNames.InWords(Namespace().Replace(Arity().Replace(Assembly().Replace(text, ""), ""), "").Replace("!.ctor", "", StringComparison.Ordinal).Replace('!', '.'));

    /// <summary>A variable's type, with the names of tuple elements where it has some.</summary>
    public static string Type(string described) => TupleNames.Split(described) is var (type, named) && named is not null ? named : Short(type);

    /// <summary>A place in the code, such as <c>Refund.Run(Request), lambda 1</c>.</summary>
    public static string Place(string canonicalName)
    {
        var words = canonicalName.Split('/');
        for (var i = 1; i < words.Length; i++)
        {
            var digits = words[i].TrimEnd("0123456789".ToCharArray()).Length;
            var kind = words[i][..digits] switch { "local" => "local function", "closure" => "captured variables", var other => other };
            words[i] = int.TryParse(words[i][digits..], out var number) ? $"{kind} {number + 1}" : kind;
        }
        return Short(string.Join(", ", words));
    }

    /// <summary>What the code awaits, in order: the last thing called before each await.</summary>
    public static List<string> Awaits(List<string> code)
    {
        var found = new List<string>();
        var last = "a value";
        foreach (var line in code)
        {
            if (Called(line) is not { } called) continue;
            if (called.EndsWith(".GetAwaiter()", StringComparison.Ordinal)) found.Add(last);
            else last = called;
        }
        return found;
    }

    /// <summary>Methods, fields and types that the code uses, without what the compiler itself puts there.</summary>
    public static List<string> Uses(List<string> code)
    {
        var found = new List<string>();
        foreach (var line in code.Skip(1))
        {
            if (line.StartsWith("ldstr", StringComparison.Ordinal) || line.Contains(CompilerNames.Data, StringComparison.Ordinal) || Plumbing().IsMatch(line)) continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Other parts and variables are told apart elsewhere.
            if (words.Length < 2 || CompilerMadeIn().IsMatch(line)) continue;
            if (Called(line, withResult: true) is { } called)
            {
                found.Add(called);
                continue;
            }
            if (words[0] is "initobj" or "constrained." or "ldflda" || !words[1].Contains(']', StringComparison.Ordinal)) continue;
            found.Add(words.Length > 2 ? $"{Short(words[1])} ({Short(words[2])})" : Short(words[1]));
        }
        return found;
    }

    /// <summary>Texts and numbers, in order.</summary>
    public static List<string> Constants(List<string> code, bool withNumbers)
    {
        var found = new List<string>();
        foreach (var line in code)
        {
            if (line.StartsWith("ldstr ", StringComparison.Ordinal)) found.Add($"the text {Cut(line["ldstr ".Length..])}");
            else if (withNumbers && NumberIn(line) is { } number) found.Add($"the number {number}");
        }
        return found;
    }

    /// <summary>The contents of constant arrays and of texts in bytes, each by a hash.</summary>
    public static List<string> Data(List<string> code) =>
        code.FindAll(static line => line.StartsWith("ld", StringComparison.Ordinal) && !line.StartsWith("ldftn", StringComparison.Ordinal) && line.Contains(CompilerNames.Data, StringComparison.Ordinal));

    /// <summary>A constant without the words that say what kind of constant it is, when the other one is of the same kind.</summary>
    public static string Without(string constant, string other)
    {
        foreach (var kind in (string[])["the text ", "the number "])
            if (constant.StartsWith(kind, StringComparison.Ordinal) && other.StartsWith(kind, StringComparison.Ordinal)) return constant[kind.Length..];
        return constant;
    }

    /// <summary>A guard in words.</summary>
    public static string Guard(string guard) => guard.Split(' ') switch
    {
        ["Clause", var caught] => $"catches {Short(caught)}",
        ["Filter", ..] => "catches under a condition",
        ["Finally", ..] => "has that finally or cleanup",
        _ => "has that fault handler",
    };

    static string? NumberIn(string line)
    {
        if (!line.StartsWith("ldc.", StringComparison.Ordinal)) return null;
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space >= 0 ? line[(space + 1)..] : line["ldc.i4.".Length..].Replace('m', '-');
    }

    /// <summary>The method that an instruction calls or takes the address of; null for every other instruction.</summary>
    static string? Called(string line, bool withResult = false)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] is not ("call" or "callvirt" or "newobj" or "ldftn" or "ldvirtftn" or Reaches)) return null;
        var member = Short(words[^1]);
        if (words[0] == "newobj") return $"new {member}";
        var result = words.Length == 4 || (words.Length == 3 && words[1] != "static") ? words[^2] : "void";
        return withResult && result != "void" && !result.StartsWith('$') ? $"{member}: {Short(result)}" : member;
    }

    static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…\"";

    [GeneratedRegex(@"\[[^\[\]]*[A-Za-z][^\[\]]*\]")]
    private static partial Regex Assembly();

    [GeneratedRegex("`[0-9]+")]
    private static partial Regex Arity();

    [GeneratedRegex(@"(?<![\w.])([A-Za-z_]\w*\.)+(?=[A-Za-z_])")]
    private static partial Regex Namespace();

    /// <summary>What the compiler emits for each await and each interpolated text.</summary>
    [GeneratedRegex("MethodBuilder|Awaiter|DefaultInterpolatedStringHandler")]
    private static partial Regex Plumbing();

    [GeneratedRegex(@"!(machine|closure|lambda|local|base|iterator|sites)\b|!<>")]
    private static partial Regex CompilerMadeIn();
}
