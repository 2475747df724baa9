using System.Runtime.InteropServices;

namespace Holdfast.Sqlite.Files;

/// <summary>
/// A file that SQLite has open, as SQLite itself asks for it: through the same file system, whichever that is. Valid as long as its connection is open. It may be synced, and
/// asked whether it has moved, while the connection works on another thread; nothing else.
/// </summary>
sealed unsafe class NativeFile
{
    const int MainPointer = 7, JournalPointer = 28, HasMovedControl = 20, SyncFull = 3, IndexBytes = 32_768;

    readonly FileStruct* _file;

    NativeFile(FileStruct* file) => _file = file;

    /// <summary>Whether the path that was opened names another file by now, or none. False where the file system cannot tell.</summary>
    public bool HasMoved
    {
        get
        {
            var moved = 0;
            return _file->Methods->FileControl(_file, HasMovedControl, &moved) == 0 && moved != 0;
        }
    }

    /// <summary>The database file; null where the application chose its SQLite by a way of its own.</summary>
    public static NativeFile? Main(Database database) => Find(database, MainPointer);

    /// <summary>The write-ahead log of a database that is read by it; null as above.</summary>
    public static NativeFile? Log(Database database) => Find(database, JournalPointer);

    /// <summary>Returns once all that was written before is on the disk, or with SQLite's code of the error. On macOS with the drive's own cache.</summary>
    public int Sync() => _file->Methods->Sync(_file, SyncFull);

    public int Read(Span<byte> bytes, long at)
    {
        fixed (byte* first = bytes) return _file->Methods->Read(_file, first, bytes.Length, at);
    }

    public int Write(ReadOnlySpan<byte> bytes, long at)
    {
        fixed (byte* first = bytes) return _file->Methods->Write(_file, first, bytes.Length, at);
    }

    /// <summary>The index of the log, of a database that is read by one; null where there is none. To be called by the connection's thread.</summary>
    public LogIndex? LogIndex()
    {
        byte* address = null;
        return _file->Methods->Version >= 2 && _file->Methods->ShmMap != null && _file->Methods->ShmMap(_file, 0, IndexBytes, 0, &address) == 0 && address != null ? new(address) : null;
    }

    public int Length(out long length)
    {
        fixed (long* found = &length) return _file->Methods->FileSize(_file, found);
    }

    static NativeFile? Find(Database database, int which)
    {
        FileStruct* file = null;
        return SqliteLibrary.FileControl(database.Handle, which, &file) == 0 && file != null && file->Methods != null ? new(file) : null;
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
        public nint Lock, Unlock, CheckReservedLock;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, void*, int> FileControl;
        public nint SectorSize, DeviceCharacteristics;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int, int, byte**, int> ShmMap;
    }
}
