using System.Globalization;
using System.Text;

namespace Holdfast.Agents.Json;

/// <summary>Names places in a JSON text (RFC 6901).</summary>
static class JsonPointer
{
    /// <summary>A name longer than this is cut: it comes from whoever made the proposal, and goes into messages.</summary>
    const int NameBytesMax = 64;

    public static string Append(string pointer, string name) => $"{pointer}/{Escape(name)}";

    public static string Append(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    /// <summary>The way from the value that the pointer is relative to, down to a value or a name within.</summary>
    public static string To(JsonTape tape, int token)
    {
        var pointer = new StringBuilder();
        for (var at = tape.Origin; at != token;)
        {
            var isObject = tape.Kind(at) == JsonKind.Object;
            var (child, index) = (at + 1, 0);
            // The member or element that holds the token ends behind it.
            for (; tape.At(isObject ? child + 1 : child).Link <= token; child = tape.At(isObject ? child + 1 : child).Link) index++;
            pointer.Append('/');
            if (isObject) pointer.Append(Escape(Shorten(tape.TextOf(child))));
            else pointer.Append(CultureInfo.InvariantCulture, $"{index}");
            if (isObject && child == token) break;
            at = isObject ? child + 1 : child;
        }
        return pointer.ToString();
    }

    /// <summary>A name as a message may hold it: short, and without what does not show.</summary>
    public static string Shorten(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        foreach (var rune in Encoding.UTF8.GetString(name[..Math.Min(name.Length, NameBytesMax)]).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse)
                text.Append(CultureInfo.InvariantCulture, $"(U+{rune.Value:X4})");
            else text.Append(rune);
        }
        return name.Length > NameBytesMax ? text.Append('…').ToString() : text.ToString();
    }

    static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
