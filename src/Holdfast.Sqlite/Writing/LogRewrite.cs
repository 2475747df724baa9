using Holdfast.Sqlite.Files;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// Writes the log once more, byte for byte, and syncs it. After a sync that failed, systems take what was not written for written: they show it to
/// whoever reads, and no later sync writes it. Whatever is read of such a log is lost with the power, while what is built on it stays. Only what
/// is written anew is synced anew.
/// </summary>
static class LogRewrite
{
    /// <summary>SQLite's own file objects write less than 128 KB at a time.</summary>
    const int ChunkBytes = 1 << 16;

    /// <summary>To be done before anything of the log is moved. Nobody else writes to it meanwhile.</summary>
    /// <exception cref="SqliteFault">The log cannot be read, written or synced, or another program writes to the file.</exception>
    public static void Run(Database database)
    {
        if (database.Query("PRAGMA journal_mode", row => row.Text(0)) != "wal") return;
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            if (NativeFile.Log(database) is { } log) Rewrite(log);
        }
        finally
        {
            database.Execute("ROLLBACK");
        }
    }

    static void Rewrite(NativeFile log)
    {
        Check(log.Length(out var length));
        if (length == 0) return;
        var chunk = new byte[Math.Min(ChunkBytes, length)];
        for (long at = 0; at < length; at += chunk.Length)
        {
            var bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, length - at));
            Check(log.Read(bytes, at));
            Check(log.Write(bytes, at));
        }
        Check(log.Sync());
    }

    static void Check(int code)
    {
        if (code != 0) throw new SqliteFault(code, 0, "its log could not be written once more");
    }
}
