using System.Runtime.InteropServices;

namespace Holdfast.Sqlite.Files;

/// <summary>Makes a finished file and its name survive a loss of power.</summary>
static partial class DurableFile
{
    const int ReadOnly = 0;

    /// <summary>Writes the file's content to the disk, then gives it its name, which must be free, and writes that to the disk too.</summary>
    /// <exception cref="IOException">The name is taken, or the disk did not do its part.</exception>
    public static void Publish(string temporaryPath, string path)
    {
        using (var file = File.OpenHandle(temporaryPath, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
        File.Move(temporaryPath, path, overwrite: false);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    // The framework opens no directories. On Windows the name is written with the file.
    static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var directory = OpenDirectory(path, ReadOnly);
        if (directory < 0) throw new IOException($"The directory {path} could not be opened to be synced: error {Marshal.GetLastPInvokeError()}.");
        var failed = FSync(directory) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = CloseDirectory(directory);
        if (failed) throw new IOException($"The directory {path} could not be synced: error {error}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDirectory(int descriptor);
}
