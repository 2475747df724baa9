using System.Runtime.InteropServices;

namespace Holdfast.Sqlite.Files;

/// <summary>What the files beside a database say about it.</summary>
static partial class Sidecars
{
    const int CurrentDirectory = -100, WriteAccess = 2, AsEffectiveUser = 0x200;
    const int NotPermittedErrno = 1, AccessErrno = 13, ReadOnlyErrno = 30;

    /// <summary>
    /// Refuses a database that was cut to nothing: to SQLite it is a new one, and what it held would be gone without a word. A log that holds something, a
    /// reserve and the name of an owner stand only beside a database that was set up.
    /// </summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreCorrupt"/>; <see cref="HoldfastError.StoreReplaced"/>: the database is not there, and its log is.</exception>
    public static void CheckNotEmptied(string databasePath)
    {
        // The reserve and the name of an owner stay behind also where somebody threw the database away on purpose. A log does so only after a death, and SQLite would throw it away.
        if (!File.Exists(databasePath) && Log(databasePath) is { } left)
            throw new HoldfastException(HoldfastError.StoreReplaced,
                $"There is no file {databasePath}, but {left} beside it holds what was committed to it last: the file was moved or deleted. Nothing was changed. Put it back beside {left}, and start again; "
                + $"where it is gone for good, move {left} and {Path.GetFileName(databasePath)}-shm away, and restore a backup or begin anew.");
        if (new FileInfo(databasePath) is not { Exists: true, Length: 0 }) return;
        if (Witness(databasePath) is not { } witness) return;
        throw new HoldfastException(HoldfastError.StoreCorrupt,
            $"{databasePath} is empty, but {witness} beside it says that it held runs: it was cut to nothing. Nothing was changed. Copy the files away, and restore the database from a backup; "
            + "to begin anew, give Holdfast another file.");
    }

    /// <summary>
    /// Refuses a database whose log, or the index of it, this process may not write. SQLite opens such files to read them, and says of the database at the first write that it may not be written. Only asked, and
    /// not tried: closing a descriptor of the index would drop the locks of a reader in this process.
    /// </summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreUnusable"/>.</exception>
    public static void CheckWritable(string databasePath)
    {
        foreach (var path in (string[])[databasePath + "-wal", databasePath + "-shm"])
            if (File.Exists(path) && !MayWrite(path))
                throw new HoldfastException(HoldfastError.StoreUnusable,
                    $"{path} may not be written to by this process. It belongs to the database beside it: give the process the right to write to it, or start as the user whose file it is. Do not delete it: what was committed last may be in it alone.");
    }

    static bool MayWrite(string path) => OperatingSystem.IsLinux()
        ? Access(CurrentDirectory, path, WriteAccess, AsEffectiveUser) == 0 || Marshal.GetLastPInvokeError() is not (NotPermittedErrno or AccessErrno or ReadOnlyErrno)
        : !OperatingSystem.IsWindows() || !new FileInfo(path).IsReadOnly;

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(int directory, string path, int mode, int flags);

    static string? Log(string databasePath) => new FileInfo(databasePath + "-wal") is { Exists: true, Length: > 0 } log ? log.Name : null;

    static string? Witness(string databasePath)
    {
        if (Log(databasePath) is { } log) return log;
        if (File.Exists(databasePath + ".reserve")) return Path.GetFileName(databasePath) + ".reserve";
        return File.Exists(databasePath + ".owner") ? Path.GetFileName(databasePath) + ".owner" : null;
    }
}
