namespace Holdfast.Kernel;

/// <summary>Journal entries of one transition as bytes.</summary>
static class JournalCodec
{
    public static void Encode(List<JournalEntry> entries, System.Buffers.IBufferWriter<byte> target) => throw new NotImplementedException();

    public static List<JournalEntry> Decode(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
