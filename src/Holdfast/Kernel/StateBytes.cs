using System.Buffers;
using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>The kernel's encodings as arrays of just their length, through one buffer a thread.</summary>
static class StateBytes
{
    [ThreadStatic]
    static ArrayBufferWriter<byte>? _buffer;

    public static byte[] Of(RunState state)
    {
        var buffer = Buffer();
        StateCodec.Encode(state, buffer);
        var bytes = buffer.WrittenSpan.ToArray();
        Checksum.Seal(bytes);
        return bytes;
    }

    public static byte[] Of(List<JournalEntry> entries)
    {
        if (entries.Count == 0) return [];
        var buffer = Buffer();
        JournalCodec.Encode(entries, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A state for people to look at; null, with what is wrong, when its bytes are damaged, which must not hide the other runs.</summary>
    public static RunState? TryRead(ReadOnlyMemory<byte> bytes, out HoldfastException? error)
    {
        error = null;
        try
        {
            return StateCodec.Decode(bytes.Span);
        }
        catch (HoldfastException damaged)
        {
            error = damaged;
            return null;
        }
    }

    static ArrayBufferWriter<byte> Buffer()
    {
        // A buffer that one huge state has grown is not kept.
        if (_buffer is not { Capacity: <= 1 << 20 }) _buffer = new(1024);
        _buffer.ResetWrittenCount();
        return _buffer;
    }
}
