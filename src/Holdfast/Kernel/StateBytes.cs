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

    /// <summary>A step that is not started yet; its number is not part of it.</summary>
    public static byte[] Of(StepOp step)
    {
        var buffer = Buffer();
        var writer = new StateWriter(buffer);
        OpCodec.Write(step, ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads such a step back, under a number.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/>.</exception>
    public static StepOp StepFrom(long id, ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        var step = OpCodec.Read(id, ref reader) as StepOp;
        if (step is not { Attempt: 1, CrashedAttempts: 0, Phase: StepPhase.Ready } || !reader.IsAtEnd) reader.Fail("it is no step that could be started");
        return step!;
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
