using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>Names that only the compiler writes, as what a person wrote that they stand for.</summary>
static partial class CompilerNames
{
    /// <summary>The class in which the compiler keeps the contents of constant arrays.</summary>
    public const string Data = "<PrivateImplementationDetails>";

    static readonly (Regex Name, string Words)[] All =
    [
        (Anonymous(), "an anonymous type of $1"), (AnonymousType(), "an anonymous type"), (TopLevel(), "the top-level statements"), (Copy(), "with"), (LocalFunction(), "$1"), (Lambda(), "a lambda in $1"),
        (Property(), "$1"), (Machine(), "$1"), (Closure(), "the captured variables"), (ReadOnlyList(), "a list of a collection expression"), (Row(), "a row of values"), (Details(), "the compiler's own code"), (Lambdas(), "the lambdas"),
    ];

    public static string InWords(string text)
    {
        if (!text.Contains('<', StringComparison.Ordinal)) return text;
        foreach (var (name, words) in All) text = name.Replace(text, words);
        return text;
    }

    /// <summary>Whether words for a name stand for several things.</summary>
    public static bool IsPlural(string words) => words.EndsWith("variables", StringComparison.Ordinal) || words.EndsWith("lambdas", StringComparison.Ordinal);

    [GeneratedRegex(@"<new>\{([^}]*)\}")]
    private static partial Regex Anonymous();

    [GeneratedRegex(@"<>f__Anonymous(Type|Delegate)\w*(#\d+)?")]
    private static partial Regex AnonymousType();

    [GeneratedRegex(@"(\bProgram\.)?<Main>\$(\([^)]*\))?")]
    private static partial Regex TopLevel();

    [GeneratedRegex(@"<Clone>\$")]
    private static partial Regex Copy();

    [GeneratedRegex(@"<(?:[^<>]|<[^<>]*>\$?)*>g__(\w+)\|\d+(_\d+)?")]
    private static partial Regex LocalFunction();

    [GeneratedRegex(@"<([^<>]+)>b__\d+(_\d+)?")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"<(\w+)>(k__BackingField|P\b)")]
    private static partial Regex Property();

    [GeneratedRegex(@"<([^<>]+)>d(__\d+)?\b")]
    private static partial Regex Machine();

    [GeneratedRegex(@"<>c__DisplayClass\w*")]
    private static partial Regex Closure();

    [GeneratedRegex(@"<>z__ReadOnly\w*")]
    private static partial Regex ReadOnlyList();

    [GeneratedRegex(@"<>y__InlineArray\w*")]
    private static partial Regex Row();

    [GeneratedRegex("<PrivateImplementationDetails>")]
    private static partial Regex Details();

    [GeneratedRegex(@"<>[cOo]\b(__\w+)?")]
    private static partial Regex Lambdas();
}
