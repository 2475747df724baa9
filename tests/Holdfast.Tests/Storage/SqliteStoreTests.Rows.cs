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
}
