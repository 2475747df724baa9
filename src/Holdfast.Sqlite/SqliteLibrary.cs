using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Holdfast.Sqlite;

/// <summary>
/// Chooses the native SQLite of this process: the bundled one or the system's, whichever is newer. There must be one only:
/// two copies that open the same file take each other's file locks away.
/// </summary>
static unsafe class SqliteLibrary
{
    /// <summary>3.35.0: the first with RETURNING and with the repaired upsert that the schema relies on.</summary>
    const int OldestVersion = 3_035_000;

    const int ConfigMemoryStatus = 9, NotFound = 12;

    static readonly Lock Gate = new();
    static bool _loaded;
    static nint _handle;
    static delegate* unmanaged[Cdecl]<nint, int> _systemErrno;
    static delegate* unmanaged[Cdecl]<nint, byte*, int, void*, int> _fileControl;

    /// <summary>Where the library came from, for people.</summary>
    public static string Origin { get; private set; } = "";

    public static string Version => raw.sqlite3_libversion().utf8_to_string();

    /// <summary>The loaded library, so that a test can register a file system with the very same copy; 0 when it is not known.</summary>
    public static nint Handle => _handle;

    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreUnavailable"/>: there is no SQLite, or only one that is too old.</exception>
    public static void Load(ILogger logger)
    {
        lock (Gate)
        {
            if (_loaded) return;
            try
            {
                Choose();
            }
            catch (Exception error) when (error is DllNotFoundException or TypeInitializationException or BadImageFormatException)
            {
                throw new HoldfastException(HoldfastError.StoreUnavailable,
                    "No SQLite library was found, neither the bundled 'e_sqlite3' nor the system's. Publish the application with its 'runtimes' folder, or install SQLite.", error);
            }
            if (raw.sqlite3_libversion_number() < OldestVersion)
                throw new HoldfastException(HoldfastError.StoreUnavailable,
                    $"SQLite {Version} ({Origin}) is too old: 3.35 or later is needed. Update the system's SQLite, or let the bundled one be used.");
            _loaded = true;
            Log.LibraryLoaded(logger, Version, Origin);
        }
    }

    /// <summary>The operating system's number of the last failure on this connection, or 0 when it is not known.</summary>
    public static int SystemErrno(sqlite3 connection) => _systemErrno == null ? 0 : _systemErrno(connection.DangerousGetHandle());

    /// <summary>
    /// Asks the main file of a connection for something that has no other way. Where the application chose its SQLite by a way of its own, its functions
    /// are not known by name, and the answer is that nothing is known of it.
    /// </summary>
    public static int FileControl(sqlite3 connection, int operation, void* argument)
    {
        if (_fileControl == null) return NotFound;
        fixed (byte* name = "main\0"u8) return _fileControl(connection.DangerousGetHandle(), name, operation, argument);
    }

    static void Choose()
    {
        var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        if (IsProviderSet())
        {
            // The application used SQLite before us. Its entry points are bound one by one, so changing the library now would mix two copies.
            Origin = "already loaded by the application";
            NativeLibrary.TryLoad("e_sqlite3", provider, null, out _handle);
        }
        else
        {
            _handle = Newest(provider);
            try
            {
                NativeLibrary.SetDllImportResolver(provider, static (name, _, _) => name == "e_sqlite3" ? _handle : 0);
            }
            catch (InvalidOperationException)
            {
                Origin = "chosen by the application's own resolver";
                _handle = 0;
            }
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            // Counting every allocation costs a process-wide mutex each time, and nobody reads the count. Refused once SQLite is in use, which is fine.
            raw.sqlite3_config(ConfigMemoryStatus, 0);
        }
        if (_handle != 0 && NativeLibrary.TryGetExport(_handle, "sqlite3_system_errno", out var export))
            _systemErrno = (delegate* unmanaged[Cdecl]<nint, int>)export;
        if (_handle != 0 && NativeLibrary.TryGetExport(_handle, "sqlite3_file_control", out var control))
            _fileControl = (delegate* unmanaged[Cdecl]<nint, byte*, int, void*, int>)control;
    }

    static bool IsProviderSet()
    {
        try
        {
            raw.GetNativeLibraryName();
            return true;
        }
        catch (Exception)
        {
            // The library says "not set" by a bare Exception; there is no other way to ask.
            return false;
        }
    }

    static nint Newest(Assembly provider)
    {
        nint best = 0;
        var bestVersion = 0;
        if (NativeLibrary.TryLoad("e_sqlite3", provider, null, out var bundled) && VersionOf(bundled) is > 0 and var bundledVersion)
            (best, bestVersion, Origin) = (bundled, bundledVersion, "bundled with the application");
        foreach (var name in SystemNames())
        {
            if (!NativeLibrary.TryLoad(name, out var system)) continue;
            if (VersionOf(system) is var version && version > bestVersion)
            {
                if (best != 0) NativeLibrary.Free(best);
                (best, bestVersion, Origin) = (system, version, $"the system's {name}");
                break;
            }
            NativeLibrary.Free(system);
        }
        return best != 0 ? best : throw new DllNotFoundException("e_sqlite3");
    }

    static string[] SystemNames() =>
        OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
        : ["libsqlite3.so.0"];

    static int VersionOf(nint library) => NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export)
        ? ((delegate* unmanaged[Cdecl]<int>)export)()
        : 0;
}
