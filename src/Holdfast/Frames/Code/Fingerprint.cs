using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Holdfast.Frames.Code;

/// <summary>What code is, in 16 bytes: equal for code that does the same from every point on, different otherwise.</summary>
readonly record struct Fingerprint(ulong High, ulong Low)
{
    /// <summary>The bytes one takes.</summary>
    public const int Length = 16;

    /// <summary>The fingerprint of what was appended to a SHA-256.</summary>
    public static Fingerprint Of(IncrementalHash sha256)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha256.GetHashAndReset(hash);
        return FromBytes(hash);
    }

    /// <summary>Reads the first 16 bytes.</summary>
    public static Fingerprint FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes 16 bytes.</summary>
    public void WriteBytes(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
