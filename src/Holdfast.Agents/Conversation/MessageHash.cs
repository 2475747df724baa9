using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Holdfast.Agents.Conversation;

namespace Holdfast.Agents;

/// <summary>Names a message, or a request, by what it says: the SHA-256 of its one JSON form.</summary>
/// <remarks>Text form: 64 digits of lower-case hexadecimal.</remarks>
[JsonConverter(typeof(MessageHashConverter))]
public readonly record struct MessageHash
{
    /// <summary>How many bytes a hash has.</summary>
    public const int Bytes = 32;

    readonly UInt128 _high;
    readonly UInt128 _low;

    MessageHash(ReadOnlySpan<byte> hash) => (_high, _low) = (BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));

    /// <summary>Reads a hash from its 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public static MessageHash FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Bytes ? new(bytes) : throw new ArgumentException($"A hash has {Bytes} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Reads the text form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageHash hash)
    {
        hash = default;
        if (text is not { Length: 2 * Bytes } || !text.All(char.IsAsciiHexDigitLower)) return false;
        hash = new(Convert.FromHexString(text));
        return true;
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not a hash.</exception>
    public static MessageHash Parse(string text) => TryParse(text, out var hash) ? hash : throw new FormatException($"A hash has {2 * Bytes} digits of lower-case hexadecimal, and this text is something else.");

    /// <summary>The hash's 32 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), _low);
        return bytes;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());

    internal static MessageHash Of(ReadOnlySpan<byte> json) => new(SHA256.HashData(json));
}
