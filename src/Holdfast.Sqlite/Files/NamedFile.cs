using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Sqlite.Files;

/// <summary>
/// Tells whether a path still names the file that it named at first. The file is held open for that, which keeps nobody from anything. Not for a database: closing one
/// of several handles of it would take SQLite's locks away.
/// </summary>
sealed class NamedFile : IDisposable
{
    readonly string _path;
    readonly SafeFileHandle _handle;
    readonly string? _link;

    NamedFile(string path, SafeFileHandle handle)
    {
        (_path, _handle) = (path, handle);
        _link = Link();
    }

    /// <summary>Whether the file was deleted, moved or replaced. Where the system does not say of an open file by which name it goes, only whether there is none of that name.</summary>
    public bool IsGone => !File.Exists(_path) || Link() != _link;

    /// <summary>Takes note of the file; null when there is none.</summary>
    public static NamedFile? Of(string path)
    {
        try
        {
            return new(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Linux follows an open file through each change of its name, and says so when it has none any more.</summary>
    string? Link() => OperatingSystem.IsLinux() && !_handle.IsClosed
        ? new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_handle.DangerousGetHandle()}")).LinkTarget
        : null;
}
