namespace Holdfast.Sqlite.Files;

/// <summary>
/// What all who have a database open share of its write-ahead log: how many frames of it count. Valid as long as the connection is open.
/// https://www.sqlite.org/walformat.html#the_wal_index_header
/// </summary>
sealed unsafe class LogIndex(byte* address)
{
    const int PageBytesAt = 14, FramesAt = 16, LogHeaderBytes = 32, FrameHeaderBytes = 24;

    /// <summary>What the log must be long at least. Whoever cuts it in good order says first that nothing of it counts.</summary>
    public long LogBytesMin
    {
        get
        {
            var frames = Volatile.Read(ref *(uint*)(address + FramesAt));
            var pageBytes = *(ushort*)(address + PageBytesAt);
            return frames == 0 ? 0 : LogHeaderBytes + (frames * (long)(FrameHeaderBytes + (pageBytes == 1 ? 65_536 : pageBytes)));
        }
    }
}
