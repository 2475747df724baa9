using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Kernel;

/// <summary>Writes the kernel's primitives straight into the target's own memory.</summary>
ref struct StateWriter(IBufferWriter<byte> target)
{
    const int ChunkBytes = 256;
    /// <summary>Up to this length a text fits its length into one byte whatever its characters are.</summary>
    const int ShortTextLength = 42;

    readonly IBufferWriter<byte> _target = target;
    Span<byte> _span = target.GetSpan(ChunkBytes);
    int _written;

    /// <summary>Hands what was written to the target.</summary>
    public void Flush()
    {
        _target.Advance(_written);
        _written = 0;
        _span = default;
    }

    public void Byte(byte value)
    {
        Reserve(1);
        _span[_written++] = value;
    }

    /// <summary>A number that is never negative and mostly small.</summary>
    public void Number(long value)
    {
        Invariant.Holds(value >= 0);
        Varint((ulong)value);
    }

    /// <summary>A number of either sign: small ones of both are short.</summary>
    public void Signed(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    public void Double(double value)
    {
        Reserve(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_span[_written..], value);
        _written += sizeof(double);
    }

    /// <summary>A time, as its UTC ticks. Times of our age need nine bytes as a varint, so they have their eight.</summary>
    public void Time(DateTimeOffset value)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(_span[_written..], value.UtcTicks);
        _written += sizeof(long);
    }

    public void Text(string value)
    {
        if (value.Length <= ShortTextLength)
        {
            // The length is known only once the text is written, and has its one byte before it.
            Reserve(1 + (3 * value.Length));
            var length = Encoding.UTF8.GetBytes(value, _span[(_written + 1)..]);
            _span[_written] = (byte)length;
            _written += 1 + length;
            return;
        }
        var bytes = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)bytes);
        Reserve(bytes);
        _written += Encoding.UTF8.GetBytes(value, _span[_written..]);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Varint((ulong)value.Length);
        Raw(value);
    }

    /// <summary>Bytes whose length the reader knows.</summary>
    public void Raw(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_span[_written..]);
        _written += value.Length;
    }

    /// <summary>Zeros, to be filled in later.</summary>
    public void Room(int bytes)
    {
        Reserve(bytes);
        _span.Slice(_written, bytes).Clear();
        _written += bytes;
    }

    public void Id(RunId value)
    {
        Reserve(16);
        value.WriteBytes(_span[_written..]);
        _written += 16;
    }

    public void Hash(Holdfast.Storage.BlobHash value)
    {
        Reserve(32);
        value.WriteBytes(_span[_written..]);
        _written += 32;
    }

    void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _span[_written++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _span[_written++] = (byte)value;
    }

    void Reserve(int bytes)
    {
        if (_span.Length - _written < bytes) Grow(bytes);
    }

    void Grow(int bytes)
    {
        _target.Advance(_written);
        _written = 0;
        _span = _target.GetSpan(Math.Max(bytes, ChunkBytes));
    }
}
