using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>
/// Reads the kernel's primitives from bytes that may be anything. Each read is checked before it allocates, and whatever is
/// wrong is <see cref="HoldfastError.CorruptSnapshot"/>.
/// </summary>
ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    ReadOnlySpan<byte> _rest = bytes;
    readonly int _length = bytes.Length;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public long Number()
    {
        var value = Varint();
        return value <= long.MaxValue ? (long)value : throw Corrupt("a number is too large");
    }

    public int Small()
    {
        var value = Varint();
        return value <= int.MaxValue ? (int)value : throw Corrupt("a number is too large");
    }

    public long Signed()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public DateTimeOffset Time()
    {
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks) Fail("a time is outside the calendar");
        return new(ticks, TimeSpan.Zero);
    }

    /// <summary>How many items follow, each of at least <paramref name="itemBytesMin"/> bytes: no more than what is left can hold.</summary>
    public int Count(int itemBytesMin)
    {
        var count = Varint();
        if (count > (ulong)(_rest.Length / itemBytesMin)) Fail("a count exceeds what is left");
        return (int)count;
    }

    public string Text()
    {
        var utf8 = Bytes();
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw Corrupt("a text is not UTF-8");
        }
    }

    public ReadOnlySpan<byte> Bytes() => Take(Count(1));

    public void Skip(int bytes) => Take(bytes);

    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    public RunId Id() => RunId.FromBytes(Take(16));

    public BlobHash Hash() => BlobHash.FromBytes(Take(32));

    /// <summary>Ends the decoding.</summary>
    [DoesNotReturn]
    public readonly void Fail(string what) => throw Corrupt(what);

    readonly HoldfastException Corrupt(string what) => new(
        HoldfastError.CorruptSnapshot, $"The engine's own record is damaged at byte {_length - _rest.Length} of {_length}: {what}. Restore it from a backup.");

    ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(1)[0];
            // The tenth byte holds the one bit that is left. A last byte of zero would make a second spelling of the same number.
            if ((shift == 63 && next > 1) || (shift > 0 && next == 0)) Fail("a number is malformed");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) Fail("it ends too early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
