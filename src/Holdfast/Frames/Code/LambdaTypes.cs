using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Frames.Code;

/// <summary>Says of the type that the compiler makes for a lambda with defaults, and of which the name is its content, what was written.</summary>
static partial class LambdaTypes
{
    const string Mark = "<delegate>";

    /// <summary>Whether such a type is named.</summary>
    public static bool Has(string text) => text.Contains(Mark, StringComparison.Ordinal);

    /// <summary>A text with <c>a lambda (int = 3) => int</c> in place of each.</summary>
    public static string InWords(string text)
    {
        for (var at = text.IndexOf(Mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Mark, StringComparison.Ordinal))
        {
            var open = at + Mark.Length;
            var close = EndOf(text, open);
            if (close < 0 || close >= text.Length || text[close] != ':') return text;
            var end = close + 1;
            while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '$' or '&')) end++;
            var (parameters, result) = (text[(open + 1)..(close - 1)], text[(close + 1)..end]);
            List<string> arguments = [];
            if (end < text.Length && text[end] == '<' && EndOf(text, end) is var behind and >= 0) (arguments, end) = (Arguments(text[(end + 1)..(behind - 1)]), behind);
            text = $"{text[..at]}a lambda ({Filled(parameters, arguments)}) => {Filled(result, arguments)}{text[end..]}";
        }
        return text;
    }

    /// <summary>A text with letters for type parameters, which have numbers in it: <c>T</c> where there is one.</summary>
    public static string Parameters(string text)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var several = Parameter().Matches(text).Any(static m => m.Groups["place"] is { Success: true, Value: not "0" });
        return Parameter().Replace(text, m => m.Groups["place"] is not { Success: true, Value: var place } ? m.Value : several ? $"T{int.Parse(place, CultureInfo.InvariantCulture) + 1}" : "T");
    }

    static string Filled(string text, List<string> arguments) =>
        Place().Replace(text, m => m.Groups["place"] is { Success: true, Value: var place } && int.Parse(place, CultureInfo.InvariantCulture) is var number && number < arguments.Count ? arguments[number] : m.Value);

    static List<string> Arguments(string list)
    {
        var found = new List<string>();
        for (var (start, at) = (0, 0); at <= list.Length; at++)
        {
            if (at == list.Length || list[at] == ',')
            {
                found.Add(list[start..at]);
                start = at + 1;
            }
            else if (list[at] is '(' or '<' or '[' && EndOf(list, at) is var end and >= 0)
            {
                at = end - 1;
            }
        }
        return found;
    }

    /// <summary>The place behind what closes the bracket here, or -1.</summary>
    static int EndOf(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            if (CodeWords.Constant(text, at) is var constant and > 0) at += constant - 1;
            else if (text[at] is '(' or '<' or '[') depth++;
            else if (text[at] is ')' or '>' or ']' && --depth == 0) return at + 1;
            if (depth == 0) return -1;
        }
        return -1;
    }

    [GeneratedRegex($@"{CodeWords.LiteralPattern}|\$(?<place>\d+)")]
    private static partial Regex Place();

    [GeneratedRegex($@"{CodeWords.LiteralPattern}|\$\$?(?<place>\d{{1,4}})\b")]
    private static partial Regex Parameter();
}
