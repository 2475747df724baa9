using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Holdfast.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Simulation.Disk;

/// <summary>A file system of SQLite's that keeps its files on a simulated disk. Registered with the very copy of SQLite that the store uses.</summary>
sealed unsafe class DiskFileSystem : IDisposable
{
    const int Ok = 0, Busy = 5, IoError = 10, NotFound = 12, Full = 13, CannotOpen = 14;
    const int IoErrorRead = IoError | (1 << 8), IoErrorShortRead = IoError | (2 << 8), IoErrorWrite = IoError | (3 << 8), IoErrorFsync = IoError | (4 << 8),
        IoErrorTruncate = IoError | (6 << 8), IoErrorDelete = IoError | (10 << 8), IoErrorLock = IoError | (15 << 8), IoErrorShmMap = IoError | (21 << 8),
        IoErrorNoSuchFile = IoError | (23 << 8);
    const int OpenCreate = 4, OpenDeleteOnClose = 8;
    const int ShmUnlock = 1, ShmShared = 4;
    const int SectorBytes = 4096, PowersafeOverwrite = 0x1000, PathBytesMax = 512;

    static readonly delegate* unmanaged[Cdecl]<VfsStruct*, int, int> Register;
    static readonly delegate* unmanaged[Cdecl]<VfsStruct*, int> Unregister;
    static readonly MethodsStruct* Methods;
    static int _count;

    readonly VfsStruct* _vfs;

    static DiskFileSystem()
    {
        SqliteLibrary.Load(NullLogger.Instance);
        Register = (delegate* unmanaged[Cdecl]<VfsStruct*, int, int>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_register");
        Unregister = (delegate* unmanaged[Cdecl]<VfsStruct*, int>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_unregister");
        Methods = (MethodsStruct*)NativeMemory.AllocZeroed((nuint)sizeof(MethodsStruct));
        *Methods = new()
        {
            Version = 2, Close = &OnClose, Read = &OnRead, Write = &OnWrite, Truncate = &OnTruncate, Sync = &OnSync, FileSize = &OnFileSize, Lock = &OnLock, Unlock = &OnUnlock,
            CheckReservedLock = &OnCheckReservedLock, FileControl = &OnFileControl, SectorSize = &OnSectorSize, DeviceCharacteristics = &OnDeviceCharacteristics,
            ShmMap = &OnShmMap, ShmLock = &OnShmLock, ShmBarrier = &OnShmBarrier, ShmUnmap = &OnShmUnmap,
        };
    }

    public DiskFileSystem(SimulatedDisk disk)
    {
        Name = $"holdfast-simulated-{Interlocked.Increment(ref _count)}";
        _vfs = (VfsStruct*)NativeMemory.AllocZeroed((nuint)sizeof(VfsStruct));
        *_vfs = new()
        {
            Version = 2, FileBytes = sizeof(FileStruct), PathBytesMax = PathBytesMax, Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name), AppData = (nint)GCHandle.Alloc(disk),
            Open = &OnOpen, Delete = &OnDelete, Access = &OnAccess, FullPathname = &OnFullPathname, Randomness = &OnRandomness, Sleep = &OnSleep,
            CurrentTime = &OnCurrentTime, GetLastError = &OnGetLastError, CurrentTimeInt64 = &OnCurrentTimeInt64,
        };
        if (Register(_vfs, 0) != Ok) throw new InvalidOperationException("SQLite did not take the file system.");
    }

    public string Name { get; }

    // The memory stays while a connection still points to it; the disk closes all before.
    public void Dispose()
    {
        Unregister(_vfs);
        GCHandle.FromIntPtr(_vfs->AppData).Free();
        Marshal.FreeCoTaskMem((nint)_vfs->Name);
        NativeMemory.Free(_vfs);
    }

    static SimulatedDisk DiskOf(VfsStruct* vfs) => (SimulatedDisk)GCHandle.FromIntPtr(vfs->AppData).Target!;

    static OpenFile FileOf(FileStruct* file) => (OpenFile)GCHandle.FromIntPtr(file->Handle).Target!;

    static string Text(byte* name) => Marshal.PtrToStringUTF8((nint)name) ?? "";

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnOpen(VfsStruct* vfs, byte* name, FileStruct* file, int flags, int* outFlags)
    {
        file->Methods = null;
        // A file without a name is one of SQLite's own, for the moment.
        if (name == null || (flags & OpenDeleteOnClose) != 0 || DiskOf(vfs).Open(Text(name), (flags & OpenCreate) != 0) is not { } opened) return CannotOpen;
        file->Handle = (nint)GCHandle.Alloc(opened);
        file->Methods = Methods;
        if (outFlags != null) *outFlags = flags;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnDelete(VfsStruct* vfs, byte* name, int syncDirectory)
    {
        var disk = DiskOf(vfs);
        var (process, file) = disk.Split(Text(name));
        var answer = disk.Ask(new(DiskOperation.Delete, process, file, 0, 0));
        if (answer is DiskAnswer.Fail or DiskAnswer.Full) return IoErrorDelete;
        if (answer == DiskAnswer.DieBefore)
        {
            disk.Die(process);
            return IoErrorDelete;
        }
        var found = disk.Delete(Text(name), syncDirectory != 0);
        if (answer == DiskAnswer.DieAfter) disk.Die(process);
        return found ? Ok : IoErrorNoSuchFile;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnAccess(VfsStruct* vfs, byte* name, int flags, int* result)
    {
        *result = DiskOf(vfs).Exists(Text(name)) ? 1 : 0;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnFullPathname(VfsStruct* vfs, byte* name, int bytes, byte* target)
    {
        var length = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).Length + 1;
        if (length > bytes) return CannotOpen;
        new ReadOnlySpan<byte>(name, length).CopyTo(new(target, bytes));
        return Ok;
    }

    // SQLite marks logs with it and tells them apart by it; nothing that is simulated depends on which numbers they are.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnRandomness(VfsStruct* vfs, int bytes, byte* target)
    {
        Random.Shared.NextBytes(new Span<byte>(target, bytes));
        return bytes;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnSleep(VfsStruct* vfs, int microseconds) => microseconds;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnCurrentTime(VfsStruct* vfs, double* days)
    {
        *days = 2_462_502.5;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnCurrentTimeInt64(VfsStruct* vfs, long* milliseconds)
    {
        *milliseconds = 212_760_216_000_000;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnGetLastError(VfsStruct* vfs, int bytes, byte* target) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnClose(FileStruct* file)
    {
        var opened = FileOf(file);
        opened.Disk.Close(opened);
        GCHandle.FromIntPtr(file->Handle).Free();
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnRead(FileStruct* file, byte* target, int bytes, long offset)
    {
        var opened = FileOf(file);
        if (opened.IsDead) return IoErrorRead;
        var answer = opened.Disk.Ask(DiskOperation.Read, opened, offset, bytes);
        if (answer is DiskAnswer.DieBefore or DiskAnswer.DieAfter) opened.Disk.Die(opened.Process);
        if (answer != DiskAnswer.Pass) return IoErrorRead;
        return opened.Image.Read(offset, new(target, bytes)) ? Ok : IoErrorShortRead;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnWrite(FileStruct* file, byte* data, int bytes, long offset)
    {
        var opened = FileOf(file);
        if (opened.IsDead) return IoErrorWrite;
        switch (opened.Disk.Ask(DiskOperation.Write, opened, offset, bytes))
        {
            case DiskAnswer.Full: return Full;
            case DiskAnswer.Fail: return IoErrorWrite;
            case DiskAnswer.DieBefore:
                opened.Disk.Die(opened.Process);
                return IoErrorWrite;
            case DiskAnswer.DieAfter:
                opened.Image.Write(offset, new(data, bytes));
                opened.Disk.Die(opened.Process);
                return IoErrorWrite;
            case DiskAnswer.Lie: return Ok;
        }
        opened.Image.Write(offset, new(data, bytes));
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnTruncate(FileStruct* file, long length)
    {
        var opened = FileOf(file);
        if (opened.IsDead) return IoErrorTruncate;
        var answer = opened.Disk.Ask(DiskOperation.Truncate, opened, length);
        if (answer is DiskAnswer.Fail or DiskAnswer.Full) return IoErrorTruncate;
        if (answer != DiskAnswer.DieBefore) opened.Image.Truncate(length);
        if (answer is not (DiskAnswer.DieBefore or DiskAnswer.DieAfter)) return Ok;
        opened.Disk.Die(opened.Process);
        return IoErrorTruncate;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnSync(FileStruct* file, int flags)
    {
        var opened = FileOf(file);
        if (opened.IsDead) return IoErrorFsync;
        switch (opened.Disk.Ask(DiskOperation.Sync, opened))
        {
            case DiskAnswer.Lie: return Ok;
            case DiskAnswer.Fail or DiskAnswer.Full:
                opened.Disk.FailSync(opened);
                opened.HearsOfFailedSync();
                return IoErrorFsync;
            case DiskAnswer.DieBefore:
                opened.Disk.Die(opened.Process);
                return IoErrorFsync;
            case DiskAnswer.DieAfter:
                opened.Disk.Sync(opened);
                opened.Disk.Die(opened.Process);
                return IoErrorFsync;
        }
        opened.Disk.Sync(opened);
        opened.Disk.Synced?.Invoke(opened);
        return opened.HearsOfFailedSync() ? IoErrorFsync : Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnFileSize(FileStruct* file, long* bytes)
    {
        *bytes = FileOf(file).Image.Length;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnLock(FileStruct* file, int level)
    {
        var opened = FileOf(file);
        if (opened.IsDead) return IoErrorLock;
        return opened.Disk.Lock(opened, level) ? Ok : Busy;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnUnlock(FileStruct* file, int level)
    {
        var opened = FileOf(file);
        opened.Level = Math.Min(opened.Level, level);
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnCheckReservedLock(FileStruct* file, int* result)
    {
        var opened = FileOf(file);
        *result = opened.Disk.IsReserved(opened) ? 1 : 0;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnFileControl(FileStruct* file, int operation, void* argument) => NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnSectorSize(FileStruct* file) => SectorBytes;

    // As on Linux: a write that is torn harms nothing outside of itself.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnDeviceCharacteristics(FileStruct* file) => PowersafeOverwrite;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnShmMap(FileStruct* file, int region, int bytes, int extend, void** target)
    {
        var opened = FileOf(file);
        *target = null;
        if (opened.IsDead) return IoErrorShmMap;
        *target = opened.Disk.MemoryOf(opened).Map(opened, region, bytes, extend != 0);
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnShmLock(FileStruct* file, int first, int count, int flags)
    {
        var opened = FileOf(file);
        if (opened.IsDead) return (flags & ShmUnlock) != 0 ? Ok : IoErrorLock;
        return opened.Disk.MemoryOf(opened).Lock(opened, first, count, (flags & ShmUnlock) == 0, (flags & ShmShared) != 0) ? Ok : Busy;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void OnShmBarrier(FileStruct* file) => Interlocked.MemoryBarrier();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnShmUnmap(FileStruct* file, int delete)
    {
        var opened = FileOf(file);
        opened.Disk.Unmap(opened);
        return Ok;
    }

    struct FileStruct
    {
        public MethodsStruct* Methods;
        public nint Handle;
    }

    // sqlite3_vfs of https://www.sqlite.org/c3ref/vfs.html, version 2.
    [StructLayout(LayoutKind.Sequential)]
    struct VfsStruct
    {
        public int Version, FileBytes, PathBytesMax;
        public VfsStruct* Next;
        public byte* Name;
        public nint AppData;
        public delegate* unmanaged[Cdecl]<VfsStruct*, byte*, FileStruct*, int, int*, int> Open;
        public delegate* unmanaged[Cdecl]<VfsStruct*, byte*, int, int> Delete;
        public delegate* unmanaged[Cdecl]<VfsStruct*, byte*, int, int*, int> Access;
        public delegate* unmanaged[Cdecl]<VfsStruct*, byte*, int, byte*, int> FullPathname;
        public nint DlOpen, DlError, DlSym, DlClose;
        public delegate* unmanaged[Cdecl]<VfsStruct*, int, byte*, int> Randomness;
        public delegate* unmanaged[Cdecl]<VfsStruct*, int, int> Sleep;
        public delegate* unmanaged[Cdecl]<VfsStruct*, double*, int> CurrentTime;
        public delegate* unmanaged[Cdecl]<VfsStruct*, int, byte*, int> GetLastError;
        public delegate* unmanaged[Cdecl]<VfsStruct*, long*, int> CurrentTimeInt64;
        public nint SetSystemCall, GetSystemCall, NextSystemCall;
    }

    // sqlite3_io_methods of https://www.sqlite.org/c3ref/io_methods.html, version 2.
    [StructLayout(LayoutKind.Sequential)]
    struct MethodsStruct
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<FileStruct*, int> Close;
        public delegate* unmanaged[Cdecl]<FileStruct*, byte*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<FileStruct*, byte*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<FileStruct*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<FileStruct*, long*, int> FileSize;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> Lock;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> Unlock;
        public delegate* unmanaged[Cdecl]<FileStruct*, int*, int> CheckReservedLock;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, void*, int> FileControl;
        public delegate* unmanaged[Cdecl]<FileStruct*, int> SectorSize;
        public delegate* unmanaged[Cdecl]<FileStruct*, int> DeviceCharacteristics;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int, int, void**, int> ShmMap;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int, int, int> ShmLock;
        public delegate* unmanaged[Cdecl]<FileStruct*, void> ShmBarrier;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> ShmUnmap;
        public nint Fetch, Unfetch;
    }
}
