using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Damaged bytes with a checksum that fits them, so that they reach what lies behind the checksum.</summary>
static class Resealed
{
    public static byte[] Of(byte[] bytes)
    {
        if (bytes.Length >= Checksum.HeadBytes) Checksum.Seal(bytes);
        return bytes;
    }

    /// <summary>Bytes that were written down without their checksum.</summary>
    public static byte[] WithHead(byte[] bytes) => Of([bytes[0], 0, 0, 0, 0, .. bytes[1..]]);
}
