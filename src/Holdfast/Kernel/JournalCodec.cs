using System.Buffers;

namespace Holdfast.Kernel;

/// <summary>Journal entries of one transition as bytes; no entries are no bytes.</summary>
static class JournalCodec
{
    const byte Version = 1;
    const int EntryBytesMin = 4;

    /// <summary>Appends the encoded entries.</summary>
    public static void Encode(List<JournalEntry> entries, IBufferWriter<byte> target)
    {
        if (entries.Count == 0) return;
        var writer = new StateWriter(target);
        writer.Byte(Version);
        writer.Number(entries.Count);
        foreach (var entry in entries)
        {
            writer.Byte((byte)entry.Kind);
            writer.Number(entry.Op);
            writer.Number(entry.Number);
            writer.Text(entry.Text);
        }
        writer.Flush();
    }

    /// <summary>Reads the entries back.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/>.</exception>
    public static List<JournalEntry> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return [];
        var reader = new StateReader(bytes);
        if (reader.Byte() != Version) reader.Fail("its format is not known to this version");
        var count = reader.Count(EntryBytesMin);
        var entries = new List<JournalEntry>(count);
        for (var i = 0; i < count; i++)
        {
            // A kind that a later version added is kept: the journal is for people, who can read the rest of the entry.
            var kind = (JournalKind)reader.Byte();
            var op = reader.Number();
            var number = reader.Number();
            entries.Add(new(kind, op, reader.Text(), number));
        }
        if (!reader.IsAtEnd) reader.Fail("it goes on after its end");
        return entries;
    }
}
