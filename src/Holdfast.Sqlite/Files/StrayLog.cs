using System.Buffers.Binary;

namespace Holdfast.Sqlite.Files;

/// <summary>
/// A log beside a copy that cannot be the copy's own. SQLite takes whatever has the name for the file's log, reads it before the file, and so mixes two
/// stores, the mark that says "backup" included.
/// </summary>
static class StrayLog
{
    /// <summary>Where SQLite's header says how the file is written: 1 without a write-ahead log, 2 with one. A store in use is 2 from before its first log.</summary>
    const int WriteVersionAt = 18;

    const int ApplicationIdAt = 68;

    /// <summary>Refuses the file before anything has read its log, so that nothing of either is changed.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreIsBackup"/>.</exception>
    public static void Check(string path)
    {
        // These first: an engine that starts on the file meanwhile writes the header before the log.
        var (log, journal) = (Holds(path + "-wal"), Holds(path + "-journal"));
        if (!log && !journal) return;
        string? mark, id;
        try
        {
            using var file = Database.OpenWithoutLog(path);
            if (!HasNeverHadLog(file)) return;
            (mark, id) = MarkOf(file);
        }
        catch (SqliteFault)
        {
            // Opening it in earnest says what is wrong.
            return;
        }
        // A file that somebody's tool has set to a journal may need that, if no copy of ours is to be begun with it.
        if (!log && id is null) return;
        var stray = log ? "-wal" : "-journal";
        throw new HoldfastException(HoldfastError.StoreIsBackup,
            $"{path} is {mark ?? "a copy that no engine has used"}, and {path}{stray} beside it belongs to another file, such as the one that was there before: together they would be a mixture of both. Nothing was changed. "
            + $"Make sure that the original does not run any more, and remove {path}{stray} and {path}-shm"
            + (id is null ? ", which are not this file's; then start again." : $", which are not this file's; then open it with SqliteStoreOptions.AcceptBackup = \"{id}\"."));
    }

    static bool Holds(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    static bool HasNeverHadLog(Database file)
    {
        Span<byte> header = stackalloc byte[Schema.HeaderBytes];
        return NativeFile.Main(file) is { } main && main.Read(header, 0) == 0
            && header[WriteVersionAt] == 1 && BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdAt..]) == Schema.ApplicationId;
    }

    static (string? Mark, string? Id) MarkOf(Database file)
    {
        try
        {
            return BackupMark.Read(file) is { } mark ? (mark.Text, mark.Id) : default;
        }
        catch (SqliteFault)
        {
            // A damaged copy; the log is not its own all the same.
            return default;
        }
    }
}
