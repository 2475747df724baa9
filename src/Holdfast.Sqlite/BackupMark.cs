using System.Globalization;

namespace Holdfast.Sqlite;

/// <summary>
/// Says in a copy's own file that it is one. An engine that is started on it by mistake would do again what the original has done since; so
/// it starts only for somebody who names the copy.
/// </summary>
static class BackupMark
{
    /// <summary>Marks a copy, on a connection of its own.</summary>
    public static void Write(Database copy, string id, string source, DateTimeOffset utc)
    {
        using var put = copy.Prepare("INSERT INTO holdfast_meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2");
        copy.Execute("BEGIN IMMEDIATE");
        put.Bind(1, "backup").Bind(2, id).Run();
        put.Bind(1, "backup_of").Bind(2, source).Run();
        put.Bind(1, "backup_utc").Bind(2, utc).Run();
        copy.Execute("COMMIT");
    }

    /// <summary>Refuses a copy that nobody has named; true when it is one that somebody has.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreIsBackup"/>.</exception>
    public static bool Check(Database database, string path, string? accepted)
    {
        if (Read(database) is not { } mark) return false;
        var (id, text) = mark;
        if (id == accepted) return true;
        throw new HoldfastException(HoldfastError.StoreIsBackup,
            $"{path} is {text}. Started from it, runs go on from that moment: what they did since, they do again. "
            + $"Make sure that the original does not run any more, then open this file with SqliteStoreOptions.AcceptBackup = \"{id}\".");
    }

    /// <summary>The copy's id, and what it is, for people; null for a file that is none.</summary>
    public static (string Id, string Text)? Read(Database database)
    {
        // A new file has no tables yet.
        if (Schema.VersionOf(database) == 0 || Text(database, "backup") is not { } id) return null;
        return (id, $"backup {id} of {Text(database, "backup_of")}, taken {Taken(database)}");
    }

    /// <summary>Turns an accepted copy into a store like any other, and returns what it was, for people.</summary>
    public static string Remove(Database database)
    {
        var was = Read(database)!.Value.Text;
        using var put = database.Prepare("INSERT INTO holdfast_meta VALUES ('restored_from', ?1) ON CONFLICT DO UPDATE SET value = ?1");
        database.Execute("BEGIN IMMEDIATE");
        put.Bind(1, was).Run();
        database.Execute("DELETE FROM holdfast_meta WHERE name IN ('backup', 'backup_of', 'backup_utc')");
        database.Execute("COMMIT");
        return was;
    }

    static string? Text(Database database, string name) => database.Query($"SELECT value FROM holdfast_meta WHERE name = '{name}'", row => row.TextOrNull(0));

    static string Taken(Database database) =>
        database.Query("SELECT value FROM holdfast_meta WHERE name = 'backup_utc'", row => row.Utc(0)).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
