namespace Holdfast.Simulation.Disk;

/// <summary>
/// One file, twice: as programs see it, and as it is on the platter. What was written since the last sync is only in the first of the two.
/// </summary>
sealed class FileImage(string name)
{
    /// <summary>A file that is as another one is seen, and on the platter.</summary>
    public FileImage(string name, FileImage copied) : this(name)
    {
        (Length, _keptLength, IsNamed) = (copied.Length, copied.Length, true);
        (_seen, _kept) = ([.. copied._seen], [.. copied._seen]);
    }

    public const int SectorBytes = 512;

    readonly List<Change> _unsynced = [];
    byte[] _seen = [];
    byte[] _kept = [];
    int _keptLength;

    public string Name { get; } = name;

    /// <summary>The length as programs see it.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the file's name is on the platter: a sync of its directory writes it.</summary>
    public bool IsNamed { get; set; }

    public int UnsyncedChanges => _unsynced.Count;

    /// <summary>How many syncs have failed.</summary>
    public int FailedSyncs { get; private set; }

    /// <summary>Reads what is there; the rest of the target becomes zeros. False when the file ended before.</summary>
    public bool Read(long offset, Span<byte> target)
    {
        var there = (int)Math.Clamp(Length - offset, 0, target.Length);
        if (there > 0) _seen.AsSpan((int)offset, there).CopyTo(target);
        target[there..].Clear();
        return there == target.Length;
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        Length = Put(ref _seen, Length, (int)offset, data);
        _unsynced.Add(new((int)offset, data.ToArray()));
    }

    public void Truncate(long length)
    {
        Length = Cut(_seen, Length, (int)length, out _);
        _unsynced.Add(new((int)length, null));
    }

    /// <summary>What was written is on the platter from now on.</summary>
    public void Sync()
    {
        foreach (var change in _unsynced) Keep(change);
        _unsynced.Clear();
    }

    /// <summary>
    /// A sync that failed: of each change nobody knows, and none will be written by a later sync, because the system takes them for written.
    /// </summary>
    public void FailSync(Random lot)
    {
        FailedSyncs++;
        foreach (var change in _unsynced)
            if (lot.Next(2) == 0) Keep(change);
        _unsynced.Clear();
    }

    /// <summary>The power is cut: each change since the last sync is kept, lost, or kept in some of its sectors.</summary>
    public void CutPower(Random lot)
    {
        // Mostly one fate for all: a disk that keeps half of everything is the rarer case.
        var fate = lot.Next(4);
        foreach (var change in _unsynced)
        {
            switch (fate == 3 ? lot.Next(3) : fate)
            {
                case 0: break;
                case 1: Keep(change); break;
                default: Tear(change, lot); break;
            }
        }
        _unsynced.Clear();
        _seen = [.. _kept];
        Length = _keptLength;
    }

    void Tear(Change change, Random lot)
    {
        if (change.Data is not { } data)
        {
            if (lot.Next(2) == 0) Keep(change);
            return;
        }
        // Sector by sector, as a disk writes; what lies within one is written whole or not at all.
        for (var at = 0; at < data.Length;)
        {
            var end = Math.Min(data.Length, at + SectorBytes - ((change.Offset + at) % SectorBytes));
            if (lot.Next(2) == 0) _keptLength = Put(ref _kept, _keptLength, change.Offset + at, data.AsSpan(at..end));
            at = end;
        }
    }

    void Keep(Change change) =>
        _keptLength = change.Data is { } data ? Put(ref _kept, _keptLength, change.Offset, data) : Cut(_kept, _keptLength, change.Offset, out _);

    static int Put(ref byte[] bytes, int length, int offset, ReadOnlySpan<byte> data)
    {
        var end = offset + data.Length;
        if (bytes.Length < end) Array.Resize(ref bytes, Math.Max(end, bytes.Length * 2));
        data.CopyTo(bytes.AsSpan(offset));
        return Math.Max(length, end);
    }

    static int Cut(byte[] bytes, int length, int to, out int cut)
    {
        cut = Math.Max(0, length - to);
        // What a later write leaves between the old end and itself is zeros.
        if (cut > 0) bytes.AsSpan(to, cut).Clear();
        return Math.Min(length, to);
    }

    /// <summary>A write at an offset; or, without data, the file's new length.</summary>
    readonly record struct Change(int Offset, byte[]? Data);
}
