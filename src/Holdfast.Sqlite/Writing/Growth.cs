using Holdfast.Sqlite.Files;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// By how much the database file must grow before all of its log is in it. On a full disk that comes out of the reserve, and out of the same reserve runs are to be ended: so it is kept below half of it.
/// </summary>
sealed class Growth(Database database, NativeFile? main, long reserveBytes)
{
    /// <summary>A smaller reserve holds too little to be kept for anything; to move the log for its sake would be to do nothing else.</summary>
    const long BytesMaxMin = 1 << 20;

    readonly long _bytesMax = Math.Max(reserveBytes / 2, BytesMaxMin), _pageBytes = database.Query("PRAGMA page_size", static row => row.Long(0));
    int _lookedAt = database.PagesWritten;
    long _pagesUntilLook;

    /// <summary>
    /// Whether there is room to move the log where nothing is left but the reserve. More than when it is due: a reader may have held it up, and one commit goes beyond. What nobody knows is tried.
    /// </summary>
    public bool FitsReserve => Bytes() is not { } bytes || bytes <= _bytesMax + (_bytesMax / 2);

    /// <summary>Whether the log is to be moved, so that a disk that becomes full has room for the rest. It cannot have grown by more than was written, so it rarely has to be asked.</summary>
    public bool IsDue()
    {
        var written = database.PagesWritten;
        if (reserveBytes == 0 || unchecked(written - _lookedAt) < _pagesUntilLook || Bytes() is not { } bytes) return false;
        _lookedAt = written;
        // Where a reader holds the log up, trying again after every commit does not help it.
        _pagesUntilLook = Math.Max(_bytesMax - bytes, _bytesMax / 4) / _pageBytes;
        return bytes >= _bytesMax;
    }

    long? Bytes()
    {
        try
        {
            return main is not null && main.Length(out var bytes) == 0 ? database.Query("PRAGMA page_count", static row => row.Long(0)) * _pageBytes - bytes : null;
        }
        catch (SqliteFault)
        {
            // It is asked after a commit, whose outcome is known: whoever moves the log meets the same fault, and says so.
            return null;
        }
    }
}
