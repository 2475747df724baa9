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

    static int BrokenAt(string text)
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
