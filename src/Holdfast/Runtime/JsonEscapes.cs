using System.Globalization;
using System.Text;

namespace Holdfast.Runtime;

/// <summary>Reads JSON's escapes wherever they stand, in JSON or in bytes that have some of it in them.</summary>
static class JsonEscapes
{
    const int UnitBytes = 6;

    /// <summary>The bytes with UTF-8 in the place of each escape. What is none stays as it is.</summary>
    public static byte[] Undone(ReadOnlySpan<byte> bytes)
    {
        var plain = new byte[bytes.Length];
        var length = 0;
        while (bytes.IndexOf((byte)'\\') is var at and >= 0)
        {
            bytes[..at].CopyTo(plain.AsSpan(length));
            length += at;
            bytes = bytes[at..];
            length += Undo(bytes, plain.AsSpan(length), out var taken);
            bytes = bytes[taken..];
        }
        bytes.CopyTo(plain.AsSpan(length));
        return plain[..(length + bytes.Length)];
    }

    /// <summary>Writes what stands for the escape that the bytes begin with, which is never longer, and returns how long it is.</summary>
    static int Undo(ReadOnlySpan<byte> bytes, Span<byte> plain, out int taken)
    {
        if (Unit(bytes) is { } unit)
        {
            taken = UnitBytes;
            if (Rune.TryCreate(unit, out var rune)) return rune.EncodeToUtf8(plain);
            if (Unit(bytes[UnitBytes..]) is { } next && Rune.TryCreate(unit, next, out rune))
            {
                taken = 2 * UnitBytes;
                return rune.EncodeToUtf8(plain);
            }
        }
        var which = bytes.Length > 1 ? "\"\\/bfnrt"u8.IndexOf(bytes[1]) : -1;
        plain[0] = which < 0 ? bytes[0] : "\"\\/\b\f\n\r\t"u8[which];
        taken = which < 0 ? 1 : 2;
        return 1;
    }

    static char? Unit(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= UnitBytes && bytes[0] == '\\' && bytes[1] == 'u' && ushort.TryParse(bytes[2..UnitBytes], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : null;
}
