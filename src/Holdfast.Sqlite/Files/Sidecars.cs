namespace Holdfast.Sqlite.Files;

/// <summary>What the files beside a database say about it.</summary>
static class Sidecars
{
    /// <summary>
    /// Refuses a database that was cut to nothing: to SQLite it is a new one, and what it held would be gone without a word. A log that holds something, a
    /// reserve and the name of an owner stand only beside a database that was set up.
    /// </summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreCorrupt"/>.</exception>
    public static void CheckNotEmptied(string databasePath)
    {
        if (new FileInfo(databasePath) is not { Exists: true, Length: 0 }) return;
        if (Witness(databasePath) is not { } witness) return;
        throw new HoldfastException(HoldfastError.StoreCorrupt,
            $"{databasePath} is empty, but {witness} beside it says that it held runs: it was cut to nothing. Nothing was changed. Copy the files away, and restore the database from a backup; "
            + "to begin anew, give Holdfast another file.");
    }

    static string? Witness(string databasePath)
    {
        if (new FileInfo(databasePath + "-wal") is { Exists: true, Length: > 0 } log) return log.Name;
        if (File.Exists(databasePath + ".reserve")) return Path.GetFileName(databasePath) + ".reserve";
        return File.Exists(databasePath + ".owner") ? Path.GetFileName(databasePath) + ".owner" : null;
    }
}
