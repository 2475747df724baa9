using System.Diagnostics;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Faults;
using Microsoft.Data.Sqlite;

namespace Holdfast.Tests.Storage;

/// <summary>Copies that are made while the store is written to, and what is needed to start from one.</summary>
public sealed partial class SqliteStoreTests
{
    /// <summary>So many that a copy takes many steps.</summary>
    async Task FillAsync(int runs = 150)
    {
        for (var i = 0; i < runs; i++)
        {
            var run = await CreateAsync("filler", $"{i}");
            await AppendOneAsync((Turn(run, 0) with { Snapshot = new('f', 9000) }).ToTransition());
        }
    }

    string[] Partials() => Directory.GetFiles(_directory.Root, "copy.db.*partial");

    [Fact]
    public async Task A_backup_holds_what_was_acknowledged_and_is_one_file()
    {
        var run = await CreateAsync("refund", "k");
        await AppendAsync(Mail(run.Id, "hello"), (Turn(run, 0) with { State = "kept", Snapshot = new('f', 9000), Journal = "j" }).ToTransition());
        var backup = await Store.BackupAsync(_directory["copy.db"], default);
        await AppendOneAsync((Turn(run, 1) with { State = "later" }).ToTransition());

        Assert.Equal((_directory["copy.db"], new FileInfo(_directory["copy.db"]).Length), (backup.Path, backup.Bytes));
        Assert.Equal(["copy.db"], Directory.GetFiles(_directory.Root, "copy*").Select(Path.GetFileName));
        await using var copy = SqliteStore.Open(backup.Path, Small with { AcceptBackup = backup.Id });
        var stored = (await copy.LoadAsync(run.Id, default))!;
        Assert.Equal(("kept", 9000), (Text(stored.Run.State), stored.Snapshot.Length));
        Assert.Single(stored.Mail);
        Assert.Single(await copy.ReadJournalAsync(run.Id, 0, 10, default));
        Assert.Equal(run.Id, await copy.FindAsync("refund", "k", default));
        // Its own epochs go on from those of the original.
        Assert.True(await copy.AcquireAsync("copy", default) > Epoch);
    }

    [Fact]
    public async Task Commits_go_on_during_a_backup_and_it_holds_whole_ones_only()
    {
        _options = Small with { BackupStepPages = 4 };
        await ReopenAsync();
        await FillAsync();
        var backup = Store.BackupAsync(_directory["copy.db"], default).AsTask();
        var pairs = 0;
        while (!backup.IsCompleted)
        {
            // Two runs in one commit, far apart in the file from what was there before, and one of the old ones changed with them.
            var old = (await Store.FindAsync("filler", $"{pairs % 150}", default))!.Value;
            var results = await AppendAsync(new CreateRun(NewRun("left", $"{pairs}")), Mail(old, $"pair {pairs}"), new CreateRun(NewRun("right", $"{pairs}")));
            Assert.All(results, result => Assert.Equal(Verdict.Committed, result.Verdict));
            pairs++;
        }
        Assert.True(pairs > 10, $"only {pairs} commits went through");
        var made = await backup;

        await using var copy = SqliteStore.Open(made.Path, Small with { AcceptBackup = made.Id });
        Assert.Equal(150, (await copy.ListAsync(new() { Workflow = "filler", Limit = 1000 }, default)).Count);
        for (var i = 0; i < pairs; i++)
        {
            var left = await copy.FindAsync("left", $"{i}", default);
            Assert.Equal(left is null, await copy.FindAsync("right", $"{i}", default) is null);
            var old = (await copy.FindAsync("filler", $"{i % 150}", default))!.Value;
            Assert.Equal(left is not null, (await copy.LoadAsync(old, default))!.Mail.Any(mail => mail.Name == $"pair {i}"));
        }
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_replaced()
    {
        foreach (var name in (string[])["taken.db", "test.db"])
        {
            if (name == "taken.db") File.WriteAllText(_directory[name], "mine");
            var before = new FileInfo(_directory[name]).Length;
            var error = await Assert.ThrowsAsync<HoldfastException>(async () => await Store.BackupAsync(_directory[name], default));
            Assert.Equal(HoldfastError.BackupFailed, error.Error);
            Assert.Equal(before, new FileInfo(_directory[name]).Length);
        }
        Assert.Equal(HoldfastError.BackupFailed, await ErrorOfAsync(async () => await Store.BackupAsync(_directory["no such folder/copy.db"], default)));
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("-journal")]
    public async Task No_backup_is_made_beside_what_another_file_has_left(string suffix)
    {
        await CreateAsync();
        var left = _directory["copy.db" + suffix];
        File.WriteAllText(left, "left");
        var error = await Assert.ThrowsAsync<HoldfastException>(async () => await Store.BackupAsync(_directory["copy.db"], default));
        Assert.Equal(HoldfastError.BackupFailed, error.Error);
        Assert.Contains(left, error.Message, StringComparison.Ordinal);
        Assert.Equal(["copy.db" + suffix], Directory.GetFiles(_directory.Root, "copy*").Select(Path.GetFileName));
        Assert.Equal("left", File.ReadAllText(left));
    }

    [Theory]
    [InlineData("copy.db.partial")]
    [InlineData("copy.db.partial-wal")]
    [InlineData("copy.db.mine.partial")]
    [InlineData("other.db.019a1c5e7f0b7cc2a1b3d5f708192a3b.partial")]
    public async Task A_file_that_no_backup_to_this_path_has_made_stays(string name)
    {
        File.WriteAllText(_directory[name], "mine");
        await Store.BackupAsync(_directory["copy.db"], default);
        Assert.Equal("mine", File.ReadAllText(_directory[name]));
    }

    [Fact]
    public async Task A_backup_that_fails_half_way_leaves_nothing_and_the_store_goes_on()
    {
        await FillAsync(40);
        var disk = await ReopenOnFaultyDiskAsync(Small);
        var writes = 0;
        disk.Hook = (in VfsCall call) =>
            call.Operation == VfsOperation.Write && call.Path.EndsWith(".partial", StringComparison.Ordinal) && ++writes > 3 ? VfsAnswer.Fail(VfsAnswer.Full) : VfsAnswer.Pass;
        Assert.Equal(HoldfastError.BackupFailed, await ErrorOfAsync(async () => await Store.BackupAsync(_directory["copy.db"], default)));
        Assert.True(writes > 3);
        Assert.Empty(Directory.GetFiles(_directory.Root, "copy*"));

        var run = await CreateAsync();
        Assert.Equal(Verdict.Committed, (await AppendOneAsync(Turn(run, 0).ToTransition())).Verdict);
        disk.Hook = null;
        Assert.True(File.Exists((await Store.BackupAsync(_directory["copy.db"], default)).Path));
    }

    [Fact]
    public async Task A_backup_that_is_given_up_or_outlived_by_its_store_leaves_nothing()
    {
        _options = Small with { BackupStepPages = 1 };
        await ReopenAsync();
        await FillAsync(40);
        using var cancel = new CancellationTokenSource();
        var given = Store.BackupAsync(_directory["copy.db"], cancel.Token).AsTask();
        while (Partials().Length == 0) await Task.Yield();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        var cut = Store.BackupAsync(_directory["copy.db"], default).AsTask();
        while (Partials().Length == 0) await Task.Yield();
        await Store.DisposeAsync();
        Assert.Equal(HoldfastError.BackupFailed, await ErrorOfAsync(() => cut));
        Assert.Empty(Directory.GetFiles(_directory.Root, "copy*"));
        await ReopenAsync();
    }

    [Fact]
    public async Task A_killed_backup_leaves_nothing_that_looks_complete_and_the_next_one_clears_it_away()
    {
        await FillAsync(40);
        await Store.DisposeAsync();
        using var process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", typeof(SqliteStoreTests).Assembly.Location, TestProcess.HangInBackup, DatabasePath, _directory["copy.db"]])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        try
        {
            Assert.Equal("copying", await process.StandardOutput.ReadLineAsync());
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        Assert.False(File.Exists(_directory["copy.db"]));
        Assert.Single(Partials());
        await ReopenAsync();
        var backup = await Store.BackupAsync(_directory["copy.db"], default);
        Assert.Equal(["copy.db"], Directory.GetFiles(_directory.Root, "copy*").Select(Path.GetFileName));
        await using var copy = SqliteStore.Open(backup.Path, Small with { AcceptBackup = backup.Id });
        Assert.Equal(40, (await copy.ListAsync(new(), default)).Count);
    }

    [Fact]
    public async Task A_copy_is_opened_only_for_somebody_who_names_it_and_once_accepted_is_a_store_like_any_other()
    {
        await CreateAsync();
        var (first, second) = (await Store.BackupAsync(_directory["a.db"], default), await Store.BackupAsync(_directory["b.db"], default));
        var before = File.ReadAllBytes(first.Path);
        foreach (var options in (SqliteStoreOptions[])[Small, Small with { AcceptBackup = second.Id }])
        {
            var refusal = Assert.Throws<HoldfastException>(() => SqliteStore.Open(first.Path, options));
            Assert.Equal(HoldfastError.StoreIsBackup, refusal.Error);
            Assert.Contains(first.Id, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(DatabasePath, refusal.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, File.ReadAllBytes(first.Path));

        await SqliteStore.Open(first.Path, Small with { AcceptBackup = first.Id }).DisposeAsync();
        await using var plain = SqliteStore.Open(first.Path, Small);
        Assert.Single(await plain.ListAsync(new(), default));
        // A backup of what was a backup is one again.
        var third = await plain.BackupAsync(_directory["c.db"], default);
        Assert.Equal(HoldfastError.StoreIsBackup, Assert.Throws<HoldfastException>(() => SqliteStore.Open(third.Path, Small)).Error);
        // The original was not marked by any of this.
        await ReopenAsync();
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public async Task A_copy_beside_the_log_of_another_file_is_refused_whoever_names_it_until_that_is_removed(string log)
    {
        await CreateAsync("kept", "k");
        var backup = await Store.BackupAsync(_directory["copy %20#.db"], default);
        await CreateAsync("later", "k");
        // As a kill leaves it: what was committed stands in the log.
        var stray = backup.Path + log;
        File.Copy(DatabasePath + "-wal", stray);
        var (before, logBefore) = (File.ReadAllBytes(backup.Path), File.ReadAllBytes(stray));
        foreach (var open in (Func<SqliteStore>[])[() => SqliteStore.Open(backup.Path, Small), () => SqliteStore.Open(backup.Path, Small with { AcceptBackup = backup.Id }), () => SqliteStore.OpenReadOnly(backup.Path)])
        {
            var refusal = Assert.Throws<HoldfastException>(() => _ = open());
            Assert.Equal(HoldfastError.StoreIsBackup, refusal.Error);
            Assert.All((string[])[backup.Id, stray, "AcceptBackup"], part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        }
        Assert.Equal(before, File.ReadAllBytes(backup.Path));
        Assert.Equal(logBefore, File.ReadAllBytes(stray));

        File.Delete(stray);
        await using var copy = SqliteStore.Open(backup.Path, Small with { AcceptBackup = backup.Id });
        Assert.NotNull(await copy.FindAsync("kept", "k", default));
        Assert.Null(await copy.FindAsync("later", "k", default));
    }

    [Fact]
    public async Task A_copy_by_other_means_beside_the_log_of_another_file_is_refused_too()
    {
        await CreateAsync();
        using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            connection.Open();
            Scalar(connection, $"VACUUM INTO '{_directory["copy.db"]}'");
        }
        var stray = _directory["copy.db-wal"];
        File.Copy(DatabasePath + "-wal", stray);
        var refusal = RefusalOf(_directory["copy.db"]);
        Assert.Equal(HoldfastError.StoreIsBackup, refusal.Error);
        Assert.Contains(stray, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AcceptBackup", refusal.Message, StringComparison.Ordinal);
        File.Delete(stray);
        await SqliteStore.Open(_directory["copy.db"], Small).DisposeAsync();
    }

    [Fact]
    public async Task An_accepted_copy_that_was_killed_goes_on_with_its_own_log()
    {
        await CreateAsync();
        var backup = await Store.BackupAsync(_directory["copy.db"], default);
        await using (var copy = SqliteStore.Open(backup.Path, Small with { AcceptBackup = backup.Id }))
        {
            File.Copy(backup.Path, _directory["killed.db"]);
            File.Copy(backup.Path + "-wal", _directory["killed.db-wal"]);
        }
        Assert.True(new FileInfo(_directory["killed.db-wal"]).Length > 0);
        await using var killed = SqliteStore.Open(_directory["killed.db"], Small);
        Assert.Single(await killed.ListAsync(new(), default));
    }
}
