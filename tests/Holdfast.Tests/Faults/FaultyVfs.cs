using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Tests.Faults;

enum VfsOperation { Open, Write, Truncate, Sync, Delete }

/// <summary>One call that SQLite makes on a file. Lives for the call only, because the data is SQLite's own.</summary>
readonly ref struct VfsCall(VfsOperation operation, string path, long offset, ReadOnlySpan<byte> data)
{
    public VfsOperation Operation { get; } = operation;

    public string Path { get; } = path;

    /// <summary>Where a write begins, or to what size the file is truncated.</summary>
    public long Offset { get; } = offset;

    public ReadOnlySpan<byte> Data { get; } = data;

    public bool IsLog => Path.EndsWith("-wal", StringComparison.Ordinal);
}

/// <summary>What becomes of a call: an SQLite result code, and how much of the work is done first.</summary>
readonly record struct VfsAnswer(int Code, bool IsDone = false, int WrittenBytes = 0)
{
    public const int Full = 13, IoErrorWrite = 10 | (3 << 8), IoErrorFsync = 10 | (4 << 8);

    /// <summary>The call goes through.</summary>
    public static VfsAnswer Pass => new(0, IsDone: true);

    /// <summary>Nothing is done, and the call fails.</summary>
    public static VfsAnswer Fail(int code) => new(code);

    /// <summary>Everything is done, and the call fails all the same.</summary>
    public static VfsAnswer DoAndFail(int code) => new(code, IsDone: true);

    /// <summary>A write that ends early, and fails.</summary>
    public static VfsAnswer Tear(int writtenBytes, int code) => new(code, IsDone: false, writtenBytes);
}

delegate VfsAnswer VfsHook(in VfsCall call);

/// <summary>
/// SQLite's own file system with a hook before each call that changes a file. The real file objects are used as they are;
/// only the entries of their method tables that matter here are replaced.
/// </summary>
sealed unsafe class FaultyVfs : IDisposable
{
    static readonly ConcurrentDictionary<nint, FaultyVfs> Instances = new();
    static readonly ConcurrentDictionary<nint, nint> Tables = new();
    static readonly delegate* unmanaged[Cdecl]<byte*, VfsStruct*> Find;
    static readonly delegate* unmanaged[Cdecl]<VfsStruct*, int, int> Register;
    static readonly delegate* unmanaged[Cdecl]<VfsStruct*, int> Unregister;
    static readonly VfsStruct* Default;
    static int _count;

    readonly VfsStruct* _vfs;

    static FaultyVfs()
    {
        SqliteLibrary.Load(NullLogger.Instance);
        Find = (delegate* unmanaged[Cdecl]<byte*, VfsStruct*>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_find");
        Register = (delegate* unmanaged[Cdecl]<VfsStruct*, int, int>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_register");
        Unregister = (delegate* unmanaged[Cdecl]<VfsStruct*, int>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_vfs_unregister");
        Default = Find(null);
    }

    public FaultyVfs()
    {
        Name = $"holdfast-faulty-{Interlocked.Increment(ref _count)}";
        _vfs = (VfsStruct*)NativeMemory.Alloc((nuint)sizeof(VfsStruct));
        *_vfs = *Default;
        _vfs->Next = null;
        _vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
        _vfs->FileBytes = Default->FileBytes + sizeof(FileTail);
        _vfs->Open = &OnOpen;
        _vfs->Delete = &OnDelete;
        Instances[(nint)_vfs] = this;
        Assert.Equal(0, Register(_vfs, 0));
    }

    public string Name { get; }

    /// <summary>Asked before each call; may be replaced at any time. Null lets everything through.</summary>
    public VfsHook? Hook { get; set; }

    // The memory stays: an abandoned connection goes on pointing to it.
    public void Dispose()
    {
        Hook = null;
        Unregister(_vfs);
    }

    VfsAnswer Ask(VfsOperation operation, string path, long offset, ReadOnlySpan<byte> data) =>
        Hook is { } hook ? hook(new VfsCall(operation, path, offset, data)) : VfsAnswer.Pass;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnOpen(VfsStruct* vfs, byte* name, FileStruct* file, int flags, int* outFlags)
    {
        file->Methods = null;
        var owner = Instances[(nint)vfs];
        var path = Marshal.PtrToStringUTF8((nint)name) ?? "";
        var answer = owner.Ask(VfsOperation.Open, path, 0, default);
        if (!answer.IsDone) return answer.Code;
        var code = Default->Open(vfs, name, file, flags, outFlags);
        if (code != 0 || file->Methods == null) return code;
        var tail = Tail(file);
        tail->Methods = file->Methods;
        tail->Handle = (nint)GCHandle.Alloc(new OpenFile(owner, path));
        file->Methods = (MethodsStruct*)Tables.GetOrAdd((nint)file->Methods, static original => Replace((MethodsStruct*)original));
        return answer.Code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnDelete(VfsStruct* vfs, byte* name, int syncDirectory)
    {
        var answer = Instances[(nint)vfs].Ask(VfsOperation.Delete, Marshal.PtrToStringUTF8((nint)name) ?? "", 0, default);
        var code = answer.IsDone ? Default->Delete(vfs, name, syncDirectory) : 0;
        return answer.Code != 0 ? answer.Code : code;
    }

    static nint Replace(MethodsStruct* original)
    {
        var table = (MethodsStruct*)NativeMemory.Alloc((nuint)sizeof(MethodsStruct));
        *table = *original;
        table->Close = &OnClose;
        table->Write = &OnWrite;
        table->Truncate = &OnTruncate;
        table->Sync = &OnSync;
        // Version 1 has no shared memory and 3 adds mapped reads: mapping would go around the hook.
        table->Version = Math.Min(original->Version, 2);
        return (nint)table;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnClose(FileStruct* file)
    {
        var tail = Tail(file);
        GCHandle.FromIntPtr(tail->Handle).Free();
        return tail->Methods->Close(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnWrite(FileStruct* file, byte* data, int bytes, long offset)
    {
        var tail = Tail(file);
        var open = Opened(file);
        var answer = open.Vfs.Ask(VfsOperation.Write, open.Path, offset, new(data, bytes));
        var written = answer.IsDone ? bytes : Math.Min(bytes, answer.WrittenBytes);
        var code = written > 0 ? tail->Methods->Write(file, data, written, offset) : 0;
        return answer.Code != 0 ? answer.Code : code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnTruncate(FileStruct* file, long size)
    {
        var tail = Tail(file);
        var open = Opened(file);
        var answer = open.Vfs.Ask(VfsOperation.Truncate, open.Path, size, default);
        var code = answer.IsDone ? tail->Methods->Truncate(file, size) : 0;
        return answer.Code != 0 ? answer.Code : code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int OnSync(FileStruct* file, int flags)
    {
        var tail = Tail(file);
        var open = Opened(file);
        var answer = open.Vfs.Ask(VfsOperation.Sync, open.Path, 0, default);
        var code = answer.IsDone ? tail->Methods->Sync(file, flags) : 0;
        return answer.Code != 0 ? answer.Code : code;
    }

    static FileTail* Tail(FileStruct* file) => (FileTail*)((byte*)file + Default->FileBytes);

    static OpenFile Opened(FileStruct* file) => (OpenFile)GCHandle.FromIntPtr(Tail(file)->Handle).Target!;

    sealed record OpenFile(FaultyVfs Vfs, string Path);

    /// <summary>What stands behind SQLite's own file object: its method table, and our object.</summary>
    struct FileTail
    {
        public MethodsStruct* Methods;
        public nint Handle;
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
        public delegate* unmanaged[Cdecl]<VfsStruct*, byte*, int, int> Delete;
        public nint Access, FullPathname, DlOpen, DlError, DlSym, DlClose, Randomness, Sleep, CurrentTime, GetLastError;
        public nint CurrentTimeInt64, SetSystemCall, GetSystemCall, NextSystemCall;
    }

    // sqlite3_io_methods of https://www.sqlite.org/c3ref/io_methods.html, version 3.
    [StructLayout(LayoutKind.Sequential)]
    struct MethodsStruct
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<FileStruct*, int> Close;
        public nint Read;
        public delegate* unmanaged[Cdecl]<FileStruct*, byte*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<FileStruct*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<FileStruct*, int, int> Sync;
        public nint FileSize, Lock, Unlock, CheckReservedLock, FileControl, SectorSize, DeviceCharacteristics;
        public nint ShmMap, ShmLock, ShmBarrier, ShmUnmap, Fetch, Unfetch;
    }
}
