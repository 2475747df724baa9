using Holdfast.Storage;

namespace Holdfast.Payloads;

/// <summary>
/// What the user's codec makes is stored behind a mark, so that what was saved before there was a codec stays readable, and nothing is taken for something else. Under
/// the codec lies a checksum: a codec that gives back other bytes than it got, for it has the wrong key and does not notice, is found out before anybody reads them.
/// Without a codec nothing is changed and nothing is copied.
/// </summary>
sealed class Envelope(PayloadCodec? codec)
{
    const byte Version = 1;

    /// <summary>What is stored begins so. No format of ours begins with its first byte, and no UTF-8 text has it anywhere.</summary>
    static ReadOnlySpan<byte> Mark => [0xFF, (byte)'H', (byte)'P', 1];

    /// <summary>The mark as the beginning of a text that holds it in Base64.</summary>
    const string TextMark = "/0hQA";

    /// <summary>Whether there is a codec.</summary>
    public bool Seals => codec is not null;

    public static bool IsSealed(ReadOnlyMemory<byte> stored) => stored.Span.StartsWith(Mark);

    /// <summary>What is to be stored. Empty bytes stay empty; and what is sealed already, because it could not be opened, stays as it is.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadNotEncoded"/>.</exception>
    public ReadOnlyMemory<byte> Seal(ReadOnlyMemory<byte> plain) => codec is null || plain.IsEmpty || IsSealed(plain) ? plain : Encode(codec, plain.Span);

    /// <summary>A large value is the user's, and may begin with anything.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadNotEncoded"/>.</exception>
    public Blob Seal(Blob blob) => codec is null ? blob : blob with { Data = Encode(codec, blob.Data.Span) };

    /// <summary>A text, where the store has a column of text.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadNotEncoded"/>.</exception>
    public string Seal(string plain) => codec is null ? plain : Convert.ToBase64String(Encode(codec, System.Text.Encoding.UTF8.GetBytes(plain)).Span);

    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadUnreadable"/>.</exception>
    public ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> stored) => IsSealed(stored) ? Decode(stored.Span[Mark.Length..]) : stored;

    /// <summary>A large value is known by the hash of what it holds: one that has it is not sealed, whatever it begins with.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadUnreadable"/>.</exception>
    public ReadOnlyMemory<byte> Open(BlobHash hash, ReadOnlyMemory<byte> stored) => IsSealed(stored) && BlobHash.Of(stored.Span) != hash ? Decode(stored.Span[Mark.Length..]) : stored;

    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadUnreadable"/>.</exception>
    public string Open(string stored)
    {
        if (!stored.StartsWith(TextMark, StringComparison.Ordinal)) return stored;
        var bytes = new byte[stored.Length];
        return Convert.TryFromBase64String(stored, bytes, out var length) && IsSealed(bytes) ? System.Text.Encoding.UTF8.GetString(Decode(bytes.AsSpan(Mark.Length..length)).Span) : stored;
    }

    static ReadOnlyMemory<byte> Encode(PayloadCodec codec, ReadOnlySpan<byte> plain)
    {
        var inner = new byte[Checksum.HeadBytes + plain.Length];
        inner[0] = Version;
        plain.CopyTo(inner.AsSpan(Checksum.HeadBytes));
        Checksum.Seal(inner);
        byte[] encoded;
        try
        {
            encoded = codec.Encode(inner) ?? throw new InvalidOperationException("It returned null.");
        }
        catch (Exception error)
        {
            throw new HoldfastException(
                HoldfastError.PayloadNotEncoded, $"The payload codec {codec.GetType().Name} could not encode, so nothing was kept. {error.GetType().Name}: {ErrorText.Sentence(ErrorText.MessageOf(error))} Give it the key that it needs.", error);
        }
        var stored = new byte[Mark.Length + encoded.Length];
        Mark.CopyTo(stored);
        encoded.CopyTo(stored.AsSpan(Mark.Length));
        return stored;
    }

    ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> encoded)
    {
        if (codec is null) throw Unreadable("It was encoded, and no PayloadCodec is set here.");
        byte[]? inner;
        try
        {
            inner = codec.Decode(encoded);
        }
        catch (Exception error)
        {
            throw Unreadable($"The payload codec {codec.GetType().Name} could not decode it. {error.GetType().Name}: {ErrorText.MessageOf(error)}", error);
        }
        if (inner is not [Version, ..] || !Checksum.IsIntact(inner)) throw Unreadable($"What the payload codec {codec.GetType().Name} gives back is not what was saved: it has another key, or the bytes were changed.");
        return inner.AsMemory(Checksum.HeadBytes);
    }

    static HoldfastException Unreadable(string why, Exception? inner = null) => new(
        HoldfastError.PayloadUnreadable, $"Saved data cannot be decoded, and was left as it is. {why} Set the PayloadCodec that it was saved with, with the keys of that time, and start again.", inner);
}
