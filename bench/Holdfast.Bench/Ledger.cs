using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Holdfast.Bench;

/// <summary>
/// What happened outside of the engine, one entry after the other, in memory of the system that outlives the process: a start that was acknowledged, a step whose code ran, an end that was
/// seen. Entries are never changed. Thread-safe.
/// </summary>
sealed unsafe class Ledger : IDisposable
{
    /// <summary>A start that was acknowledged, and an end that the caller has seen; any other number is that of a step.</summary>
    public const int Started = 0, Ended = -1;

    const int HeadBytes = 8, EntryBytes = 24, LifeOffset = 20;

    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly byte* _bytes;
    readonly long _entriesMax;
    readonly int _life;

    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="entriesMax">How many entries it takes; room that is not used takes none on the disk.</param>
    /// <param name="life">Which process this is, from 1.</param>
    public Ledger(string path, long entriesMax, int life)
    {
        (_entriesMax, _life) = (entriesMax, life);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, HeadBytes + (entriesMax * EntryBytes));
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
    }

    public long Count => Volatile.Read(ref *(long*)_bytes);

    public void Add(RunId run, int number)
    {
        var at = Interlocked.Increment(ref *(long*)_bytes) - 1;
        if (at >= _entriesMax) throw new InvalidOperationException($"The ledger takes {_entriesMax:N0} entries; measure for a shorter time.");
        var entry = new Span<byte>(_bytes + HeadBytes + (at * EntryBytes), EntryBytes);
        run.WriteBytes(entry);
        BinaryPrimitives.WriteInt32LittleEndian(entry[16..], number);
        // Last: an entry with a life is whole.
        BinaryPrimitives.WriteInt32LittleEndian(entry[LifeOffset..], _life);
    }

    /// <summary>All entries, in their order. One that a kill cut off has the life 0.</summary>
    public List<Entry> Read()
    {
        var entries = new List<Entry>((int)Math.Min(Count, _entriesMax));
        for (long at = 0; at < Math.Min(Count, _entriesMax); at++)
        {
            var entry = new ReadOnlySpan<byte>(_bytes + HeadBytes + (at * EntryBytes), EntryBytes);
            entries.Add(new(RunId.FromBytes(entry[..16]), BinaryPrimitives.ReadInt32LittleEndian(entry[16..]), BinaryPrimitives.ReadInt32LittleEndian(entry[LifeOffset..])));
        }
        return entries;
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    public readonly record struct Entry(RunId Run, int Number, int Life);
}
