using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Agents.Schemas;

/// <summary>
/// A pattern as JSON Schema means it, that is of ECMAScript: \d are the ten digits and not all of Unicode's, $ is the very end. Only what means the same
/// everywhere is taken, and it is matched in time that grows with the text alone, whatever the text.
/// </summary>
sealed class EcmaPattern
{
    const string Digits = "0-9";
    const string Letters = "A-Za-z0-9_";

    /// <summary>In a class; behind a backslash it could not begin a range here.</summary>
    const string Dash = @"\u002d";

    const string NoRange = "a range that \\d, \\w or \\s begins or ends means something else in each dialect; write \\- for a dash.";
    const string Spaces = @"\t\n\v\f\r\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    readonly Regex _regex;

    EcmaPattern(string text, Regex regex) => (Text, _regex) = (text, regex);

    /// <summary>As it stands in the schema.</summary>
    public string Text { get; }

    public bool IsMatch(ReadOnlySpan<char> text) => _regex.IsMatch(text);

    /// <exception cref="FormatException">It is no pattern, or holds what is not supported; the message is a clause for the reader.</exception>
    public static EcmaPattern Parse(string text)
    {
        try
        {
            return new(text, new(Translate(text), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"the pattern {text} is not supported: {error.Message}");
        }
    }

    static string Translate(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '\\') result.Append(Escape(text, ref i, isClass: false));
            else if (letter == '[') result.Append(Class(text, ref i));
            else if (letter == '(' && i + 1 < text.Length && text[i + 1] == '?' && (i + 2 >= text.Length || text[i + 2] != ':')) throw new NotSupportedException("of the groups that begin with (?, only (?: is known.");
            else if (letter is '*' or '+' or '?' or '}' && i + 1 < text.Length && text[i + 1] == '+') throw new NotSupportedException("possessive repetition is not known.");
            else if (char.IsSurrogate(letter)) result.Append(Pair(text, ref i));
            else result.Append(letter switch { '$' => @"\z", '.' => Other(@"\n\r\u2028\u2029"), _ => letter.ToString() });
        }
        return result.ToString();
    }

    /// <summary>One character that is none of these. One beyond U+FFFF is two here, and one there.</summary>
    static string Other(string content) => $@"(?:[\ud800-\udbff][\udc00-\udfff]|[^{content}\ud800-\udfff])";

    /// <summary>A character beyond U+FFFF: what comes behind it, such as a repetition, is about all of it.</summary>
    static string Pair(string text, ref int i) =>
        i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? $"(?:{text[i]}{text[++i]})" : throw new NotSupportedException("half of a surrogate pair is no character.");

    static string Class(string text, ref int i)
    {
        var isNegated = i + 1 < text.Length && text[i + 1] == '^';
        if (isNegated) i++;
        if (i + 1 < text.Length && text[i + 1] == ']') throw new NotSupportedException("an empty class, or a class that begins with ], means something else in each dialect; write \\].");
        var content = new StringBuilder();
        var (mayBegin, isRange, isSet) = (false, false, false);
        while (++i < text.Length && text[i] != ']')
        {
            var letter = text[i];
            if (char.IsSurrogate(letter)) throw new NotSupportedException("a character beyond U+FFFF in a class means something else in each dialect; write (?:a|b).");
            if (letter == '-' && mayBegin && i + 1 < text.Length && text[i + 1] != ']')
            {
                if (isSet) throw new NotSupportedException(NoRange);
                (mayBegin, isRange) = (false, true);
                content.Append('-');
                continue;
            }
            isSet = letter == '\\' && i + 1 < text.Length && text[i + 1] is 'd' or 'w' or 's';
            if (isRange && isSet) throw new NotSupportedException(NoRange);
            // An opening bracket behind a dash would begin a class within the class here, but not there.
            content.Append(letter switch { '\\' => Escape(text, ref i, isClass: true), '[' => @"\[", '-' => Dash, _ => letter.ToString() });
            (mayBegin, isRange) = (!isRange, false);
        }
        if (i == text.Length) throw new NotSupportedException("a class has no end.");
        return isNegated ? Other(content.ToString()) : $"[{content}]";
    }

    static string Escape(string text, ref int i, bool isClass)
    {
        if (++i == text.Length) throw new NotSupportedException("a backslash ends it.");
        var letter = text[i];
        if (letter == 'u')
        {
            if (i + 4 >= text.Length || !text.Substring(i + 1, 4).All(char.IsAsciiHexDigit)) throw new NotSupportedException("\\u needs four digits.");
            var code = text.Substring(i + 1, 4);
            i += 4;
            return code[0] is not ('d' or 'D') || code[1] is < '8' ? @"\u" + code : throw new NotSupportedException("half of a surrogate pair is no character; write the character itself.");
        }
        return letter switch
        {
            'd' => isClass ? Digits : $"[{Digits}]",
            'w' => isClass ? Letters : $"[{Letters}]",
            's' => isClass ? Spaces : $"[{Spaces}]",
            'D' when !isClass => Other(Digits),
            'W' when !isClass => Other(Letters),
            'S' when !isClass => Other(Spaces),
            't' or 'n' or 'r' or 'f' or 'v' => $"\\{letter}",
            '-' when isClass => Dash,
            _ when !char.IsAsciiLetterOrDigit(letter) => $"\\{letter}",
            _ => throw new NotSupportedException($"the escape \\{letter}{(isClass ? " in a class" : "")} is not known."),
        };
    }
}
