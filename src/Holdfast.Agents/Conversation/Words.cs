using System.Globalization;
using System.Text;

namespace Holdfast.Agents.Conversation;

/// <summary>Texts as a message may hold them.</summary>
static class Words
{
    /// <summary>A text that has a UTF-8 form. Half of a surrogate pair has none, and would come back as another character.</summary>
    public static string Checked(string text, string what)
    {
        ArgumentNullException.ThrowIfNull(text, what);
        var at = BrokenAt(text);
        return at < 0 ? text : throw new ConversationFormatException($"The {what} has half of a surrogate pair at character {at}. Take it out, or put U+FFFD in its place.");
    }

    /// <summary>The text with U+FFFD for each half of a surrogate pair that stands alone, for what came from outside.</summary>
    public static string Mended(string text)
    {
        if (BrokenAt(text) < 0) return text;
        var mended = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) mended.Append(rune);
        return mended.ToString();
    }

    public static long BytesOf(string text) => Encoding.UTF8.GetByteCount(text);

    /// <summary>The beginning of a text that has more bytes than that, with a word to the model that it is one.</summary>
    public static string Cut(string text, long bytesMax)
    {
        var bytes = BytesOf(text);
        return bytes <= bytesMax ? text : string.Create(CultureInfo.InvariantCulture, $"{Beginning(text, bytesMax)}\n(This has {bytes:N0} bytes; the rest is not shown to you.)");
    }

    /// <summary>As many of a text's characters as so many bytes hold.</summary>
    public static string Beginning(string text, long bytesMax)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= bytesMax) return text;
        var end = (int)bytesMax;
        // Not in the middle of a character.
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) end--;
        return Encoding.UTF8.GetString(bytes, 0, end);
    }

    /// <summary>Where half of a surrogate pair stands alone; -1 for nowhere.</summary>
    public static int BrokenAt(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return i;
            i++;
        }
        return -1;
    }
}
