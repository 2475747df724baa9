using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>Turns the text of code into what a person who wrote it recognises.</summary>
static partial class CodeWords
{
    /// <summary>What a line says of a method that the call before it may reach.</summary>
    public const string Reaches = "reaches";

    /// <summary>A type or member without assemblies and namespaces.</summary>
    public static string Short(string text) => InWords(text, static name => Namespace().Replace(Assembly().Replace(name, ""), ""));

    /// <summary>A type or member without assemblies, and with the namespaces that are not the framework's.</summary>
    public static string WithNamespaces(string text) => InWords(text, static name => Assembly().Replace(Framework().Replace(name, ""), ""));

    /// <summary>A type or member with assemblies and namespaces, where it is not the framework's.</summary>
    public static string WithAssemblies(string text) => InWords(text, static name => Framework().Replace(name, ""));

    static string InWords(string text, Func<string, string> shorten)
    {
        // The text of a default is as it was written.
        var pieces = Literal().Split(text);
        for (var i = 0; i < pieces.Length; i += 2) pieces[i] = CompilerNames.InWords(shorten(Dimensions().Replace(Arity().Replace(pieces[i], ""), "[$1]")).Replace("!.ctor", "", StringComparison.Ordinal).Replace('!', '.'));
        return LambdaTypes.Parameters(LambdaTypes.InWords(string.Concat(pieces)));
    }

    /// <summary>The words of an instruction. What stands in brackets is one word, with the constants in it.</summary>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var (start, depth) = (0, 0);
        for (var at = 0; at <= line.Length; at++)
        {
            if (at == line.Length || (line[at] == ' ' && depth == 0))
            {
                if (at > start) words.Add(line[start..at]);
                start = at + 1;
            }
            else if (depth > 0 && Constant(line, at) is var constant and > 0)
            {
                at += constant - 1;
            }
            else
            {
                depth += line[at] == '(' ? 1 : line[at] == ')' ? -1 : 0;
            }
        }
        return words;
    }

    /// <summary>How long the constant is that begins here, a text or a letter; 0 for none.</summary>
    public static int Constant(string text, int at) => text[at] is '"' or '\'' && Literal().Match(text, at) is { Success: true } found && found.Index == at ? found.Length : 0;

    /// <summary>A variable's type, with the names of tuple elements where it has some.</summary>
    public static string Type(string described) => TupleNames.Split(described) is var (type, named) && named is not null ? named : Short(type);

    /// <summary>What became of a variable's type, with as much of both names as tells them apart.</summary>
    public static string Became(string was, string @is)
    {
        var (before, after) = (Type(was), Type(@is));
        if (before == after) (before, after) = (WithNamespaces(TupleNames.Split(was).Type), WithNamespaces(TupleNames.Split(@is).Type));
        if (before == after) (before, after) = (WithAssemblies(TupleNames.Split(was).Type), WithAssemblies(TupleNames.Split(@is).Type));
        return $"was {before} and is {after}";
    }

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

    /// <summary>Texts and numbers, in order.</summary>
    public static List<string> Constants(List<string> code, bool withNumbers)
    {
        var found = new List<string>();
        for (var i = 0; i < code.Count; i++)
        {
            if (code[i].StartsWith("ldstr ", StringComparison.Ordinal)) found.Add($"the text {Cut(code[i]["ldstr ".Length..])}");
            else if (withNumbers && NumberIn(code[i]) is { } number && !IsState(code, i)) found.Add($"the number {number}");
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

    /// <summary>Whether a number is that of a state, which the compiler counts.</summary>
    static bool IsState(List<string> code, int at)
    {
        do at++;
        while (at < code.Count && (code[at] == "dup" || code[at].StartsWith("stloc", StringComparison.Ordinal)));
        return at < code.Count && code[at].StartsWith("stfld", StringComparison.Ordinal) && code[at].Contains("<>1__state", StringComparison.Ordinal);
    }

    static string? NumberIn(string line)
    {
        if (!line.StartsWith("ldc.", StringComparison.Ordinal)) return null;
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space >= 0 ? line[(space + 1)..] : line["ldc.i4.".Length..].Replace('m', '-');
    }

    static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…\"";

    [GeneratedRegex(@"\[[^\[\]]*[A-Za-z][^\[\]]*\]")]
    private static partial Regex Assembly();

    /// <summary>A text or a letter as C# writes it.</summary>
    public const string LiteralPattern = @"""(?:\\.|[^""\\])*""|'.'";

    /// <summary>In brackets, so that what is between them can be told apart.</summary>
    [GeneratedRegex($"({LiteralPattern})")]
    private static partial Regex Literal();

    /// <summary>The framework's types are known without their namespaces.</summary>
    [GeneratedRegex(@"\[\.net\]([A-Za-z_]\w*\.)*")]
    private static partial Regex Framework();

    [GeneratedRegex("`[0-9]+")]
    private static partial Regex Arity();

    /// <summary>An array of several dimensions; C# has no star in it.</summary>
    [GeneratedRegex(@"\[\*(,+)\]")]
    private static partial Regex Dimensions();

    [GeneratedRegex(@"(?<![\w.])([A-Za-z_]\w*\.)+(?=[A-Za-z_])")]
    private static partial Regex Namespace();
}
