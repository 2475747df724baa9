using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Sqlite.Files;

/// <summary>
/// Ownership of the database file itself, by whichever name it was opened: a hard link, or a mount of the file alone, has a lock file of its own, and two owners would write two logs for one database. A lock
/// that belongs to its descriptor (<c>F_OFD_SETLK</c>, fcntl(2)), on a byte that no file reaches, so that it meets neither SQLite's locks nor those of files that are opened elsewhere in the
/// process. On Linux only; elsewhere, and on file systems without such locks, nothing is locked. To be disposed of after SQLite has closed the file: closing a descriptor drops SQLite's own locks.
/// </summary>
sealed unsafe partial class InodeLock : IDisposable
{
    const int SetOpenFileLock = 37, TryAgainErrno = 11, AccessErrno = 13;
    const short WriteLock = 1, Unlocked = 2;
    const long Byte = long.MaxValue - 1;

    /// <summary>Descriptors of files that somebody else owns. The owner may be in this process, and closing one would drop the locks that its SQLite has on the file.</summary>
    static readonly List<SafeFileHandle> s_ofOthers = [];

    readonly SafeFileHandle _file;

    InodeLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes it; null where there is no file, or no such lock.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreOwned"/>: another process, or another store of this one, has it.</exception>
    public static InodeLock? Take(string databasePath)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || !File.Exists(databasePath)) return null;
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(databasePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Whoever opens the database next says why.
            return null;
        }
        if (Set(file, WriteLock) >= 0) return new(file);
        var errno = Marshal.GetLastPInvokeError();
        if (errno is not (TryAgainErrno or AccessErrno))
        {
            file.Dispose();
            return null;
        }
        lock (s_ofOthers) s_ofOthers.Add(file);
        throw new HoldfastException(HoldfastError.StoreOwned,
            $"{databasePath} is in use, though its lock file is not: under another name, as a hard link or mounted in two places, or because somebody removed the lock file. A database has one owner at a time, whatever it is called: stop that one, or give this one another file.");
    }

    /// <summary>Gives it up by word, and not by closing alone: a process that is just being started has the descriptor as well, until it becomes another program.</summary>
    public void Dispose()
    {
        if (_file.IsClosed) return;
        _ = Set(_file, Unlocked);
        _file.Dispose();
    }

    static int Set(SafeFileHandle file, short type)
    {
        var wanted = new FileLock { Type = type, Start = Byte, Length = 1 };
        return Control(file, SetOpenFileLock, &wanted);
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, FileLock* argument);

    // struct flock of 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
