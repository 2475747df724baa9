using System.Text;
using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>An outcome as bytes: version, checksum, kind with a flag for the summary, the summary, and the value to the end.</summary>
static class OutcomeCodec
{
    const byte Version = 1;
    const byte HasSummary = 0x80;

    public static byte[] Encode(Outcome outcome)
    {
        var target = new System.Buffers.ArrayBufferWriter<byte>(12 + outcome.Value.Length + (outcome.Summary is null ? 0 : Encoding.UTF8.GetMaxByteCount(outcome.Summary.Length)));
        var writer = new StateWriter(target);
        writer.Byte(Version);
        writer.Room(Checksum.HeadBytes - 1);
        writer.Byte((byte)((byte)outcome.Kind | (outcome.Summary is null ? 0 : HasSummary)));
        if (outcome.Summary is { } summary) writer.Text(summary);
        writer.Raw(outcome.Value.Span);
        writer.Flush();
        var bytes = target.WrittenSpan.ToArray();
        Checksum.Seal(bytes);
        return bytes;
    }

    public static Outcome Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        if (reader.Byte() != Version) reader.Fail("its format is not known to this version");
        if (!Checksum.IsIntact(bytes)) reader.Fail(Checksum.Wrong);
        reader.Skip(Checksum.HeadBytes - 1);
        var head = reader.Byte();
        var kind = (OutcomeKind)(head & ~HasSummary);
        if (kind is < OutcomeKind.Succeeded or > OutcomeKind.Cancelled) reader.Fail("there is no such outcome");
        var summary = (head & HasSummary) != 0 ? reader.Text() : null;
        return new(kind, reader.Rest().ToArray(), summary);
    }
}
