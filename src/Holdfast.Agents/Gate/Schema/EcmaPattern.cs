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
        var isClass = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '\\') result.Append(Escape(text, ref i, isClass));
            else if (isClass)
            {
                isClass = letter != ']';
                // An opening bracket or a dash before one would begin a class within the class here, but not there.
                result.Append(letter == '[' ? @"\[" : letter.ToString());
            }
            else if (letter == '[')
            {
                isClass = true;
                result.Append('[');
                if (i + 1 < text.Length && text[i + 1] == '^') result.Append(text[++i]);
                if (i + 1 < text.Length && text[i + 1] == ']') throw new NotSupportedException("an empty class, or a class that begins with ], means something else in each dialect; write \\].");
            }
            else if (letter == '(' && i + 1 < text.Length && text[i + 1] == '?' && (i + 2 >= text.Length || text[i + 2] != ':')) throw new NotSupportedException("of the groups that begin with (?, only (?: is known.");
            else if (letter is '*' or '+' or '?' or '}' && i + 1 < text.Length && text[i + 1] == '+') throw new NotSupportedException("possessive repetition is not known.");
            else result.Append(letter switch { '$' => @"\z", '.' => @"[^\n\r\u2028\u2029]", _ => letter.ToString() });
        }
        return result.ToString();
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
            return @"\u" + code;
        }
        return letter switch
        {
            'd' => isClass ? Digits : $"[{Digits}]",
            'w' => isClass ? Letters : $"[{Letters}]",
            's' => isClass ? Spaces : $"[{Spaces}]",
            'D' when !isClass => $"[^{Digits}]",
            'W' when !isClass => $"[^{Letters}]",
            'S' when !isClass => $"[^{Spaces}]",
            't' or 'n' or 'r' or 'f' or 'v' => $"\\{letter}",
            _ when !char.IsAsciiLetterOrDigit(letter) => $"\\{letter}",
            _ => throw new NotSupportedException($"the escape \\{letter}{(isClass ? " in a class" : "")} is not known."),
        };
    }
}
