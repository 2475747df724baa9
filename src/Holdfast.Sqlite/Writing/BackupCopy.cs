using System.Text.RegularExpressions;
using Holdfast.Sqlite.Files;
using Holdfast.Storage;
using SQLitePCL;

namespace Holdfast.Sqlite.Writing;

/// <summary>
/// Copies the file while it is written to, with SQLite's online backup on the writer's own connection: page by page between commits, and what a
/// commit changes in pages that are copied already, SQLite copies again. So the copy is of the moment at which it is complete, the log does not
/// grow meanwhile as it would under a long read, and no commit waits for more than one step.
/// </summary>
sealed partial class BackupCopy(Writer writer, string source, SqliteStoreOptions options)
{
    /// <summary>What SQLite adds to a file's name for what belongs to it.</summary>
    static readonly string[] Beside = ["-wal", "-shm", "-journal"];

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <exception cref="HoldfastException"><see cref="HoldfastError.BackupFailed"/>: there is no copy; the message says why.</exception>
    public async Task<StoreBackup> MakeAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full)) throw Failed(full, "there is a file of this name already; a backup never replaces one", null);
        // SQLite would take it for a part of the copy.
        if (Array.Find(Beside, suffix => File.Exists(full + suffix)) is { } left)
            throw Failed(full, $"{full}{left} stands there, left of another file, and would be read as a part of the copy. Remove it, or choose another name", null);
        var id = Guid.CreateVersion7().ToString("N");
        // A name that nobody opens by mistake, and that nobody else has given to a file.
        var partial = $"{full}.{id}.partial";
        try
        {
            ClearLeft(full);
            await CopyAsync(partial, () => Task.Delay(Pause, cancellationToken), cancellationToken).ConfigureAwait(false);
            var utc = DateTimeOffset.UtcNow;
            Mark(partial, id, utc);
            DurableFile.Publish(partial, full);
            return new(full, id, utc, new FileInfo(full).Length);
        }
        catch (Exception error) when (error is SqliteFault or IOException or UnauthorizedAccessException)
        {
            throw Failed(full, error.Message, error);
        }
        finally
        {
            TryDelete(partial);
        }
    }

    /// <summary>Copies into a file of which nobody knows yet, and lets commits through between two steps.</summary>
    /// <exception cref="SqliteFault">There is no copy.</exception>
    public async Task CopyAsync(string partial, Func<Task> pause, CancellationToken cancellationToken)
    {
        using var copy = Open(partial);
        // Nobody needs this file until it is whole, so it is neither journaled nor synced on the way.
        copy.Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096");
        var backup = writer.Use(database => raw.sqlite3_backup_init(copy.Handle, "main", database.Handle, "main"));
        if (backup is null || backup.IsInvalid) throw copy.Fault();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var code = writer.Use(_ => raw.sqlite3_backup_step(backup, options.BackupStepPages));
                if (code == raw.SQLITE_DONE) break;
                // Busy: a shell holds the source for a moment.
                if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED)) throw new SqliteFault(code, 0, raw.sqlite3_errstr(code).utf8_to_string());
                await pause().ConfigureAwait(false);
            }
        }
        finally
        {
            writer.Release(() => raw.sqlite3_backup_finish(backup));
        }
    }

    /// <summary>Says in the copy that it is one.</summary>
    public void Mark(string partial, string id, DateTimeOffset utc)
    {
        using var copy = Open(partial);
        // One file, with nothing beside it that could be forgotten.
        copy.Execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF");
        BackupMark.Write(copy, id, $"{source} on {Environment.MachineName}", utc);
    }

    Database Open(string path)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, options.FileSystem);
        var database = new Database(handle);
        if (code == raw.SQLITE_OK) return database;
        using (database) throw database.Fault();
    }

    /// <summary>Removes what backups to this path have left whose processes were killed; by their names, which nobody else gives.</summary>
    static void ClearLeft(string full)
    {
        var name = Path.GetFileName(full);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(full)!))
        {
            var found = Path.GetFileName(file.AsSpan());
            if (found.StartsWith(name, StringComparison.Ordinal) && Partial().IsMatch(found[name.Length..])) File.Delete(file);
        }
    }

    [GeneratedRegex(@"^\.[0-9a-f]{32}\.partial(-wal|-shm|-journal)?\z")]
    private static partial Regex Partial();

    static void Delete(string partial)
    {
        File.Delete(partial);
        foreach (var suffix in Beside) File.Delete(partial + suffix);
    }

    static void TryDelete(string partial)
    {
        try
        {
            Delete(partial);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Its name says what it is, and the next backup removes it.
        }
    }

    static HoldfastException Failed(string path, string reason, Exception? inner) =>
        new(HoldfastError.BackupFailed, $"No backup was made to {path}: {reason}. The store itself is not touched by this.", inner);
}
