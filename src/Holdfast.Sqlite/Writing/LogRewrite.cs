using System.Runtime.InteropServices;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// Writes the log once more, byte for byte, and syncs it. After a sync that failed, systems take what was not written for written: they show it to
/// whoever reads, and no later sync writes it. Whatever is read of such a log is lost with the power, while what is built on it stays. Only what
/// is written anew is synced anew.
/// </summary>
static unsafe class LogRewrite
{
    const int JournalPointer = 28, SyncNormal = 2;

    /// <summary>SQLite's own file objects write less than 128 KB at a time.</summary>
    const int ChunkBytes = 1 << 16;

    /// <summary>To be done before anything of the log is moved. Nobody else writes to it meanwhile.</summary>
    /// <exception cref="SqliteFault">The log cannot be read, written or synced, or another program writes to the file.</exception>
    public static void Run(Database database)
    {
        if (database.Query("PRAGMA journal_mode", row => row.Text(0)) != "wal") return;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            Rewrite(database);
        }
        finally
        {
            database.Execute("ROLLBACK");
        }
    }

    static void Rewrite(Database database)
    {
        FileStruct* log = null;
        if (SqliteLibrary.FileControl(database.Handle, JournalPointer, &log) != 0 || log == null || log->Methods == null) return;
        long length;
        Check(log->Methods->FileSize(log, &length));
        if (length == 0) return;
        var chunk = (byte*)NativeMemory.Alloc(ChunkBytes);
        try
        {
            for (long at = 0; at < length; at += ChunkBytes)
            {
                var bytes = (int)Math.Min(ChunkBytes, length - at);
                Check(log->Methods->Read(log, chunk, bytes, at));
                Check(log->Methods->Write(log, chunk, bytes, at));
            }
        }
        finally
        {
            NativeMemory.Free(chunk);
        }
        Check(log->Methods->Sync(log, SyncNormal));
    }

    static void Check(int code)
    {
        if (code != 0) throw new SqliteFault(code, 0, "its log could not be written once more");
    }

    readonly struct FileStruct
    {
        public readonly MethodsStruct* Methods;

        public FileStruct() => Methods = null;
    }

    // The beginning of sqlite3_io_methods, https://www.sqlite.org/c3ref/io_methods.html.
    [StructLayout(LayoutKind.Sequential)]
    struct MethodsStruct
    {
        public int Version;
        public nint Close;
        public delegate* unmanaged[Cdecl]<FileStruct*, byte*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<FileStruct*, byte*, int, long, int> Write;
        public nint Truncate;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<FileStruct*, long*, int> FileSize;
    }
}
