using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Ended runs go, by age and by number, and nothing else does.</summary>
public abstract partial class StoreContract
{
    /// <summary>Whatever ended goes.</summary>
    protected static readonly PruneRule All = new(null, 0);

    protected PruneRuns Prune(PruneRule others, int rowsMax = 100_000, params (string Workflow, PruneRule Rule)[] rules) =>
        new() { Epoch = Epoch, Default = others, RowsMax = rowsMax, Rules = rules.ToDictionary(each => each.Workflow, each => each.Rule) };

    protected async Task<Pruned> PruneAsync(PruneRule others, params (string Workflow, PruneRule Rule)[] rules)
    {
        var answer = await AppendOneAsync(Prune(others, 100_000, rules));
        Assert.Equal(Verdict.Committed, answer.Verdict);
        Assert.True(answer.Pruned!.IsDone);
        return answer.Pruned;
    }

    protected async Task EndAsync((RunId Id, RunKey Key) run, long revision = 0, RunStatus status = RunStatus.Completed) =>
        Assert.Equal(Verdict.Committed, (await AppendOneAsync((Turn(run, revision) with { Outcome = new(status, Bytes("r"), Bytes("e")), Journal = "end" }).ToTransition())).Verdict);

    protected async Task<bool> IsThereAsync((RunId Id, RunKey Key) run) => await Store.GetAsync(run.Id, default) is not null;

    [Fact]
    public async Task A_pruned_run_goes_with_everything_that_belongs_to_it()
    {
        var other = await CreateAsync("refund", "other");
        var run = await CreateAsync("refund", "order-1");
        var sent = await AppendAsync(Mail(run.Id, "taken", "d1"), Mail(run.Id, "dead"), Mail(run.Id, "open", "d2"));
        var blob = new Blob(BlobHash.Of([1]), new byte[] { 1 });
        await AppendAsync(
            (Turn(run, 0) with { ConsumedMail = [sent[0].MailSequence], DeadMail = [new(sent[1].MailSequence, "no")], Blobs = [blob], Journal = "one", State = new('s', 5000), Snapshot = new('f', 5000) }).ToTransition(),
            Result(run, 7, "beside"), Mail(other.Id, "stays", "d1"), (Turn(other, 0) with { Journal = "stays" }).ToTransition());
        await EndAsync(run, 1);

        Assert.Equal(1, (await PruneAsync(All)).Runs);
        foreach (var isReopened in (bool[])[false, true])
        {
            if (isReopened) await ReopenAsync();
            Assert.Null(await Store.LoadAsync(run.Id, default));
            Assert.Null(await Store.GetAsync(run.Id, default));
            Assert.Null(await Store.FindAsync("refund", "order-1", default));
            Assert.Empty(await Store.ReadJournalAsync(run.Id, 0, 10, default));
            Assert.Empty(await Store.ListDeadLettersAsync(null, 10, default));
            Assert.Null(await Store.LoadBlobAsync(run.Key, blob.Hash, default));
            Assert.Equal(other.Id, Assert.Single(await Store.ListAsync(new(), default)).Id);
            Assert.Equal("stays", Assert.Single((await LoadAsync(other.Id)).Mail).Name);
            Assert.Equal("stays", Text(Assert.Single(await Store.ReadJournalAsync(other.Id, 0, 10, default)).Entries));
        }
        Assert.Equal(Verdict.UnknownRun, (await AppendOneAsync(Mail(run.Id, "late"))).Verdict);
        Assert.Equal(Verdict.UnknownRun, (await AppendOneAsync(Turn(run, 2).ToTransition())).Verdict);
        Assert.Equal(0, (await PruneAsync(All)).Rows);
    }

    [Fact]
    public async Task A_key_starts_anew_once_its_run_was_pruned()
    {
        var run = await CreateAsync("refund", "order-1");
        await EndAsync(run);
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(new CreateRun(NewRun("refund", "order-1")))).Verdict);
        await PruneAsync(All);

        var again = await AppendOneAsync(new CreateRun(NewRun("refund", "order-1")));
        Assert.Equal(Verdict.Committed, again.Verdict);
        Assert.NotEqual(run.Id, again.Run);
        // A number that was given again would let a late write of the old run reach the new one.
        Assert.True(again.Key.Value > run.Key.Value);
    }

    [Fact]
    public async Task Runs_that_have_not_ended_stay_whatever_the_rule()
    {
        var (running, parked, ended) = (await CreateAsync(), await CreateAsync(), await CreateAsync());
        await AppendAsync((Turn(parked, 0) with { Status = RunStatus.Parked }).ToTransition());
        foreach (var status in (RunStatus[])[RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled, RunStatus.Terminated]) await EndAsync(await CreateAsync(), 0, status);
        await EndAsync(ended);

        Assert.Equal(5, (await PruneAsync(new(Start.AddYears(1), 0))).Runs);
        Assert.True(await IsThereAsync(running) && await IsThereAsync(parked));
        Assert.Equal(2, (await Store.ListAsync(new(), default)).Count);
    }

    [Fact]
    public async Task Runs_go_by_the_time_of_their_end()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());
        await AppendAsync(Turn(second, 0).ToTransition());
        // A transition's time is a minute after the start for each revision.
        await EndAsync(first, 0);
        await EndAsync(second, 1);

        Assert.Equal(0, (await PruneAsync(new(Start.AddMinutes(1), null))).Runs);
        Assert.Equal(1, (await PruneAsync(new(Start.AddMinutes(1).AddTicks(1), null))).Runs);
        Assert.False(await IsThereAsync(first));
        Assert.True(await IsThereAsync(second));
    }

    [Fact]
    public async Task Runs_beyond_a_number_go_of_each_workflow_by_itself_those_first_that_ended_first()
    {
        List<(RunId, RunKey)> a = [], b = [];
        for (var i = 0; i < 5; i++)
        {
            a.Add(await CreateAsync("a"));
            b.Add(await CreateAsync("b"));
        }
        // In another order than that of their creation.
        foreach (var run in a.AsEnumerable().Reverse()) await EndAsync(run);
        foreach (var run in b) await EndAsync(run);

        Assert.Equal(3 + 1, (await PruneAsync(new(null, 2), ("b", new(null, 4)))).Runs);
        var (left, right) = (await Task.WhenAll(a.Select(IsThereAsync)), await Task.WhenAll(b.Select(IsThereAsync)));
        Assert.Equal([true, true, false, false, false], left);
        Assert.Equal([false, true, true, true, true], right);
        Assert.Equal(4, (await PruneAsync(default, ("b", All))).Runs);
        Assert.Equal(2, (await Store.ListAsync(new() { Workflow = "a" }, default)).Count);
    }

    [Fact]
    public async Task A_write_removes_a_bounded_number_of_rows_and_says_whether_it_is_done()
    {
        var survivor = await CreateAsync();
        var runs = new List<(RunId, RunKey)>();
        for (var i = 0; i < 20; i++)
        {
            runs.Add(await CreateAsync());
            await EndAsync(runs[^1]);
        }
        var seen = 0;
        for (var writes = 1; ; writes++)
        {
            Assert.True(writes < 100);
            var pruned = (await AppendOneAsync(Prune(All, rowsMax: 10))).Pruned!;
            Assert.InRange(pruned.Rows, 0, 20);
            seen += pruned.Runs;
            Assert.Equal(20 - seen, (await Store.ListAsync(new(), default)).Count - 1);
            if (!pruned.IsDone) continue;
            Assert.True(writes > 2);
            break;
        }
        Assert.Equal(20, seen);
        Assert.True(await IsThereAsync(survivor));
    }

    [Fact]
    public async Task A_run_with_a_long_journal_and_many_keys_goes_in_parts_and_takes_nothing_of_others()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        for (var i = 0; i < 300; i++)
            await AppendAsync((Turn(run, i) with { Journal = $"t{i}", IndexChanged = false }).ToTransition(), (Turn(other, i) with { Journal = $"o{i}", IndexChanged = false }).ToTransition());
        for (var i = 0; i < 150; i++) await AppendAsync(Mail(run.Id, "m", $"d{i}"), Mail(other.Id, "m", $"d{i}"));
        await EndAsync(run, 300);

        var writes = 0;
        while (!(await AppendOneAsync(Prune(All, rowsMax: 50))).Pruned!.IsDone)
        {
            writes++;
            Assert.False(await IsThereAsync(run));
            // Half gone and taken up by the next owner.
            if (writes == 3) await ReopenAsync();
            // New entries may get the places of deleted ones.
            var fresh = await CreateAsync();
            await AppendAsync((Turn(fresh, 0) with { Journal = "fresh" }).ToTransition());
            Assert.True(writes < 100);
        }
        Assert.Equal(300, (await Store.ReadJournalAsync(other.Id, 0, 1000, default)).Count);
        Assert.Equal(150, (await LoadAsync(other.Id)).Mail.Count);
        foreach (var row in (await Store.ListAsync(new(), default)).Where(row => row.Id != other.Id))
            Assert.Equal("fresh", Text(Assert.Single(await Store.ReadJournalAsync(row.Id, 0, 10, default)).Entries));
        Assert.Equal(0, (await PruneAsync(All)).Rows);
    }

    [Fact]
    public async Task A_pruning_of_an_older_epoch_removes_nothing()
    {
        var run = await CreateAsync();
        await EndAsync(run);
        var stale = Prune(All);
        await ReopenAsync();

        Assert.Equal(Verdict.Stale, (await AppendOneAsync(stale)).Verdict);
        Assert.True(await IsThereAsync(run));
    }

    [Fact]
    public async Task A_child_outlives_its_parent_and_its_end_is_told_to_nobody()
    {
        var parent = await CreateAsync();
        var child = NewRun("child") with { Parent = parent.Id };
        await AppendAsync((Turn(parent, 0) with { Children = [child] }).ToTransition());
        await EndAsync(parent, 1);
        await PruneAsync(All);

        var stored = await LoadAsync(child.Id);
        Assert.Equal(parent.Id, stored.Run.Parent);
        var end = (Turn((child.Id, stored.Key), 0) with { Outcome = new(RunStatus.Completed, default, default), Outgoing = [Mail(parent.Id, "told")] }).ToTransition();
        Assert.Equal(Verdict.Committed, (await AppendOneAsync(end)).Verdict);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1)]
    public async Task The_journal_of_a_long_run_keeps_its_newest_entries(int keep)
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        for (var i = 0; i < 1000; i++)
        {
            var turn = (Turn(run, i) with { Journal = $"t{i}", IndexChanged = false, JournalKeep = keep }).ToTransition();
            await AppendAsync(turn, (Turn(other, i) with { Journal = $"o{i}", IndexChanged = false }).ToTransition());
            if (i == 500) await ReopenAsync();
        }
        var rows = await Store.ReadJournalAsync(run.Id, 0, 10_000, default);
        Assert.InRange(rows.Count, keep, keep + 128);
        Assert.Equal(Enumerable.Range(1000 - rows.Count, rows.Count).Select(i => $"t{i}"), rows.Select(row => Text(row.Entries)));
        Assert.Equal(1000, rows[^1].Sequence);
        Assert.Equal(rows.Skip(5).Take(3).Select(row => row.Sequence), (await Store.ReadJournalAsync(run.Id, rows[4].Sequence, 3, default)).Select(row => row.Sequence));
        Assert.Equal(1000, (await Store.ReadJournalAsync(other.Id, 0, 10_000, default)).Count);

        await EndAsync(run, 1000);
        Assert.Equal(1, (await PruneAsync(All)).Runs);
        Assert.Equal(1000, (await Store.ReadJournalAsync(other.Id, 0, 10_000, default)).Count);
    }

    [Fact]
    public async Task A_journal_that_was_longer_comes_down_to_its_bound()
    {
        var run = await CreateAsync();
        for (var i = 0; i < 1000; i++) await AppendAsync((Turn(run, i) with { Journal = "long", IndexChanged = false }).ToTransition());
        for (var i = 0; i < 1000; i++) await AppendAsync(Result(run, i, "r", journalKeep: 100));

        Assert.InRange((await Store.ReadJournalAsync(run.Id, 0, 10_000, default)).Count, 100, 228);
    }
}
