using Holdfast.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Tests.Storage;

/// <summary>What pruning leaves in the file, and what it needs of the disk.</summary>
public sealed partial class SqliteStoreTests
{
    long Count(string table)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = $"SELECT count(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    [Fact]
    public async Task Pruning_leaves_no_row_of_the_run_in_any_table()
    {
        var run = await CreateAsync("refund", "k");
        var sent = await AppendAsync(Mail(run.Id, "taken", "d1"), Mail(run.Id, "dead"), Mail(run.Id, "open"), Mail(run.Id, "dead too", "d2"));
        await AppendAsync(
            (Turn(run, 0) with
            {
                ConsumedMail = [sent[0].MailSequence],
                DeadMail = [new(sent[1].MailSequence, "no"), new(sent[3].MailSequence, "no")],
                Blobs = [new(BlobHash.Of([1]), new byte[] { 1 })],
                State = new('s', 5000),
                Snapshot = new('f', 5000),
            }).ToTransition(),
            Result(run, 1, "beside"));
        for (var i = 1; i <= 200; i++) await AppendAsync((Turn(run, i) with { Journal = "j", State = new('s', 5000) }).ToTransition());
        await AppendAsync((Turn(run, 201) with { Outcome = Ended, State = new('s', 5000), Journal = "end" }).ToTransition());
        while (!(await AppendOneAsync(Prune(All, rowsMax: 20))).Pruned!.IsDone) { }

        string[] tables = ["run_info", "run", "long", "outcome", "result", "mail", "journal", "journal_mark", "blob", "ended", "leftover"];
        Assert.All(tables, table => Assert.Equal((table, 0), (table, Count("holdfast_" + table))));
    }

    [Fact]
    public async Task The_file_stops_growing_once_as_much_is_pruned_as_is_written()
    {
        async Task ChurnAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                var runs = new List<(RunId, RunKey)>();
                for (var i = 0; i < 20; i++) runs.Add(await CreateAsync("refund", $"{round}-{i}"));
                for (var turn = 0; turn < 5; turn++)
                    await AppendAsync([.. runs.Select(run => (Turn(run, turn) with { Journal = new('j', 60), Snapshot = new('f', 300), IndexChanged = false }).ToTransition())]);
                await AppendAsync([.. runs.Select(run => (Turn(run, 5) with { Outcome = Ended, Journal = "end" }).ToTransition())]);
                // As the engine does it: in small writes, until it is done.
                while (!(await AppendOneAsync(Prune(new(null, 100), rowsMax: 64))).Pruned!.IsDone) { }
            }
        }
        // One run stays all the time: its entries must not keep the pages of the others.
        var lasting = await CreateAsync();
        await AppendAsync((Turn(lasting, 0) with { Journal = "lasting" }).ToTransition());
        await ChurnAsync(40);
        await ReopenAsync();
        var size = new FileInfo(DatabasePath).Length;
        await ChurnAsync(160);
        await ReopenAsync();

        Assert.InRange(new FileInfo(DatabasePath).Length, 0, size + (size / 10));
        Assert.Equal(100, Count("holdfast_ended"));
    }

    [Fact]
    public async Task Runs_that_ended_before_the_queue_was_there_are_in_it_after_the_upgrade()
    {
        var (first, second, live) = (await CreateAsync("a"), await CreateAsync("a"), await CreateAsync("a"));
        await AppendAsync(Turn(first, 0).ToTransition());
        await EndAsync(second, 0);
        await EndAsync(first, 1);
        await Store.DisposeAsync();
        Sql(DatabasePath, "DROP TABLE holdfast_ended; DROP TABLE holdfast_leftover; DROP INDEX holdfast_mail_dead_run; PRAGMA user_version = 2");
        await ReopenAsync();

        Assert.Equal(1, (await PruneAsync(new(null, 1))).Runs);
        Assert.False(await IsThereAsync(second));
        Assert.True(await IsThereAsync(first) && await IsThereAsync(live));
    }

    [Fact]
    public async Task A_full_disk_is_relieved_by_pruning()
    {
        for (var i = 0; i < 60; i++)
        {
            var run = await CreateAsync();
            await AppendOneAsync((Turn(run, 0) with { Outcome = new(RunStatus.Completed, new byte[8000], default) }).ToTransition());
        }
        var waiting = await CreateAsync();
        var disk = await ReopenOnFaultyDiskAsync(new() { ReserveBytes = 200_000, CheckpointPages = 10 });
        var reserve = DatabasePath + ".reserve";
        var (file, log) = (new FileInfo(DatabasePath).Length, 2_000_000L);
        // The file can grow no more; the log has the room of the reserve once that is given up.
        disk.Hook = (in Faults.VfsCall call) =>
            call.Operation != Faults.VfsOperation.Write ? Faults.VfsAnswer.Pass
            : File.Exists(reserve) ? Faults.VfsAnswer.Fail(Faults.VfsAnswer.Full)
            : call.Offset + call.Data.Length > (call.IsLog ? log : file) ? Faults.VfsAnswer.Fail(Faults.VfsAnswer.Full) : Faults.VfsAnswer.Pass;
        StoreWrite[] turn = [(Turn(waiting, 0) with { State = "later" }).ToTransition()];
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(turn)));
        // A directory in its place stands for a disk that has no room for the reserve.
        Assert.False(File.Exists(reserve));
        Directory.CreateDirectory(reserve);
        Assert.Equal(HoldfastError.StoreFull, await ErrorOfAsync(() => AppendAsync(turn)));

        while (!(await AppendOneAsync(Prune(All, rowsMax: 64))).Pruned!.IsDone) { }
        // There is no more room on the disk than before, but there is in the file.
        Assert.Equal(Verdict.Committed, (await AppendAsync(turn))[0].Verdict);
    }
}
