using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Bench.Measuring;

/// <summary>
/// Counts how often SQLite has the operating system sync a write-ahead log to the disk: the one thing that makes a commit durable, and seen from below the engine,
/// the store and SQLite, so that none of them can claim it. A virtual file system that is SQLite's own but for the sync of logs; everything else does not pass
/// through here. Syncs of one log never overlap.
/// </summary>
/// <remarks>Costs a few counts in memory and two looks at the clock, 0.1 us, beside a call that takes a tenth of a millisecond.</remarks>
static unsafe class LogSyncs
{
    const int OpenLog = 0x80000;

    static readonly Lock Gate = new();
    static VfsStruct* _default;
    static MethodsStruct* _originals;
    static MethodsStruct* _counting;
    static string? _name;
    static long _begun;
    static long _completed;

    /// <summary>How many syncs were begun. One that comes after this count covers everything that was written before it was read.</summary>
    public static long Begun => Volatile.Read(ref _begun);

    /// <summary>How many syncs have succeeded.</summary>
    public static long Completed => Volatile.Read(ref _completed);

    /// <summary>How long each took, since somebody cleared it.</summary>
    public static LatencyHistogram Times { get; } = new();

    /// <summary>The registered file system that counts.</summary>
    public static string FileSystem
    {
        get
        {
            lock (Gate) return _name ??= Register();
        }
    }

    static string Register()
    {
        const string Name = "holdfast-counting";
        SqliteLibrary.Load(NullLogger.Instance);
        var find = (delegate* unmanaged[Cdecl]<byte*, VfsStruct*>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_find");
        var register = (delegate* unmanaged[Cdecl]<VfsStruct*, int, int>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_register");
        _default = find(null);
        // Never given back: connections point to it as long as the process lives.
        var vfs = (VfsStruct*)NativeMemory.Alloc((nuint)sizeof(VfsStruct));
        *vfs = *_default;
        vfs->Next = null;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
        vfs->Open = &OnOpen;
        if (register(vfs, 0) != 0) throw new InvalidOperationException("SQLite did not take the counting file system.");
        return Name;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnOpen(VfsStruct* vfs, byte* name, FileStruct* file, int flags, int* outFlags)
    {
        var code = _default->Open(_default, name, file, flags, outFlags);
        if (code != 0 || (flags & OpenLog) == 0 || file->Methods == null) return code;
        lock (Gate)
        {
            if (_counting == null)
            {
                _originals = file->Methods;
                _counting = (MethodsStruct*)NativeMemory.Alloc((nuint)sizeof(MethodsStruct));
                *_counting = *_originals;
                _counting->Sync = &OnSync;
            }
            // Another method table than that of the first log would be one of another kind of disk, whose sync is not known here: not counted, so the check fails.
            if (file->Methods == _originals) file->Methods = _counting;
        }
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnSync(FileStruct* file, int flags)
    {
        Interlocked.Increment(ref _begun);
        var started = Stopwatch.GetTimestamp();
        var code = _originals->Sync(file, flags);
        if (code != 0) return code;
        Interlocked.Increment(ref _completed);
        Times.Record(started, Stopwatch.GetTimestamp());
        return code;
    }

    struct FileStruct
    {
        public MethodsStruct* Methods;
    }

    // sqlite3_vfs of https://www.sqlite.org/c3ref/vfs.html, version 3.
    [StructLayout(LayoutKind.Sequential)]
    struct VfsStruct
    {
        public int Version, FileBytes, PathBytesMax;
        public VfsStruct* Next;
        public byte* Name;
        public nint AppData;
        public delegate* unmanaged[Cdecl]<VfsStruct*, byte*, FileStruct*, int, int*, int> Open;
        public nint Delete, Access, FullPathname, DlOpen, DlError, DlSym, DlClose, Randomness, Sleep, CurrentTime, GetLastError;
        public nint CurrentTimeInt64, SetSystemCall, GetSystemCall, NextSystemCall;
    }

    // sqlite3_io_methods of https://www.sqlite.org/c3ref/io_methods.html, version 3.
    [StructLayout(LayoutKind.Sequential)]
    struct MethodsStruct
    {
        public int Version;
        public nint Close, Read, Write, Truncate;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> Sync;
        public nint FileSize, Lock, Unlock, CheckReservedLock, FileControl, SectorSize, DeviceCharacteristics;
        public nint ShmMap, ShmLock, ShmBarrier, ShmUnmap, Fetch, Unfetch;
    }
}
