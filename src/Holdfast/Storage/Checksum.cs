using System.Buffers.Binary;
using System.Numerics;

namespace Holdfast.Storage;

/// <summary>
/// CRC-32C of what is saved, written into its second to fifth byte: a bit that a disk or a memory has turned must never become a wrong
/// amount in a run that goes on. It tells damage, not forgery.
/// </summary>
/// <remarks>Castagnoli's polynomial (Castagnoli, Bräuer, Herrmann, 1993), as iSCSI and ext4 use it; processors have an instruction for it.</remarks>
static class Checksum
{
    /// <summary>What an error says of bytes whose checksum is wrong.</summary>
    public const string Wrong = "it is not what was written, for its checksum is wrong";

    /// <summary>Where the contents begin: after a version byte and the checksum.</summary>
    public const int HeadBytes = 5;

    /// <summary>Fills the place of the checksum in.</summary>
    public static void Seal(Span<byte> sealedBytes) => BinaryPrimitives.WriteUInt32LittleEndian(sealedBytes[1..], Of(sealedBytes));

    public static bool IsIntact(ReadOnlySpan<byte> sealedBytes) =>
        sealedBytes.Length >= HeadBytes && BinaryPrimitives.ReadUInt32LittleEndian(sealedBytes[1..]) == Of(sealedBytes);

    static uint Of(ReadOnlySpan<byte> sealedBytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, sealedBytes[0]);
        var rest = sealedBytes[HeadBytes..];
        for (; rest.Length >= sizeof(ulong); rest = rest[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        foreach (var each in rest) crc = BitOperations.Crc32C(crc, each);
        return ~crc;
    }
}
