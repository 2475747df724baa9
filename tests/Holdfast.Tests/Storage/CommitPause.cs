using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Holdfast.Sqlite;
using Holdfast.Sqlite.Writing;
using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Stops a store in its next commit, where others can read its rows already, and the commit has not returned.</summary>
sealed unsafe class CommitPause : IDisposable
{
    static CommitPause? s_current;

    readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ManualResetEventSlim _goesOn = new();
    readonly Writer _writer;

    public CommitPause(IStore store)
    {
        _writer = (Writer)typeof(SqliteStore).GetField("_writer", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(store)!;
        s_current = this;
        Hook(&Pause);
    }

    /// <summary>Completes when the store has stopped.</summary>
    public Task Reached => _reached.Task;

    public void GoOn() => _goesOn.Set();

    public void Dispose()
    {
        GoOn();
        Hook(null);
        s_current = null;
    }

    void Hook(delegate* unmanaged[Cdecl]<void*, nint, byte*, int, int> pause)
    {
        var address = (nint)pause;
        _writer.Use(database => Set(database.Handle.DangerousGetHandle(), address));
    }

    static bool Set(nint connection, nint pause)
    {
        ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint>)NativeLibrary.GetExport(SqliteLibrary.Handle, "sqlite3_wal_hook"))(connection, pause, 0);
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int Pause(void* state, nint connection, byte* name, int pages)
    {
        s_current!._reached.TrySetResult();
        s_current._goesOn.Wait();
        return 0;
    }
}
