using System.Security.Cryptography;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Faults;

namespace Holdfast.Tests.Storage;

/// <summary>What the store answers when the disk does not do its part.</summary>
public sealed partial class SqliteStoreTests
{
    static readonly RunOutcome Ended = new(RunStatus.Completed, default, default);

    static async Task<HoldfastError> ErrorOfAsync(Func<Task> work) => (await Assert.ThrowsAnyAsync<HoldfastException>(work)).Error;

    async Task<FaultyVfs> ReopenOnFaultyDiskAsync(SqliteStoreOptions options)
    {
        var disk = new FaultyVfs();
        _disks.Add(disk);
        _options = options with { FileSystem = disk.Name };
        await ReopenAsync();
        return disk;
    }

    /// <summary>What a process finds that starts after this one was killed now: the files as the kernel has them, without the shared memory.</summary>
    async Task<StoredRun?> LoadAfterKillAsync(RunId run)
    {
        using var directory = new TemporaryDirectory();
        File.Copy(DatabasePath, directory["copy.db"]);
        if (File.Exists(DatabasePath + "-wal")) File.Copy(DatabasePath + "-wal", directory["copy.db-wal"]);
        await using var store = SqliteStore.Open(directory["copy.db"], Small);
        return await store.LoadAsync(run, default);
    }

    [Fact]
    public async Task A_full_disk_keeps_nothing_of_the_batch_and_takes_it_again_later()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var disk = await ReopenOnFaultyDiskAsync(Small);
        var writes = 0;
        // The second page of the commit finds no room.
        disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Write && ++writes > 3 ? VfsAnswer.Fail(VfsAnswer.Full) : VfsAnswer.Pass;
        StoreWrite[] batch = [(Turn(run, 0) with { State = "later" }).ToTransition(), Mail(other.Id, "later"), new CreateRun(NewRun("new", "k"))];
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(batch)));
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(batch)));
        Assert.Equal("s0", Text((await LoadAsync(run.Id)).Run.State));
        Assert.Equal("s0", Text((await LoadAfterKillAsync(run.Id))!.Run.State));

        disk.Hook = null;
        Assert.All(await AppendAsync(batch), result => Assert.Equal(Verdict.Committed, result.Verdict));
        await ReopenAsync();
        Assert.Equal("later", Text((await LoadAsync(run.Id)).Run.State));
        Assert.Single((await LoadAsync(other.Id)).Mail);
        Assert.NotNull(await Store.FindAsync("new", "k", default));
    }

    /// <summary>The last is the write that makes room for the index of the log, in shared memory. In a commit it comes after the log was written, and the commit may count.</summary>
    [Theory]
    [InlineData(13, 0, true)]
    [InlineData(10 | (3 << 8), 28, true)]
    [InlineData(10 | (19 << 8), 28, false)]
    public void Whatever_finds_no_room_is_a_full_disk(int code, int systemErrno, bool isUndone)
    {
        var fault = new SqliteFault(code, systemErrno, "disk I/O error");
        Assert.Equal(HoldfastError.StoreFull, fault.ToException("runs.db").Error);
        Assert.Equal(isUndone, fault.IsFullBeforeCommit);
    }

    [Fact]
    public async Task The_reserve_lets_runs_end_on_a_full_disk_and_comes_back_with_the_room()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var disk = await ReopenOnFaultyDiskAsync(new() { ReserveBytes = 100_000 });
        var reserve = DatabasePath + ".reserve";
        Assert.Equal(100_000, new FileInfo(reserve).Length);
        // The disk has room for exactly the reserve: a write goes through only once that is gone.
        disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Write && File.Exists(reserve) ? VfsAnswer.Fail(VfsAnswer.Full) : VfsAnswer.Pass;
        StoreWrite[] batch = [(Turn(run, 0) with { State = "later" }).ToTransition()];
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(batch)));
        Assert.False(File.Exists(reserve));

        // A directory in its place stands for a disk that has no room for it.
        Directory.CreateDirectory(reserve);
        disk.Hook = null;
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(batch)));
        var ending = await AppendAsync(new PostMail(other.Id, new(MailKind.Cancel, "", default, null, Start)), (Turn(other, 0) with { Outcome = Ended }).ToTransition());
        Assert.All(ending, result => Assert.Equal(Verdict.Committed, result.Verdict));
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(batch)));

        Directory.Delete(reserve);
        Assert.Equal(Verdict.Committed, (await AppendAsync(batch))[0].Verdict);
        Assert.Equal(100_000, new FileInfo(reserve).Length);
    }

    [Fact]
    public async Task Runs_end_and_go_on_a_disk_that_their_own_data_has_filled()
    {
        const int capacity = 14 << 20;
        var disk = await ReopenOnFaultyDiskAsync(new() { ReserveBytes = 4 << 20 });
        string reserve = DatabasePath + ".reserve", log = DatabasePath + "-wal";
        static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
        disk.Hook = (in VfsCall call) =>
        {
            if (call.Operation != VfsOperation.Write) return VfsAnswer.Pass;
            // What was given up is not made again: a directory in its place stands for a disk that has no room for it.
            if (!File.Exists(reserve)) Directory.CreateDirectory(reserve);
            var grown = Math.Max(0, call.Offset + call.Data.Length - Length(call.Path));
            return grown > 0 && Length(DatabasePath) + Length(log) + Length(reserve) + grown > capacity ? VfsAnswer.Fail(VfsAnswer.Full) : VfsAnswer.Pass;
        };
        List<(RunId Id, RunKey Key)> runs = [];
        Task FillAsync() => AppendAsync(new CreateRun(NewRun() with { Input = new byte[200_000] }));
        HoldfastError? refused = null;
        while (refused is null)
        {
            try
            {
                var result = await AppendOneAsync(new CreateRun(NewRun() with { Input = RandomNumberGenerator.GetBytes(200_000) }));
                runs.Add((result.Run, result.Key));
            }
            catch (HoldfastException error)
            {
                refused = error.Error;
            }
        }
        Assert.Equal(HoldfastError.StoreFull, refused);
        // Clients go on trying, and eat nothing up with it.
        for (var i = 0; i < 300; i++) Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(FillAsync));
        foreach (var run in runs)
        {
            Assert.Equal(Verdict.Committed, (await AppendOneAsync(new PostMail(run.Id, new(MailKind.Terminate, "", default, null, Start)))).Verdict);
            await EndAsync(run);
        }
        Assert.Equal(runs.Count, (await PruneAsync(All)).Runs);
        // The room is in the file now.
        await FillAsync();
        disk.Hook = null;
    }

    [Fact]
    public async Task A_log_that_fills_the_disk_is_cut_off_and_gives_its_room_back()
    {
        var run = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(new() { ReserveBytes = 100_000 });
        var log = new FileInfo(DatabasePath + "-wal");
        long LogBytes()
        {
            log.Refresh();
            return log.Exists ? log.Length : 0;
        }
        var turns = 0;
        while (LogBytes() < 300_000) await AppendAsync((Turn(run, turns++) with { State = $"turn {turns}" }).ToTransition());
        // The log has taken all the room there was, more than what the reserve gives up.
        disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Write && LogBytes() > 200_000 ? VfsAnswer.Fail(VfsAnswer.Full) : VfsAnswer.Pass;
        StoreWrite[] batch = [(Turn(run, turns) with { State = "after" }).ToTransition()];
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(batch)));
        Assert.InRange(LogBytes(), 200_000, long.MaxValue);

        disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Write && call.IsLog && LogBytes() > 200_000 ? VfsAnswer.Fail(VfsAnswer.Full) : VfsAnswer.Pass;
        Assert.Equal(Verdict.Committed, (await AppendAsync(batch))[0].Verdict);
        Assert.InRange(LogBytes(), 1, 100_000);
        disk.Hook = null;
        await ReopenAsync();
        Assert.Equal("after", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task A_commit_whose_sync_fails_stops_the_store_without_another_write()
    {
        var run = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(Small);
        await AppendAsync((Turn(run, 0) with { State = "acknowledged" }).ToTransition());
        var (syncs, after) = (0, 0);
        disk.Hook = (in VfsCall call) =>
        {
            if (syncs > 0) after++;
            return call.Operation == VfsOperation.Sync && syncs++ == 0 ? VfsAnswer.Fail(VfsAnswer.IoErrorFsync) : VfsAnswer.Pass;
        };
        Assert.Equal(HoldfastError.OutcomeUnknown, await ErrorOfAsync(() => AppendAsync((Turn(run, 1) with { State = "unknown" }).ToTransition())));
        Assert.Equal(HoldfastError.OutcomeUnknown, await ErrorOfAsync(() => AppendAsync(Mail(run.Id, "more"))));
        Assert.Equal(HoldfastError.OutcomeUnknown, await ErrorOfAsync(() => Store.LoadAsync(run.Id, default).AsTask()));
        Assert.Equal(HoldfastError.OutcomeUnknown, await ErrorOfAsync(() => Store.AcquireAsync("again", default).AsTask()));

        // Killed now, the row is there: the answer "not kept" would have been a lie.
        Assert.Equal("unknown", Text((await LoadAfterKillAsync(run.Id))!.Run.State));

        await Store.DisposeAsync();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(0, after);
        disk.Hook = null;

        // Opened again, it is one or the other, and stays so.
        await ReopenAsync();
        var found = Text((await LoadAsync(run.Id)).Run.State);
        Assert.Contains(found, (string[])["acknowledged", "unknown"]);
        Assert.Equal(found, Text((await LoadAfterKillAsync(run.Id))!.Run.State));
        await ReopenAsync();
        Assert.Equal(found, Text((await LoadAsync(run.Id)).Run.State));
        Assert.Equal(found == "unknown" ? Verdict.Stale : Verdict.Committed, (await AppendOneAsync(Turn(run, 1).ToTransition())).Verdict);
    }

    [Fact]
    public async Task A_commit_whose_write_fails_for_another_reason_than_room_is_unknown_too()
    {
        var run = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(Small);
        disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Write ? VfsAnswer.Tear(100, VfsAnswer.IoErrorWrite) : VfsAnswer.Pass;
        Assert.Equal(HoldfastError.OutcomeUnknown, await ErrorOfAsync(() => AppendAsync(Turn(run, 0).ToTransition())));
        disk.Hook = null;
        await ReopenAsync();
        Assert.Equal(0, (await LoadAsync(run.Id)).Revision);
    }

    [Fact]
    public async Task A_checkpoint_whose_sync_fails_keeps_the_answer_and_stops_the_store()
    {
        var run = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(Small with { CheckpointPages = 1 });
        disk.Hook = (in VfsCall call) => call.Operation == VfsOperation.Sync && !call.IsLog ? VfsAnswer.Fail(VfsAnswer.IoErrorFsync) : VfsAnswer.Pass;

        Assert.Equal(Verdict.Committed, (await AppendOneAsync((Turn(run, 0) with { State = "kept" }).ToTransition())).Verdict);
        Assert.Equal(HoldfastError.OutcomeUnknown, await ErrorOfAsync(() => AppendAsync(Turn(run, 1).ToTransition())));
        Assert.Equal("kept", Text((await LoadAfterKillAsync(run.Id))!.Run.State));
        disk.Hook = null;
        await ReopenAsync();
        Assert.Equal("kept", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task A_sync_syncs_what_was_appended_once()
    {
        var run = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(Small);
        var (unsynced, syncs) = (0, 0);
        disk.Hook = (in VfsCall call) =>
        {
            if (call is { Operation: VfsOperation.Sync, IsLog: true }) (unsynced, syncs) = (0, syncs + 1);
            if (call is { Operation: VfsOperation.Write, IsLog: true }) unsynced++;
            return VfsAnswer.Pass;
        };
        // The log begins anew, which SQLite syncs by itself.
        await AppendAsync(Turn(run, 0).ToTransition());
        syncs = 0;
        for (var i = 1; i < 5; i++)
        {
            await Store.AppendAsync([Turn(run, (2 * i) - 1).ToTransition()], new WriteResult[1]);
            await Store.AppendAsync([Turn(run, 2 * i).ToTransition()], new WriteResult[1]);
            Assert.NotEqual(0, unsynced);
            await Store.SyncAsync();
            Assert.Equal(0, unsynced);
            await Store.SyncAsync();
            Assert.Equal(i, syncs);
        }
    }

    /// <summary>What is committed can be read before it is on the disk. Nobody may go by that; the engine may build on it, because what it builds is synced after it.</summary>
    [Theory]
    [InlineData("find", true)]
    [InlineData("get ended", true)]
    [InlineData("list", true)]
    [InlineData("journal", true)]
    [InlineData("answer", true)]
    [InlineData("dead letters", true)]
    [InlineData("get running", false)]
    [InlineData("load", false)]
    [InlineData("owed", false)]
    [InlineData("due", false)]
    public async Task What_people_are_told_is_synced_before_they_hear_of_it(string what, bool isTold)
    {
        var run = await CreateAsync();
        var ending = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(Small);
        var unsynced = CountUnsynced(disk);
        await Store.AppendAsync([(Turn(run, 0) with { State = "new" }).ToTransition(), (Turn(ending, 0) with { Outcome = Ended }).ToTransition()], new WriteResult[2]);
        Assert.NotEqual(0, unsynced());
        Task read = what switch
        {
            "find" => Store.FindAsync("refund", "order", default).AsTask(),
            "get ended" => Store.GetAsync(ending.Id, default).AsTask(),
            "list" => Store.ListAsync(new(), default).AsTask(),
            "journal" => Store.ReadJournalAsync(run.Id, -1, 10, default).AsTask(),
            "answer" => Store.FindAnswerAsync(run.Id, "call", default).AsTask(),
            "dead letters" => Store.ListDeadLettersAsync(null, 10, default).AsTask(),
            "get running" => Store.GetAsync(run.Id, default).AsTask(),
            "load" => Store.LoadAsync(run.Id, default).AsTask(),
            "owed" => Store.ScanOwedAsync(default, 10, default).AsTask(),
            "due" => Store.ScanDueAsync(DateTimeOffset.MaxValue, default, 10, default).AsTask(),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
        await read;
        Assert.Equal(isTold, unsynced() == 0);
    }

    /// <summary>How often the log was written to since it was last synced.</summary>
    static Func<int> CountUnsynced(FaultyVfs disk)
    {
        var unsynced = 0;
        disk.Hook = (in VfsCall call) =>
        {
            unsynced = call switch { { Operation: VfsOperation.Write, IsLog: true } => unsynced + 1, { Operation: VfsOperation.Sync, IsLog: true } => 0, _ => unsynced };
            return VfsAnswer.Pass;
        };
        return () => unsynced;
    }

    /// <summary>A commit that changes nothing syncs nothing, whatever SQLite was told about commits: it says nothing of the ones before it.</summary>
    [Fact]
    public async Task A_transaction_step_that_changes_nothing_makes_nothing_durable_that_was_not()
    {
        var run = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(Small);
        var unsynced = CountUnsynced(disk);
        await Store.AppendAsync([Turn(run, 0).ToTransition()], new WriteResult[1]);
        Assert.NotEqual(0, unsynced());
        var results = new WriteResult[1];
        await Store.AppendAsync([Step(run, 2, static _ => new(Keep: false, null, default))], results);
        Assert.Equal(Verdict.Undone, results[0].Verdict);
        await Store.SyncAsync();
        Assert.Equal(0, unsynced());
    }

    /// <summary>The system tells the error of a sync to one of those who wait for one. Whoever syncs beside it would hear that all is well, and nothing of the log is.</summary>
    [Fact]
    public async Task Nobody_is_answered_by_a_sync_of_his_own_beside_one_that_fails()
    {
        var run = await CreateAsync();
        await AppendAsync(Step(run, 1, "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT)"));
        var disk = await ReopenOnFaultyDiskAsync(Small);
        using ManualResetEventSlim isSyncing = new(), isApplied = new();
        var syncs = 0;
        disk.Hook = (in VfsCall call) =>
        {
            if (call is not { Operation: VfsOperation.Sync, IsLog: true } || Interlocked.Increment(ref syncs) > 1) return VfsAnswer.Pass;
            isSyncing.Set();
            return isApplied.Wait(TimeSpan.FromSeconds(60)) ? VfsAnswer.Fail(VfsAnswer.IoErrorFsync) : VfsAnswer.Pass;
        };
        await Store.AppendAsync([Turn(run, 0).ToTransition()], new WriteResult[1]);
        var first = Task.Run(() => ErrorOfAsync(() => Store.SyncAsync().AsTask()));
        isSyncing.Wait();
        var beside = Task.Run(() => ErrorOfAsync(() => AppendAsync(Step(run, 2, connection =>
        {
            Scalar(connection, "INSERT INTO accounts (name) VALUES ('a')");
            isApplied.Set();
            return Kept();
        }))));
        Assert.Equal(HoldfastError.OutcomeUnknown, await first);
        Assert.Equal(HoldfastError.OutcomeUnknown, await beside);
        Assert.Equal(1, syncs);
        disk.Hook = null;
    }

    /// <summary>Programs of the user's read the user's tables by connections of their own.</summary>
    [Fact]
    public async Task Rows_of_a_transaction_step_are_synced_before_anybody_can_see_them()
    {
        var run = await CreateAsync();
        await AppendAsync(Step(run, 1, "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT)"));
        var disk = await ReopenOnFaultyDiskAsync(Small);
        var unsynced = CountUnsynced(disk);
        await Store.AppendAsync([Turn(run, 0).ToTransition()], new WriteResult[1]);
        Assert.NotEqual(0, unsynced());
        await Store.AppendAsync([Step(run, 2, "INSERT INTO accounts (name) VALUES ('a')")], new WriteResult[1]);
        Assert.Equal(0, unsynced());
        await Store.AppendAsync([Turn(run, 1).ToTransition()], new WriteResult[1]);
        Assert.NotEqual(0, unsynced());
    }

    [Fact]
    public async Task What_a_killed_process_left_in_the_log_is_written_anew_and_synced_before_anything_is_built_on_it()
    {
        var run = await CreateAsync();
        using var directory = new TemporaryDirectory();
        File.Copy(DatabasePath, directory["copy.db"]);
        File.Copy(DatabasePath + "-wal", directory["copy.db-wal"]);
        List<(VfsOperation Operation, bool IsLog)> calls = [];
        using var disk = new FaultyVfs();
        disk.Hook = (in VfsCall call) =>
        {
            calls.Add((call.Operation, call.IsLog));
            return VfsAnswer.Pass;
        };
        await using var store = SqliteStore.Open(directory["copy.db"], Small with { FileSystem = disk.Name });
        Assert.NotNull(await store.LoadAsync(run.Id, default));

        var changes = calls.Where(call => call.Operation is not (VfsOperation.Open or VfsOperation.Delete)).Distinct();
        Assert.Equal([(VfsOperation.Write, true), (VfsOperation.Sync, true), (VfsOperation.Write, false), (VfsOperation.Truncate, false), (VfsOperation.Sync, false), (VfsOperation.Truncate, true)], changes);
    }

    [Fact]
    public async Task The_log_does_not_grow_for_ever()
    {
        _options = Small with { CheckpointPages = 20 };
        await ReopenAsync();
        var run = await CreateAsync();
        for (var i = 0; i < 300; i++) await AppendAsync(Turn(run, i).ToTransition());

        Assert.InRange(new FileInfo(DatabasePath + "-wal").Length, 1, 60 * 8300);
    }
}
