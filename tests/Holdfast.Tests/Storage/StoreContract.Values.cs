using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Results, large values, journals, and the reads that scan.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task Results_are_kept_apart_in_order_of_arrival_until_a_transition_folds_them()
    {
        var run = await CreateAsync();
        await AppendAsync((Turn(run, 0) with { Owed = true }).ToTransition(), Result(run, 7, "r7"));
        await ReopenAsync();
        var results = await AppendAsync(Result(run, 2, "r2"), Result(run, 7, "other"), Result(run, 5, "r5"));
        Assert.Equal([Verdict.Committed, Verdict.Duplicate, Verdict.Committed], results.Select(each => each.Verdict));

        var stored = await LoadAsync(run.Id);
        Assert.Equal([(7L, "r7"), (2L, "r2"), (5L, "r5")], stored.Results.Select(each => (each.Op, Text(each.Outcome))));
        Assert.Equal((1L, true), (stored.Revision, stored.Owed));

        await AppendAsync(Turn(run, 1).ToTransition());
        Assert.Equal(3, (await LoadAsync(run.Id)).Results.Count);
        // Lists say which steps those are.
        Assert.Equal([2L, 5L, 7L], (await Store.GetAsync(run.Id, default))!.StoredResults);
        Assert.Equal([2L, 5L, 7L], Assert.Single(await Store.ListAsync(new(), default)).StoredResults);
        // A turn takes in those that it knows; one that was stored in the same moment stays.
        await AppendAsync(Result(run, 9, "r9"), (Turn(run, 2) with { FoldedResults = [2, 7, 5, 3] }).ToTransition());
        Assert.Equal([(9L, "r9")], (await LoadAsync(run.Id)).Results.Select(each => (each.Op, Text(each.Outcome))));
        await AppendAsync((Turn(run, 3) with { FoldedResults = [9] }).ToTransition());
        Assert.Empty((await LoadAsync(run.Id)).Results);
        Assert.Empty((await Store.GetAsync(run.Id, default))!.StoredResults);
    }

    [Fact]
    public async Task States_and_snapshots_of_any_length_replace_each_other()
    {
        var run = await CreateAsync();
        int[] lengths = [10, 5000, 100_000, 0, 3000, 7];
        var revision = 0;
        var snapshot = "";
        foreach (var stateLength in lengths)
            foreach (var snapshotLength in (int[])[-1, 4000, -1, 9, 60_000])
            {
                var next = snapshotLength < 0 ? null : new string((char)('a' + (revision % 26)), snapshotLength);
                var state = new string((char)('A' + (revision % 26)), stateLength);
                await AppendAsync((Turn(run, revision++) with { State = state, Snapshot = next, IndexChanged = false }).ToTransition(), Result(run, revision, "r"), Mail(run.Id, "m"));
                snapshot = next ?? snapshot;
                var stored = await LoadAsync(run.Id);
                Assert.Equal((state, snapshot), (Text(stored.Run.State), Text(stored.Snapshot)));
            }
        await AppendAsync((Turn(run, revision) with { State = new string('e', 9000), Outcome = new(RunStatus.Completed, default, default) }).ToTransition());
        await ReopenAsync();
        Assert.Equal(new string('e', 9000), Text((await LoadAsync(run.Id)).Run.State));
        Assert.True((await LoadAsync(run.Id)).Snapshot.IsEmpty);
        Assert.Equal(9000, (await Store.GetAsync(run.Id, default))!.State.Length);

        var born = NewRun() with { State = new byte[20_000] };
        await AppendAsync(new CreateRun(born));
        Assert.Equal(20_000, (await LoadAsync(born.Id)).Run.State.Length);
    }

    [Fact]
    public async Task A_large_value_is_kept_once_per_run_until_it_is_dropped()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var large = new byte[300_000];
        new Random(3).NextBytes(large);
        var blob = new Blob(BlobHash.Of(large), large);
        await AppendAsync((Turn(run, 0) with { Blobs = [blob, blob] }).ToTransition(), (Turn(other, 0) with { Blobs = [blob] }).ToTransition());
        await AppendAsync((Turn(run, 1) with { Blobs = [blob] }).ToTransition());
        await ReopenAsync();

        Assert.Equal(large, (await Store.LoadBlobAsync(run.Key, blob.Hash, default))!.Value.ToArray());
        Assert.Null(await Store.LoadBlobAsync(run.Key, BlobHash.Of([1]), default));

        await AppendAsync((Turn(run, 2) with { DroppedBlobs = [blob.Hash] }).ToTransition());
        Assert.Null(await Store.LoadBlobAsync(run.Key, blob.Hash, default));
        Assert.NotNull(await Store.LoadBlobAsync(other.Key, blob.Hash, default));
    }

    [Fact]
    public async Task Descriptions_of_code_are_kept_once_for_all_runs_and_outlive_them()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        CodeRecord first = new(new(7), Bytes("first")), again = new(new(7), Bytes("again")), second = new(new(UInt128.MaxValue), Bytes("second"));
        await AppendAsync((Turn(run, 0) with { Code = [first, second] }).ToTransition(), (Turn(other, 0) with { Code = [again] }).ToTransition());
        await AppendAsync((Turn(run, 1) with { Outcome = new(RunStatus.Completed, default, default) }).ToTransition());
        await ReopenAsync();
        Assert.Equal("first", Text((await Store.LoadCodeAsync(new(7), default))!.Value));
        Assert.Equal("second", Text((await Store.LoadCodeAsync(new(UInt128.MaxValue), default))!.Value));
        Assert.Null(await Store.LoadCodeAsync(new(8), default));
    }

    [Fact]
    public async Task A_refused_transition_brings_no_description_of_code()
    {
        var run = await CreateAsync();
        Assert.Equal(Verdict.Stale, (await AppendOneAsync((Turn(run, 5) with { Code = [new(new(9), Bytes("stale"))] }).ToTransition())).Verdict);
        Assert.Null(await Store.LoadCodeAsync(new(9), default));
    }

    [Fact]
    public async Task The_journal_is_read_in_pages_oldest_first()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        for (var i = 0; i < 200; i++)
            await AppendAsync(
                (Turn(run, i) with { Journal = $"t{i}", IndexChanged = false }).ToTransition(),
                (Turn(other, i) with { Journal = "o", IndexChanged = false }).ToTransition(),
                Result(run, i, $"{i}"),
                (Turn(other, i + 1000) with { Journal = "stale" }).ToTransition());
        await ReopenAsync();

        foreach (var limit in (int[])[32, 33, 1000])
        {
            List<string> read = [];
            for (var last = 0L; ;)
            {
                var page = await Store.ReadJournalAsync(run.Id, last, limit, default);
                if (page.Count == 0) break;
                Assert.True(page.Count <= limit);
                foreach (var row in page)
                {
                    Assert.True(row.Sequence > last);
                    last = row.Sequence;
                    read.Add(Text(row.Entries));
                }
            }
            Assert.Equal(Enumerable.Range(0, 200).SelectMany(i => new[] { $"t{i}", $"j{i}" }), read);
        }
        Assert.Equal(200, (await Store.ReadJournalAsync(other.Id, 0, 1000, default)).Count);
        Assert.Equal(Start.AddMinutes(1), (await Store.ReadJournalAsync(run.Id, 0, 1, default))[0].Utc);
        Assert.Empty(await Store.ReadJournalAsync(NewRun().Id, 0, 10, default));
        Assert.Empty(await Store.ReadJournalAsync(run.Id, 0, 0, default));
    }

    [Fact]
    public async Task Due_runs_come_earliest_first_up_to_the_given_time()
    {
        var runs = new List<(RunId Id, RunKey Key)>();
        foreach (var hours in (int[])[5, 1, 3])
        {
            var run = await CreateAsync();
            runs.Add(run);
            await AppendAsync((Turn(run, 0) with { WakeUtc = Start.AddHours(hours) }).ToTransition());
        }
        await CreateAsync();
        await ReopenAsync();

        Assert.Equal([new DueRun(runs[1].Id, runs[1].Key, Start.AddHours(1)), new DueRun(runs[2].Id, runs[2].Key, Start.AddHours(3))], await Store.ScanDueAsync(Start.AddHours(3), default, 10, default));
        Assert.Equal(runs[1].Id, Assert.Single(await Store.ScanDueAsync(Start.AddHours(9), default, 1, default)).Run);
        Assert.Empty(await Store.ScanDueAsync(Start.AddHours(1).AddTicks(-1), default, 10, default));
        await AppendAsync((Turn(runs[1], 1) with { WakeUtc = null }).ToTransition(), (Turn(runs[2], 1) with { WakeUtc = Start.AddHours(8) }).ToTransition());
        Assert.Equal([runs[0].Id, runs[2].Id], (await Store.ScanDueAsync(Start.AddHours(9), default, 10, default)).Select(each => each.Run));
    }

    [Fact]
    public async Task Due_runs_come_in_pages_also_those_of_the_very_same_time()
    {
        var runs = new List<DueRun>();
        foreach (var hours in (int[])[2, 1, 2, 2, 3, 2, 1])
        {
            var (id, key) = await CreateAsync();
            runs.Add(new(id, key, Start.AddHours(hours)));
            await AppendAsync((Turn((id, key), 0) with { WakeUtc = Start.AddHours(hours) }).ToTransition());
        }
        var read = new List<DueRun>();
        for (var after = default(DueRun); await Store.ScanDueAsync(Start.AddHours(2), after, 2, default) is { Count: > 0 } page; after = page[^1])
        {
            Assert.True(page.Count <= 2);
            read.AddRange(page);
        }
        Assert.Equal(runs.Where(r => r.WakeUtc < Start.AddHours(3)).OrderBy(r => r.WakeUtc).ThenBy(r => r.Key.Value), read);
    }

    [Fact]
    public async Task Owed_runs_come_in_order_of_creation_and_in_pages()
    {
        List<(RunId Run, RunKey Key)> runs = [];
        for (var i = 0; i < 7; i++) runs.Add(await CreateAsync());
        await AppendAsync(Turn(runs[2], 0).ToTransition(), Turn(runs[4], 0).ToTransition());
        await AppendAsync(Mail(runs[4].Run, "back"));
        runs.RemoveAt(2);

        var first = await Store.ScanOwedAsync(default, 4, default);
        var second = await Store.ScanOwedAsync(first[^1].Key, 4, default);
        Assert.Equal(runs, [.. first, .. second]);
        Assert.Empty(await Store.ScanOwedAsync(second[^1].Key, 4, default));
    }

    [Fact]
    public async Task Lists_show_the_newest_first_filtered_and_in_pages()
    {
        List<RunId> ids = [];
        for (var i = 0; i < 12; i++) ids.Add((await CreateAsync(i % 3 == 0 ? "a" : "b")).Id);
        foreach (var i in (int[])[3, 4, 9])
        {
            var stored = await LoadAsync(ids[i]);
            await AppendAsync((Turn((ids[i], stored.Key), 0) with { State = "parked", Status = RunStatus.Parked }).ToTransition());
        }
        ids.Reverse();
        await ReopenAsync();

        var all = await Store.ListAsync(new RunQuery(), default);
        Assert.Equal(ids, all.Select(row => row.Id));
        var pages = new List<RunId>();
        for (RunId? before = null; ;)
        {
            var page = await Store.ListAsync(new RunQuery { Before = before, Limit = 5 }, default);
            if (page.Count == 0) break;
            pages.AddRange(page.Select(row => row.Id));
            before = page[^1].Id;
        }
        Assert.Equal(ids, pages);
        Assert.Equal([ids[2], ids[5], ids[8], ids[11]], (await Store.ListAsync(new RunQuery { Workflow = "a" }, default)).Select(row => row.Id));
        Assert.Equal([ids[2], ids[7], ids[8]], (await Store.ListAsync(new RunQuery { Status = RunStatus.Parked }, default)).Select(row => row.Id));
        Assert.Equal(ids[8], Assert.Single(await Store.ListAsync(new RunQuery { Workflow = "a", Status = RunStatus.Parked, Before = ids[2] }, default)).Id);
        Assert.Empty(await Store.ListAsync(new RunQuery { Workflow = "unheard-of" }, default));
        var row = (await Store.GetAsync(ids[2], default))!;
        Assert.Equal(("a", 2, RunStatus.Parked, 1L, "parked", Start), (row.Workflow, row.Version, row.Status, row.Revision, Text(row.State), row.CreatedUtc));
        Assert.Null(await Store.GetAsync(NewRun().Id, default));
    }

    [Fact]
    public async Task What_was_given_and_what_was_read_can_be_overwritten_by_the_caller()
    {
        var buffer = new byte[] { 1, 2, 3 };
        var run = NewRun() with { State = buffer, Input = buffer };
        await AppendAsync(new CreateRun(run));
        Array.Clear(buffer);

        Assert.Equal([1, 2, 3], (await LoadAsync(run.Id)).Run.State.ToArray());
        Assert.Equal([1, 2, 3], (await LoadAsync(run.Id)).Run.Input.ToArray());
    }
}
