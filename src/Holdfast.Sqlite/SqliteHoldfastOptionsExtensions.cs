using Holdfast.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast;

/// <summary>Keeps runs in an SQLite file.</summary>
public static class SqliteHoldfastOptionsExtensions
{
    /// <summary>Keeps runs in an SQLite file, made when it is not there. One process at a time owns it.</summary>
    /// <param name="options">The engine's options.</param>
    /// <param name="path">The file. Beside it stand <c>-wal</c>, <c>-shm</c>, <c>.lock</c>, <c>.owner</c>, <c>.reserve</c> and <c>.running</c> files of the same name.</param>
    /// <param name="store">How the file is used; null for the defaults.</param>
    /// <remarks>Errors show when the host starts: the file is owned by another process, newer than this version, or not Holdfast's.</remarks>
    public static HoldfastOptions UseSqlite(this HoldfastOptions options, string path, SqliteStoreOptions? store = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return options.UseStore(provider => SqliteStore.Open(path, store, provider.GetService<ILoggerFactory>()?.CreateLogger("Holdfast.Sqlite")));
    }
}
