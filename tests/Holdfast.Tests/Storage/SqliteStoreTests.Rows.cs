using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Single rows that the store never wrote: each harms its own run at most, and what is wrong is said.</summary>
public sealed partial class SqliteStoreTests
{
    static string Of((RunId Id, RunKey Key) run) => $"k = {run.Key.Value}";

    [Fact]
    public async Task An_entry_of_the_queue_that_names_no_run_goes_and_the_others_behind_it()
    {
        var (first, second) = (await CreateAsync(), await CreateAsync());
        await EndAsync(first);
        await EndAsync(second);
        Sql(DatabasePath, $"UPDATE holdfast_ended SET k = k + 1000000, ended = 0 WHERE {Of(first)}");
        Assert.Equal(1, (await PruneAsync(All)).Runs);
        Assert.False(await IsThereAsync(second));
        Assert.Equal(0, Count("holdfast_ended"));
    }

    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Parked)]
    public async Task Pruning_never_removes_a_run_that_has_not_ended(RunStatus status)
    {
        var (ended, live) = (await CreateAsync(), await CreateAsync());
        await AppendOneAsync((Turn(live, 0) with { Status = status, State = "going on", Journal = "j" }).ToTransition());
        await EndAsync(ended);
        Sql(DatabasePath, $"INSERT INTO holdfast_ended SELECT w, 2, k, 0 FROM holdfast_run_info WHERE {Of(live)}");
        Assert.Equal(1, (await PruneAsync(All)).Runs);
        Assert.False(await IsThereAsync(ended));
        Assert.Equal(("going on", status), (Text((await LoadAsync(live.Id)).Run.State), (await LoadAsync(live.Id)).Status));
        Assert.Single(await Store.ReadJournalAsync(live.Id, 0, 10, default));

        // It is in the queue again when it ends.
        await EndAsync(live, 1);
        Assert.Equal(1, (await PruneAsync(All)).Runs);
    }

    [Fact]
    public async Task A_write_that_meets_a_row_that_cannot_be_is_refused_alone()
    {
        var damaged = await CreateAsync("refund", "damaged");
        Sql(DatabasePath, $"UPDATE holdfast_run_info SET id = x'00' WHERE {Of(damaged)}");
        var answers = await AppendAsync(new CreateRun(NewRun("refund", "before")), new CreateRun(NewRun("refund", "damaged")), new CreateRun(NewRun("refund", "after")));
        Assert.Equal([Verdict.Committed, Verdict.Refused, Verdict.Committed], answers.Select(static a => a.Verdict));
        Assert.Contains("damaged", answers[1].Reason, StringComparison.Ordinal);
        Assert.Contains("16 bytes", answers[1].Reason, StringComparison.Ordinal);
        Assert.NotNull(await Store.FindAsync("refund", "after", default));
    }

    [Theory]
    [InlineData("INSERT INTO holdfast_mail (seq, k, kind, name, utc, state) VALUES (9223372036854775807, 1000, 1, 'x', 0, 1)", false)]
    [InlineData("UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'holdfast_mail'", false)]
    [InlineData("INSERT INTO holdfast_run_info SELECT 9223372036854775807, randomblob(16), w, version, 'last', parent, created, trace, input FROM holdfast_run_info LIMIT 1", true)]
    [InlineData("UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'holdfast_run_info'", true)]
    public async Task Where_the_last_number_was_forged_what_needs_a_next_one_is_refused_alone_and_no_disk_is_taken_for_full(string sql, bool isOfRuns)
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        await AppendAsync(Mail(run.Id, "before"));
        Sql(DatabasePath, sql);
        var answers = await AppendAsync(
            (Turn(run, 0) with { State = "going on" }).ToTransition(), Mail(other.Id, "go"), new CreateRun(NewRun("refund", "new")), (Turn(other, 0) with { State = "going on" }).ToTransition());
        Assert.Equal([Verdict.Committed, isOfRuns ? Verdict.Committed : Verdict.Refused, isOfRuns ? Verdict.Refused : Verdict.Committed, Verdict.Committed], answers.Select(static a => a.Verdict));
        var refused = answers.Single(static a => a.Verdict == Verdict.Refused);
        Assert.True(refused.IsDamage);
        Assert.Contains(isOfRuns ? "holdfast_run_info has a row" : "holdfast_mail has a row", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forged_place_in_the_queue_of_the_ended_neither_ends_the_queue_nor_empties_it()
    {
        var runs = new List<(RunId Id, RunKey Key)>();
        for (var i = 0; i < 4; i++) runs.Add(await CreateAsync());
        await EndAsync(runs[0]);
        Sql(DatabasePath, "UPDATE holdfast_ended SET n = 9223372036854775807");
        foreach (var run in runs[1..]) await EndAsync(run);
        Assert.Equal(1, (await PruneAsync(new PruneRule(null, 2))).Runs);
        Assert.False(await IsThereAsync(runs[1]));
        Assert.True(await IsThereAsync(runs[2]));
        // It goes by its age, when those before it have gone.
        Assert.Equal(3, (await PruneAsync(new(DateTimeOffset.MaxValue, null))).Runs);
    }

    [Theory]
    [InlineData("UPDATE holdfast_meta SET value = 9223372036854775807 WHERE name = 'epoch'")]
    [InlineData("UPDATE holdfast_meta SET value = -5 WHERE name = 'epoch'")]
    [InlineData("UPDATE holdfast_meta SET value = 'many' WHERE name = 'epoch'")]
    [InlineData("DELETE FROM holdfast_meta WHERE name = 'epoch'")]
    public async Task A_forged_epoch_is_damage_and_nobody_owns_the_store(string sql)
    {
        await CreateAsync();
        await Store.DisposeAsync();
        Sql(DatabasePath, sql);
        await using var store = SqliteStore.Open(DatabasePath, Small);
        Assert.Equal(HoldfastError.StoreCorrupt, await ErrorOfAsync(async () => await store.AcquireAsync("test", default)));
    }

    [Fact]
    public async Task A_run_whose_workflow_has_no_name_is_in_the_lists_and_says_so()
    {
        var (odd, other) = (await CreateAsync(), await CreateAsync());
        Sql(DatabasePath, $"UPDATE holdfast_run_info SET w = 4711 WHERE {Of(odd)}");
        Assert.Equal([other.Id, odd.Id], (await Store.ListAsync(new() { Status = RunStatus.Running }, default)).Select(static row => row.Id));
        Assert.Equal(HoldfastError.StoreCorrupt, (await Store.GetAsync(odd.Id, default))!.Unreadable?.Error);
        Assert.Contains("workflow", (await LoadAsync(odd.Id)).Unreadable?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE holdfast_run SET journal_seq = 5000 WHERE #; UPDATE holdfast_journal SET seq = 5000, previous = n WHERE n = (SELECT journal_last FROM holdfast_run WHERE #)")]
    [InlineData("UPDATE holdfast_run SET journal_seq = 9223372036854775806 WHERE #")]
    [InlineData("UPDATE holdfast_journal SET previous = n WHERE # AND seq = 2")]
    [InlineData("UPDATE holdfast_journal SET seq = 1 WHERE #")]
    [InlineData("DELETE FROM holdfast_journal WHERE # AND seq = 2")]
    [InlineData("UPDATE holdfast_journal SET previous = (SELECT n FROM holdfast_journal WHERE NOT # AND seq = 2) WHERE # AND seq = 3")]
    [InlineData("INSERT INTO holdfast_journal_mark SELECT k, 64, 1 FROM holdfast_run WHERE #")]
    public async Task A_journal_whose_entries_do_not_follow_each_other_is_damage_and_says_where(string sql)
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        for (var i = 0; i < 4; i++)
            foreach (var each in ((RunId, RunKey)[])[run, other]) await AppendAsync((Turn(each, i) with { Journal = $"t{i}" }).ToTransition());
        Sql(DatabasePath, sql.Replace("#", Of(run), StringComparison.Ordinal));
        var read = Task.Run(async () => await Store.ReadJournalAsync(run.Id, -1, int.MaxValue, default));
        var error = await Assert.ThrowsAsync<HoldfastException>(() => read.WaitAsync(Runs.World.Patience));
        Assert.Equal(HoldfastError.StoreCorrupt, error.Error);
        Assert.Contains(run.Id.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Equal(["t0", "t1", "t2", "t3"], (await Store.ReadJournalAsync(other.Id, 0, 10, default)).Select(static row => Text(row.Entries)));
    }

    [Theory]
    [InlineData("UPDATE holdfast_run_info SET id = x'00' WHERE #", false)]
    [InlineData("UPDATE holdfast_run_info SET parent = x'01' WHERE #", true)]
    [InlineData("INSERT INTO holdfast_result SELECT k, 'abc', 0, x'00' FROM holdfast_run WHERE #", true)]
    public async Task A_row_that_cannot_be_read_hides_no_other(string sql, bool isNamed)
    {
        var runs = new List<(RunId Id, RunKey Key)>();
        for (var i = 0; i < 4; i++) runs.Add(await CreateAsync());
        foreach (var run in runs) await AppendAsync((Turn(run, 0) with { WakeUtc = Start, Owed = true }).ToTransition());
        Sql(DatabasePath, sql.Replace("#", Of(runs[1]), StringComparison.Ordinal));
        var expected = runs.Select(static run => run.Id).Where(id => isNamed || id != runs[1].Id).ToList();

        // As many as were asked for, or the caller would take the page for the last one.
        var owed = await Store.ScanOwedAsync(default, expected.Count - 1, default);
        Assert.Equal(expected[..^1], owed.Select(static each => each.Run));
        Assert.Equal(expected[^1..], (await Store.ScanOwedAsync(owed[^1].Key, 10, default)).Select(static each => each.Run));
        var due = await Store.ScanDueAsync(Start, default, expected.Count - 1, default);
        Assert.Equal(expected[..^1], due.Select(static each => each.Run));
        Assert.Equal(expected[^1..], (await Store.ScanDueAsync(Start, due[^1], 10, default)).Select(static each => each.Run));
        var listed = await Store.ListAsync(new() { Limit = expected.Count - 1 }, default);
        Assert.Equal(expected[1..], listed.Select(static row => row.Id).Reverse());
        Assert.Equal(expected[..1], (await Store.ListAsync(new() { Before = listed[^1].Id }, default)).Select(static row => row.Id));
        Assert.Empty(await Store.ScanOwedAsync(default, 0, default));
        if (!isNamed) return;
        Assert.Equal(HoldfastError.StoreCorrupt, (await Store.GetAsync(runs[1].Id, default))!.Unreadable?.Error);
        Assert.Equal(HoldfastError.StoreCorrupt, (await LoadAsync(runs[1].Id)).Unreadable?.Error);
        Assert.Null((await LoadAsync(runs[2].Id)).Unreadable);
    }
}
