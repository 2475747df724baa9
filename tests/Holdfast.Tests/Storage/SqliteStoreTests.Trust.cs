using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Tests.Storage;

/// <summary>Files that are not what they were, or cannot be what they are to be: said as such, and never taken for a passing trouble.</summary>
public sealed partial class SqliteStoreTests
{
    [Theory]
    [InlineData("deleted")]
    [InlineData("moved")]
    [InlineData("replaced")]
    [InlineData("cut")]
    [InlineData("log deleted")]
    [InlineData("log emptied")]
    [InlineData("log cut")]
    [InlineData("log replaced")]
    [InlineData("log made anew")]
    public async Task A_file_that_is_taken_away_under_the_store_is_noticed_at_the_next_commit(string what)
    {
        var run = await CreateAsync();
        await AppendAsync((Turn(run, 0) with { State = "kept" }).ToTransition());
        byte[] other = [];
        switch (what)
        {
            case "deleted": File.Delete(DatabasePath); break;
            case "moved": File.Move(DatabasePath, _directory["elsewhere.db"]); break;
            case "cut":
                using (var file = new FileStream(DatabasePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(0);
                break;
            case "log deleted": File.Delete(DatabasePath + "-wal"); break;
            case "log emptied" or "log cut":
                using (var file = new FileStream(DatabasePath + "-wal", FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(what == "log cut" ? 4096 : 0);
                break;
            case "log replaced":
                File.Copy(DatabasePath + "-wal", _directory["other.wal"]);
                File.Move(_directory["other.wal"], DatabasePath + "-wal", overwrite: true);
                break;
            case "log made anew":
                File.Delete(DatabasePath + "-wal");
                File.WriteAllBytes(DatabasePath + "-wal", []);
                break;
            default:
                // A copy of its own, as when a backup is put back: as long, and as good.
                File.Copy(DatabasePath, _directory["other.db"]);
                other = File.ReadAllBytes(_directory["other.db"]);
                File.Move(_directory["other.db"], DatabasePath, overwrite: true);
                break;
        }
        var error = await Assert.ThrowsAsync<HoldfastException>(() => AppendAsync((Turn(run, 1) with { State = "lost" }).ToTransition()));
        Assert.Equal((HoldfastError.StoreReplaced, false), (error.Error, error.IsTransient));
        Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
        // From then on it does nothing at all, also when it is closed.
        Assert.Equal(HoldfastError.StoreReplaced, await ErrorOfAsync(() => LoadAsync(run.Id)));
        await Store.DisposeAsync();
        if (what is "replaced" or "cut") Assert.Equal(other, File.ReadAllBytes(DatabasePath));
        if (what != "moved") return;
        // Put back, with its log, it has everything that was acknowledged.
        File.Copy(_directory["elsewhere.db"], _directory["again.db"]);
        File.Copy(DatabasePath + "-wal", _directory["again.db-wal"]);
        await using var again = SqliteStore.Open(_directory["again.db"], Small);
        Assert.NotNull(await again.LoadAsync(run.Id, default));
    }

    [Fact]
    public async Task A_log_that_somebody_else_empties_in_good_order_is_not_cut()
    {
        var run = await CreateAsync();
        for (var i = 0; i < 3; i++)
        {
            await AppendAsync((Turn(run, i) with { State = new('s', 1 + (i * 1000)) }).ToTransition());
            Sql(DatabasePath, "PRAGMA wal_checkpoint(TRUNCATE)");
            Assert.Equal(0, new FileInfo(DatabasePath + "-wal").Length);
        }
        await AppendAsync((Turn(run, 3) with { State = "kept" }).ToTransition());
        await ReopenAsync();
        Assert.Equal("kept", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task Nobody_is_told_of_what_a_commit_shows_before_it_is_on_the_disk()
    {
        await CreateAsync();
        using var shown = new CommitPause(Store);
        var written = Task.Run(async () => await Store.AppendAsync([new CreateRun(NewRun("refund", "early"))], new WriteResult[1]));
        await shown.Reached;
        // The rows can be read, and their commit has not returned.
        var told = Task.Run(async () => await Store.FindAsync("refund", "early", default));
        Assert.NotSame(told, await Task.WhenAny(told, Task.Delay(TimeSpan.FromMilliseconds(200))));
        shown.GoOn();
        await written;
        Assert.NotNull(await told.WaitAsync(Runs.World.Patience));
    }

    [Fact]
    public async Task A_file_that_is_taken_away_is_not_closed_over_the_one_that_has_its_name_now()
    {
        await CreateAsync();
        File.Move(DatabasePath, _directory["elsewhere.db"]);
        File.WriteAllText(DatabasePath, "somebody else's");
        await Store.DisposeAsync();
        Assert.Equal("somebody else's", File.ReadAllText(DatabasePath));
        Assert.True(File.Exists(DatabasePath + "-wal"));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said_to_be_none_and_stays_as_it_is()
    {
        await Store.DisposeAsync();
        var path = _directory["notes.txt"];
        File.WriteAllText(path, new string('x', 5_000));
        var refusal = RefusalOf(path);
        Assert.Equal(HoldfastError.StoreCorrupt, refusal.Error);
        Assert.StartsWith($"{path} is no SQLite database, or its beginning is damaged.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5_000), File.ReadAllText(path));
    }

    [Fact]
    public void A_path_that_can_never_be_a_store_is_not_taken_for_a_passing_trouble()
    {
        Directory.CreateDirectory(_directory["folder"]);
        var paths = new List<string> { _directory["folder"], _directory["missing/test.db"] };
        // A place where nobody may make a file, whoever he is.
        if (OperatingSystem.IsLinux()) paths.Add("/sys/holdfast.db");
        // A name that the file may have, and its lock may not.
        paths.Add(_directory[new string('n', 253)]);
        foreach (var path in paths)
        {
            var refusal = RefusalOf(path);
            Assert.Equal((HoldfastError.StoreUnusable, false), (refusal.Error, refusal.IsTransient));
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        }
        Assert.Equal(HoldfastError.StoreUnusable, Assert.Throws<HoldfastException>(() => SqliteStore.OpenReadOnly(_directory["folder"])).Error);
        Assert.False(Directory.Exists(_directory["missing"]));
    }

    [Theory]
    [InlineData("DROP TABLE holdfast_mail", "holdfast_mail is missing")]
    [InlineData("DROP INDEX holdfast_run_info_key", "holdfast_run_info_key is missing")]
    [InlineData("PRAGMA user_version = 0", "no tables")]
    [InlineData("PRAGMA user_version = 1", "already exists")]
    [InlineData("PRAGMA application_id = 7", "something else's")]
    [InlineData("ALTER TABLE holdfast_run RENAME COLUMN wake TO slept", "no such column")]
    public async Task A_file_of_ours_whose_tables_are_not_what_it_says_is_damaged(string sql, string why)
    {
        await CreateAsync();
        await Store.DisposeAsync();
        Sql(DatabasePath, sql);
        var before = File.ReadAllBytes(DatabasePath);
        var refusal = RefusalOf(DatabasePath);
        Assert.Equal((HoldfastError.StoreCorrupt, false), (refusal.Error, refusal.IsTransient));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(DatabasePath));
    }

    [Fact]
    public async Task A_table_that_is_dropped_under_the_store_is_damage()
    {
        var run = await CreateAsync();
        await Store.DisposeAsync();
        await ReopenAsync();
        Sql(DatabasePath, "DROP TABLE holdfast_long");
        Assert.Equal(HoldfastError.StoreCorrupt, await ErrorOfAsync(() => LoadAsync(run.Id)));
        Assert.Equal(HoldfastError.StoreCorrupt, await ErrorOfAsync(() => AppendAsync((Turn(run, 0) with { State = new('s', 5000) }).ToTransition())));
    }

    [Fact]
    public async Task A_byte_of_the_header_that_changed_is_no_passing_trouble()
    {
        var run = await CreateAsync();
        await Store.DisposeAsync();
        var whole = File.ReadAllBytes(DatabasePath);
        for (var at = 0; at < 100; at++)
            foreach (var change in (byte[])[0x01, 0x80, 0xFF])
            {
                var path = _directory[$"header{at}-{change}.db"];
                var bytes = (byte[])whole.Clone();
                bytes[at] ^= change;
                File.WriteAllBytes(path, bytes);
                try
                {
                    await using var store = SqliteStore.Open(path, Small);
                    // Most bytes are of no consequence.
                    Assert.Equal("s0", Text((await store.LoadAsync(run.Id, default))!.Run.State));
                }
                catch (HoldfastException error)
                {
                    Assert.True(error.Error is HoldfastError.StoreCorrupt || (error.Error == HoldfastError.StoreNewer && at is >= 60 and < 64), $"byte {at} ^ {change}: {error.Error} {error.Message}");
                }
                File.Delete(path);
            }
    }

    [Fact]
    public async Task An_index_that_is_damaged_is_told_as_damage()
    {
        for (var i = 0; i < 50; i++) await AppendAsync(new CreateRun(NewRun("refund", $"key {i}")));
        await Store.DisposeAsync();
        int page;
        using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            connection.Open();
            page = (int)(long)Scalar(connection, "SELECT rootpage FROM sqlite_master WHERE name = 'holdfast_run_info_key'")!;
        }
        using (var file = new FileStream(DatabasePath, FileMode.Open))
        {
            file.Position = (page - 1) * 8192L;
            file.Write(new byte[8192]);
        }
        await ReopenAsync();
        Assert.Equal(HoldfastError.StoreCorrupt, await ErrorOfAsync(async () => await Store.FindAsync("refund", "key 7", default)));
        Assert.Equal(HoldfastError.StoreCorrupt, await ErrorOfAsync(() => AppendAsync(new CreateRun(NewRun("refund", "key 7")))));
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData(".reserve")]
    [InlineData(".owner")]
    public async Task A_file_that_was_cut_to_nothing_is_refused_and_not_begun_anew(string witness)
    {
        await CreateAsync();
        await Store.DisposeAsync();
        using (var file = new FileStream(DatabasePath, FileMode.Open)) file.SetLength(0);
        File.WriteAllText(DatabasePath + witness, "held runs");
        foreach (var refusal in (HoldfastException[])[RefusalOf(DatabasePath), Assert.Throws<HoldfastException>(() => SqliteStore.OpenReadOnly(DatabasePath))])
        {
            Assert.Equal(HoldfastError.StoreCorrupt, refusal.Error);
            Assert.Contains("test.db" + witness, refusal.Message, StringComparison.Ordinal);
        }
        Assert.Equal(0, new FileInfo(DatabasePath).Length);
        Assert.Equal("held runs", File.ReadAllText(DatabasePath + witness));
        // Without any of them it is a new one, as somebody makes it with touch.
        File.Delete(DatabasePath + witness);
        await ReopenAsync();
    }

    [Fact]
    public async Task A_file_that_is_gone_from_beside_its_log_is_not_begun_anew()
    {
        var run = await CreateAsync();
        string log = DatabasePath + "-wal", away = _directory["away.db"];
        // As a killed engine leaves them.
        File.Copy(DatabasePath, away);
        var held = await File.ReadAllBytesAsync(log);
        await Store.DisposeAsync();
        File.Delete(DatabasePath);
        await File.WriteAllBytesAsync(log, held);

        var refusal = RefusalOf(DatabasePath);
        Assert.Equal(HoldfastError.StoreReplaced, refusal.Error);
        Assert.Contains("test.db-wal", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(DatabasePath));
        Assert.Equal(held, await File.ReadAllBytesAsync(log));
        // By a link that leads there, too; one that leads to itself leads nowhere.
        File.CreateSymbolicLink(_directory["link.db"], DatabasePath);
        Assert.Equal(HoldfastError.StoreReplaced, RefusalOf(_directory["link.db"]).Error);
        File.CreateSymbolicLink(_directory["circle.db"], _directory["circle.db"]);
        Assert.NotNull(RefusalOf(_directory["circle.db"]));

        File.Move(away, DatabasePath);
        await ReopenAsync();
        Assert.NotNull(await Store.GetAsync(run.Id, default));
        // Whoever stops the engine and removes the file begins anew, whatever else it has left.
        await Store.DisposeAsync();
        File.Delete(DatabasePath);
        await ReopenAsync();
        Assert.Null(await Store.GetAsync(run.Id, default));
    }
}
