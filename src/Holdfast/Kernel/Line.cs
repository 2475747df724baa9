namespace Holdfast.Kernel;

/// <summary>Texts for people that are kept in the state, which is written at every turn: they are cut before they weigh.</summary>
static class Line
{
    const int LengthMax = 400;

    /// <summary>The text itself when it is short, else its beginning.</summary>
    public static string Of(string text, int lengthMax = LengthMax)
    {
        if (text.Length <= lengthMax) return text;
        // Half of a surrogate pair is not a character and would not survive UTF-8.
        var length = char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    /// <summary>The text of a message's payload.</summary>
    public static string Of(ReadOnlyMemory<byte> utf8) =>
        // A hostile payload of many megabytes is not decoded to be cut afterwards: no character has more than four bytes.
        Of(System.Text.Encoding.UTF8.GetString(utf8.Span[..Math.Min(utf8.Length, 4 * (LengthMax + 1))]));

    /// <summary>A time, in UTC.</summary>
    public static string Of(DateTimeOffset utc) =>
        utc.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
