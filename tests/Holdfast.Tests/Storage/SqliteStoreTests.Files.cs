using System.Diagnostics;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Tests.Storage;

/// <summary>Which files the store takes, and from whom.</summary>
public sealed partial class SqliteStoreTests
{
    HoldfastException RefusalOf(string path) => Assert.Throws<HoldfastException>(() => SqliteStore.Open(path, Small));

    static void Sql(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task A_second_store_on_the_file_is_refused_by_whatever_name()
    {
        File.CreateSymbolicLink(_directory["link.db"], DatabasePath);
        foreach (var name in (string[])["test.db", "link.db"])
        {
            var refusal = RefusalOf(_directory[name]);
            Assert.Equal(HoldfastError.StoreOwned, refusal.Error);
            Assert.Contains(DatabasePath, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId} ", refusal.Message, StringComparison.Ordinal);
        }
        // Being refused must not have loosened the first one's hold.
        Assert.Equal(HoldfastError.StoreOwned, RefusalOf(DatabasePath).Error);
        await Store.DisposeAsync();
        await SqliteStore.Open(DatabasePath, Small).DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_another_process_owns_is_refused_until_that_process_is_gone()
    {
        await Store.DisposeAsync();
        using var process = StartHolder(DatabasePath);
        try
        {
            Assert.Equal("open", await process.StandardOutput.ReadLineAsync());
            var refusal = RefusalOf(DatabasePath);
            Assert.Equal(HoldfastError.StoreOwned, refusal.Error);
            Assert.Contains(DatabasePath, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"process {process.Id} ", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        await ReopenAsync();
        // The holder had acquired, and created a run, before it was killed.
        Assert.Single(await Store.ListAsync(new RunQuery(), default));
        Assert.Equal(3, Epoch);
    }

    [Fact]
    public async Task An_owner_whose_lock_file_was_removed_is_fenced_all_the_same()
    {
        var run = await CreateAsync();
        File.Delete(DatabasePath + ".lock");
        // The file itself is locked, too; where a file system knows no such locks, the epoch is what is left.
        if (OperatingSystem.IsLinux()) Assert.Equal(HoldfastError.StoreOwned, RefusalOf(DatabasePath).Error);
        await using var second = SqliteStore.Open(DatabasePath, OperatingSystem.IsLinux() ? Small with { FileSystem = "unix" } : Small);
        var epoch = await second.AcquireAsync("second", default);

        Assert.Equal(Verdict.Stale, (await AppendOneAsync((Turn(run, 0) with { State = "first" }).ToTransition())).Verdict);
        var results = new WriteResult[1];
        await second.AppendAsync([(Turn(run, 0) with { Epoch = epoch, State = "second" }).ToTransition()], results);
        Assert.Equal(Verdict.Committed, results[0].Verdict);
        Assert.Equal("second", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task What_is_remembered_of_a_run_is_forgotten_when_somebody_else_writes()
    {
        var run = await CreateAsync();
        await AppendOneAsync((Turn(run, 0) with { State = "first" }).ToTransition());
        using (var shell = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            shell.Open();
            using var command = shell.CreateCommand();
            command.CommandText = "UPDATE holdfast_run SET rev = rev + 5";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        Assert.Equal(Verdict.Stale, (await AppendOneAsync((Turn(run, 1) with { State = "stale" }).ToTransition())).Verdict);
        Assert.Equal(Verdict.Committed, (await AppendOneAsync((Turn(run, 6) with { State = "second" }).ToTransition())).Verdict);
        Assert.Equal(("second", 7L), (Text((await LoadAsync(run.Id)).Run.State), (await LoadAsync(run.Id)).Revision));
    }

    static Process StartHolder(string path)
    {
        var assembly = typeof(SqliteStoreTests).Assembly.Location;
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo(host, ["exec", assembly, TestProcess.HoldStore, path])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
    }

    [Fact]
    public async Task A_store_that_only_reads_stands_beside_the_owner_and_changes_nothing()
    {
        var run = await CreateAsync();
        await AppendAsync((Turn(run, 0) with { Code = [new(new(3), Bytes("code"))] }).ToTransition());
        await using (var reading = SqliteStore.OpenReadOnly(DatabasePath))
        {
            Assert.NotNull(await reading.LoadAsync(run.Id, default));
            Assert.Equal("code", Text((await reading.LoadCodeAsync(new(3), default))!.Value));
            var later = await CreateAsync();
            Assert.NotNull(await reading.GetAsync(later.Id, default));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await reading.AcquireAsync("reader", default));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await reading.AppendAsync([Turn(later, 0).ToTransition()], new WriteResult[1]));
            // The owner goes on writing under its epoch.
            Assert.Equal(Verdict.Committed, (await AppendOneAsync(Turn(later, 0).ToTransition())).Verdict);
        }
        await Store.DisposeAsync();
        var before = File.ReadAllBytes(DatabasePath);
        await using (var alone = SqliteStore.OpenReadOnly(DatabasePath)) Assert.Equal(2, (await alone.ListAsync(new(), default)).Count);
        Assert.Equal(before, File.ReadAllBytes(DatabasePath));
        Assert.Equal(HoldfastError.StoreUnavailable, Assert.Throws<HoldfastException>(() => SqliteStore.OpenReadOnly(_directory["none.db"])).Error);
        Assert.False(File.Exists(_directory["none.db"]));
        await ReopenAsync();
    }

    [Fact]
    public async Task A_file_of_the_first_schema_is_read_as_it_is_and_brought_up_to_date_by_its_owner()
    {
        var run = await CreateAsync();
        await Store.DisposeAsync();
        Sql(DatabasePath, "DROP TABLE holdfast_code; DROP TABLE holdfast_ended; DROP TABLE holdfast_leftover; DROP INDEX holdfast_mail_dead_run; PRAGMA user_version = 1");
        await using (var reading = SqliteStore.OpenReadOnly(DatabasePath))
        {
            Assert.NotNull(await reading.LoadAsync(run.Id, default));
            Assert.Null(await reading.LoadCodeAsync(new(3), default));
        }
        await ReopenAsync();
        await AppendAsync((Turn(run, 0) with { Code = [new(new(3), Bytes("code"))] }).ToTransition());
        Assert.Equal("code", Text((await Store.LoadCodeAsync(new(3), default))!.Value));
    }

    [Fact]
    public async Task A_file_of_a_newer_schema_is_refused_untouched()
    {
        await Store.DisposeAsync();
        Sql(DatabasePath, "PRAGMA user_version = 1000");
        var refusal = RefusalOf(DatabasePath);
        Assert.Equal(HoldfastError.StoreNewer, refusal.Error);
        Assert.Contains("1000", refusal.Message, StringComparison.Ordinal);
        Sql(DatabasePath, $"PRAGMA user_version = {Schema.Newest}");
        await ReopenAsync();
    }

    [Fact]
    public void A_database_of_something_else_is_refused_untouched()
    {
        var path = _directory["theirs.db"];
        Sql(path, "CREATE TABLE customers (id); PRAGMA user_version = 1");
        var before = File.ReadAllBytes(path);

        var refusal = RefusalOf(path);
        Assert.Equal(HoldfastError.StoreForeign, refusal.Error);
        Assert.Contains("customers", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task The_log_of_a_database_of_something_else_is_left_alone()
    {
        await Store.DisposeAsync();
        var (source, path) = (_directory["source.db"], _directory["theirs.db"]);
        using (var connection = new SqliteConnection($"Data Source={source};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; CREATE TABLE customers (id)";
            command.ExecuteNonQuery();
            File.Copy(source, path);
            File.Copy(source + "-wal", path + "-wal");
        }
        var (before, log) = (File.ReadAllBytes(path), File.ReadAllBytes(path + "-wal"));

        Assert.Equal(HoldfastError.StoreForeign, RefusalOf(path).Error);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(log, File.ReadAllBytes(path + "-wal"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_untouched()
    {
        var path = _directory["notes.txt"];
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("Dear diary, ", 1000)));

        Assert.Equal(HoldfastError.StoreCorrupt, RefusalOf(path).Error);
        Assert.StartsWith("Dear diary", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_is_reported_as_such()
    {
        for (var i = 0; i < 50; i++) await AppendAsync(new CreateRun(NewRun() with { State = new byte[1500] }));
        var run = (await Store.ListAsync(new RunQuery(), default))[10].Id;
        await Store.DisposeAsync();
        using (var file = new FileStream(DatabasePath, FileMode.Open))
        {
            file.Position = 8192;
            var noise = new byte[file.Length - 8192];
            new Random(5).NextBytes(noise);
            file.Write(noise);
        }
        // Depending on what the noise hit, opening or reading notices.
        var error = await Assert.ThrowsAsync<HoldfastException>(async () =>
        {
            await ReopenAsync();
            await LoadAsync(run);
        });
        Assert.Equal(HoldfastError.StoreCorrupt, error.Error);
    }

    [Fact]
    public void A_directory_is_no_database_and_nothing_is_put_beside_it()
    {
        var path = Directory.CreateDirectory(_directory["there"]).FullName;
        var refusal = RefusalOf(path);
        Assert.Equal((HoldfastError.StoreUnusable, false), (refusal.Error, refusal.IsTransient));
        Assert.Contains($"{path} is a directory", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path + ".lock"));
    }

    [Fact]
    public async Task A_file_has_one_owner_by_whichever_name_it_is_opened()
    {
        if (!OperatingSystem.IsLinux()) return;
        var run = await CreateAsync();
        Directory.CreateDirectory(_directory["elsewhere"]);
        var other = _directory["elsewhere/other.db"];
        Assert.Equal(0, Link(DatabasePath, other));
        // In this process, and in another one; and once more, for the refusal must not take the owner's locks away.
        for (var i = 0; i < 2; i++)
        {
            var refusal = RefusalOf(other);
            Assert.Equal(HoldfastError.StoreOwned, refusal.Error);
            Assert.Contains("under another name", refusal.Message, StringComparison.Ordinal);
        }
        await AppendAsync(Mail(run.Id, "after"));
        Assert.Equal(run.Id, (await LoadAsync(run.Id)).Run.Id);
        // Its owner goes, and the next one may call it what he likes: but not beside the log of the other name.
        await Store.DisposeAsync();
        await using (var next = SqliteStore.Open(other, Small)) Assert.NotNull(await next.LoadAsync(run.Id, default));
        await ReopenAsync();
    }

    [Theory]
    [InlineData("-wal", true)]
    [InlineData("-wal", false)]
    [InlineData("-shm", true)]
    public async Task A_file_beside_it_that_may_not_be_written_is_named(string which, bool isFull)
    {
        if (!OperatingSystem.IsLinux()) return;
        await CreateAsync();
        // As a process that died has left them.
        var path = _directory["left.db"];
        foreach (var name in (string[])["", "-wal", "-shm"]) File.Copy(DatabasePath + name, path + name);
        if (!isFull) File.WriteAllBytes(path + "-wal", []);
        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        foreach (var name in (string[])["", "-wal", "-shm"]) File.SetUnixFileMode(path + name, all);
        File.SetUnixFileMode(_directory.Root, all | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(path + which, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var refusal = await AsNobodyAsync(() => RefusalOf(path));
        Assert.Equal((HoldfastError.StoreUnusable, false), (refusal.Error, refusal.IsTransient));
        Assert.StartsWith($"{path}{which} may not be written to by this process.", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", refusal.Message, StringComparison.Ordinal);
        File.SetUnixFileMode(path + which, all);
        await using var mended = SqliteStore.Open(path, Small);
        await mended.AcquireAsync("the next one", default);
    }

    /// <summary>To whoever may do everything no file is closed. Linux looks at the user of the thread that opens it.</summary>
    static Task<T> AsNobodyAsync<T>(Func<T> work) => Task.Factory.StartNew(
        () =>
        {
            var before = SetUser(65_534);
            try
            {
                return work();
            }
            finally
            {
                _ = SetUser(before);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "setfsuid")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    static extern int SetUser(int user);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "link", CharSet = System.Runtime.InteropServices.CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    static extern int Link(string from, string to);

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        var refusal = RefusalOf(_directory["missing/test.db"]);
        Assert.Equal(HoldfastError.StoreUnusable, refusal.Error);
        Assert.Contains("missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_file_that_cannot_be_opened_is_not_taken_for_another_owner()
    {
        // A link to itself fails to open for a reason that is neither a missing right nor a lock, as on a read-only file system.
        File.CreateSymbolicLink(_directory["other.db.lock"], _directory["other.db.lock"]);
        var refusal = RefusalOf(_directory["other.db"]);
        Assert.Equal(HoldfastError.StoreUnavailable, refusal.Error);
        Assert.Contains(_directory["other.db.lock"], refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("in use", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_held_by_a_shell_makes_the_append_unavailable_and_not_lost()
    {
        _options = Small with { BusyTimeout = TimeSpan.Zero };
        await ReopenAsync();
        var run = await CreateAsync();
        using (var shell = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            shell.Open();
            using var transaction = shell.BeginTransaction();
            Assert.Equal(HoldfastError.StoreUnavailable, await ErrorOfAsync(() => AppendAsync(Turn(run, 0).ToTransition())));
            Assert.Equal(0, (await LoadAsync(run.Id)).Revision);
        }
        Assert.Equal(Verdict.Committed, (await AppendOneAsync(Turn(run, 0).ToTransition())).Verdict);
    }

    [Fact]
    public async Task A_new_file_has_large_pages_and_says_whose_it_is()
    {
        await Store.DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT page_size || ' ' || application_id || ' ' || journal_mode FROM pragma_page_size, pragma_application_id, pragma_journal_mode";
        Assert.Equal($"8192 {0x486F6C64} wal", command.ExecuteScalar());
        Assert.False(File.Exists(DatabasePath + "-wal") && new FileInfo(DatabasePath + "-wal").Length > 0);
    }

    [Fact]
    public async Task A_long_value_that_became_short_takes_no_room()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var text = new string('x', 5000);
        await AppendAsync((Turn(run, 0) with { State = text, Snapshot = text }).ToTransition(), (Turn(other, 0) with { State = text, Snapshot = text }).ToTransition());
        await AppendAsync((Turn(run, 1) with { Snapshot = "short" }).ToTransition(), (Turn(other, 1) with { Outcome = Ended }).ToTransition());
        await Store.DisposeAsync();

        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        Assert.Equal(0L, Scalar(connection, "SELECT count(*) FROM holdfast_long"));
    }

    [Fact]
    public async Task Reads_go_on_beside_the_writer_and_see_whole_transitions()
    {
        var run = await CreateAsync();
        // They are read between the run and its mail: long enough for a commit to come in between.
        await AppendAsync([.. Enumerable.Range(0, 3000).Select(op => Result(run, op, "r"))]);
        var isDone = false;
        var reading = Task.Run(async () =>
        {
            var last = 0L;
            while (!Volatile.Read(ref isDone))
            {
                var stored = await LoadAsync(run.Id);
                Assert.True(stored.Revision >= last);
                last = stored.Revision;
                Assert.Equal(last == 0 ? "s0" : $"{last}", Text(stored.Run.State));
                Assert.Equal(last == 0 ? "" : $"{last}", Text(stored.Snapshot));
                Assert.Equal(last, stored.Mail.Count);
            }
        });
        for (var i = 0; i < 200; i++)
            await AppendAsync(Mail(run.Id, "m"), (Turn(run, i) with { State = $"{i + 1}", Snapshot = $"{i + 1}" }).ToTransition());
        Volatile.Write(ref isDone, true);
        await reading;
    }
}
