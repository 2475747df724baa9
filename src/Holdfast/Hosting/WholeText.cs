using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Holdfast.Hosting;

/// <summary>Refuses text that JSON cannot carry: half of a surrogate pair, in place of which the serializer writes U+FFFD without a word. What else is escaped is the other encoder's affair.</summary>
sealed class WholeText(JavaScriptEncoder inner) : JavaScriptEncoder
{
    public override int MaxOutputCharactersPerInputCharacter => inner.MaxOutputCharactersPerInputCharacter;

    /// <summary>The writer asks this of every text before it writes any of it.</summary>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        if (HalfIn(new(text, textLength)) >= 0) throw new JsonException("The text holds half of a surrogate pair, which JSON cannot carry: it would come back as U+FFFD. Cut texts between characters, or carry them as bytes.");
        return inner.FindFirstCharacterToEncode(text, textLength);
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        inner.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);

    public override bool WillEncode(int unicodeScalar) => inner.WillEncode(unicodeScalar);

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text) => inner.FindFirstCharacterToEncodeUtf8(utf8Text);

    public override OperationStatus Encode(ReadOnlySpan<char> source, Span<char> destination, out int charsConsumed, out int charsWritten, bool isFinalBlock = true) =>
        inner.Encode(source, destination, out charsConsumed, out charsWritten, isFinalBlock);

    public override OperationStatus EncodeUtf8(ReadOnlySpan<byte> utf8Source, Span<byte> utf8Destination, out int bytesConsumed, out int bytesWritten, bool isFinalBlock = true) =>
        inner.EncodeUtf8(utf8Source, utf8Destination, out bytesConsumed, out bytesWritten, isFinalBlock);

    /// <summary>Refuses half of a surrogate pair in what something is found by: a store that keeps UTF-8 has the same character for every half, and two keys would be one.</summary>
    /// <exception cref="ArgumentException">The text has one.</exception>
    public static void ThrowIfHalf(string? text, [CallerArgumentExpression(nameof(text))] string? parameter = null)
    {
        if (HalfIn(text) is var at and >= 0) throw new ArgumentException($"The text has half of a surrogate pair at character {at}, in place of which a store keeps U+FFFD. Cut texts between characters.", parameter);
    }

    /// <summary>Where the first one stands, or -1.</summary>
    static int HalfIn(ReadOnlySpan<char> text)
    {
        for (var at = 0; text[at..].IndexOfAnyInRange('\uD800', '\uDFFF') is var skipped and >= 0; at += 2)
        {
            at += skipped;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return at;
        }
        return -1;
    }
}
