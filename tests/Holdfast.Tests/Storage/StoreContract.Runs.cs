using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Creating runs, advancing them, and who may.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task A_created_run_is_loaded_as_it_was_given_and_owes_its_first_turn()
    {
        var parent = await CreateAsync();
        var run = NewRun(key: "k1") with { Parent = parent.Id, TraceParent = "00-abc-def-01" };
        var result = await AppendOneAsync(new CreateRun(run));
        await ReopenAsync();

        Assert.Equal((Verdict.Committed, run.Id), (result.Verdict, result.Run));
        var stored = await LoadAsync(run.Id);
        Assert.Equal((run.Id, "refund", 2, "k1", parent.Id), (stored.Run.Id, stored.Run.Workflow, stored.Run.Version, stored.Run.Key, stored.Run.Parent));
        Assert.Equal((run.CreatedUtc, "00-abc-def-01", "{}", "s0"),
            (stored.Run.CreatedUtc, stored.Run.TraceParent, Text(stored.Run.Input), Text(stored.Run.State)));
        Assert.Equal((RunStatus.Running, 0L, null, true), (stored.Status, stored.Revision, stored.WakeUtc, stored.Owed));
        Assert.Equal(result.Key, stored.Key);
        Assert.True(stored.Snapshot.IsEmpty);
        Assert.Empty(stored.Results);
        Assert.Empty(stored.Mail);
        Assert.Null(stored.Outcome);
        Assert.True(await IsOwedAsync(run.Id));
        Assert.Null(await Store.LoadAsync(NewRun().Id, default));

        // Whoever has created it does not load it, and must know the same.
        var known = StoredRun.JustCreated(run, result.Key);
        Assert.Equal("s0", Text(known.Run.State));
        Assert.Equal(Plain(known), Plain(stored));

        static StoredRun Plain(StoredRun run) => run with { Run = run.Run with { Input = default, State = default }, Snapshot = default, Results = [], Mail = [] };
    }

    [Fact]
    public async Task The_same_workflow_and_key_start_one_run_only()
    {
        var first = await CreateAsync("refund", "order-1");
        var results = await AppendAsync(new CreateRun(NewRun("refund", "order-1")), new CreateRun(NewRun("refund", "order-2")),
            new CreateRun(NewRun("refund", "order-2")), new CreateRun(NewRun("other", "order-1")));

        Assert.Equal((Verdict.Duplicate, first.Id, first.Key), (results[0].Verdict, results[0].Run, results[0].Key));
        Assert.Equal(Verdict.Committed, results[1].Verdict);
        Assert.Equal((Verdict.Duplicate, results[1].Run, results[1].Key), (results[2].Verdict, results[2].Run, results[2].Key));
        Assert.Equal(Verdict.Committed, results[3].Verdict);
        Assert.Equal(first.Id, await Store.FindAsync("refund", "order-1", default));
        Assert.Equal(results[3].Run, await Store.FindAsync("other", "order-1", default));
        Assert.Null(await Store.FindAsync("refund", "order-3", default));
        Assert.Null(await Store.FindAsync("unheard-of", "order-1", default));
    }

    [Fact]
    public async Task A_run_id_is_created_once()
    {
        var run = NewRun();
        var results = await AppendAsync(new CreateRun(run), new CreateRun(run), new CreateRun(run with { Key = "k" }));

        Assert.Equal([Verdict.Committed, Verdict.Duplicate, Verdict.Refused], results.Select(each => each.Verdict));
        Assert.Equal(results[0].Key, results[1].Key);
        Assert.Contains(run.Id.ToString(), results[2].Reason, StringComparison.Ordinal);
        Assert.Single(await Store.ListAsync(new RunQuery(), default));
    }

    [Fact]
    public async Task A_transition_replaces_state_and_keeps_or_replaces_the_snapshot()
    {
        var run = await CreateAsync();
        var wake = Start.AddDays(2);
        await AppendAsync((Turn(run, 0) with { State = "s1", Snapshot = "frames", WakeUtc = wake, Status = RunStatus.Parked }).ToTransition(), (Turn(run, 1) with { State = "s2" }).ToTransition());
        var kept = await LoadAsync(run.Id);
        Assert.Equal(("s2", "frames", 2L), (Text(kept.Run.State), Text(kept.Snapshot), kept.Revision));
        Assert.Equal(Start.AddMinutes(2), kept.UpdatedUtc);
        // The second transition gave other values and said that they changed.
        Assert.Equal((RunStatus.Running, null), (kept.Status, kept.WakeUtc));

        await AppendAsync((Turn(run, 2) with { Snapshot = "", WakeUtc = wake }).ToTransition(), (Turn(run, 3) with { IndexChanged = false, WakeUtc = wake }).ToTransition());
        await ReopenAsync();
        var removed = await LoadAsync(run.Id);
        Assert.True(removed.Snapshot.IsEmpty);
        Assert.Equal((wake, 4L), (removed.WakeUtc, removed.Revision));
    }

    [Fact]
    public async Task A_stale_write_contributes_nothing_while_its_neighbours_are_kept()
    {
        var fenced = await CreateAsync();
        var healthy = await CreateAsync();
        var receiver = await CreateAsync();
        await AppendAsync(Mail(fenced.Id, "one"), (Turn(receiver, 0)).ToTransition());
        var mail = (await LoadAsync(fenced.Id)).Mail.Single().Sequence;
        var child = NewRun("child");
        var blob = new Blob(BlobHash.Of([1, 2]), new byte[] { 1, 2 });
        var poison = Turn(fenced, 0) with
        {
            Epoch = Epoch - 1,
            State = "stolen",
            Snapshot = "stolen",
            WakeUtc = Start,
            ConsumedMail = [mail],
            Outgoing = [Mail(receiver.Id, "stolen")],
            Children = [child],
            Blobs = [blob],
            Journal = "stolen",
            Outcome = new(RunStatus.Completed, Bytes("stolen"), default),
        };

        var results = await AppendAsync(
            (Turn(healthy, 0) with { State = "h1" }).ToTransition(),
            poison.ToTransition(),
            (poison with { Epoch = Epoch, Revision = 5 }).ToTransition(),
            new ResultOnly { Run = fenced.Id, Key = fenced.Key, Epoch = Epoch - 1, Utc = Start, Op = 1, Outcome = Bytes("stolen"), Journal = Bytes("stolen") },
            (Turn(healthy, 1) with { State = "h2" }).ToTransition());
        await ReopenAsync();

        Assert.Equal([Verdict.Committed, Verdict.Stale, Verdict.Stale, Verdict.Stale, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Equal("h2", Text((await LoadAsync(healthy.Id)).Run.State));
        var untouched = await LoadAsync(fenced.Id);
        Assert.Equal(("s0", 0L, null), (Text(untouched.Run.State), untouched.Revision, untouched.WakeUtc));
        Assert.Null(untouched.Outcome);
        Assert.Empty(untouched.Results);
        Assert.Single(untouched.Mail);
        Assert.Empty((await LoadAsync(receiver.Id)).Mail);
        Assert.False(await IsOwedAsync(receiver.Id));
        Assert.Null(await Store.GetAsync(child.Id, default));
        Assert.Null(await Store.LoadBlobAsync(fenced.Key, blob.Hash, default));
        Assert.Empty(await Store.ReadJournalAsync(fenced.Id, 0, 10, default));
    }

    [Fact]
    public async Task Acquiring_again_fences_the_epoch_before()
    {
        var run = await CreateAsync();
        var before = Turn(run, 0);
        await ReopenAsync();

        Assert.True(Epoch > before.Epoch);
        Assert.Equal(Verdict.Stale, (await AppendOneAsync(before.ToTransition())).Verdict);
        Assert.Equal(Verdict.Committed, (await AppendOneAsync(Turn(run, 0).ToTransition())).Verdict);
    }

    [Fact]
    public async Task A_revision_is_used_once()
    {
        var run = await CreateAsync();
        var results = await AppendAsync((Turn(run, 0) with { State = "first" }).ToTransition(), (Turn(run, 0) with { State = "second" }).ToTransition());

        Assert.Equal([Verdict.Committed, Verdict.Stale], results.Select(each => each.Verdict));
        Assert.Equal("first", Text((await LoadAsync(run.Id)).Run.State));
    }

    [Fact]
    public async Task Writes_to_a_run_that_is_not_there_are_answered_so()
    {
        var nobody = (NewRun().Id, new RunKey(4711));
        var results = await AppendAsync(Turn(nobody, 0).ToTransition(), Result(nobody, 1, "r"), Mail(nobody.Id, "m"));

        Assert.All(results, result => Assert.Equal(Verdict.UnknownRun, result.Verdict));
    }

    [Fact]
    public async Task Children_start_with_the_transition_and_owe_their_first_turn()
    {
        var run = await CreateAsync();
        var child = NewRun("child", "c1") with { Parent = run.Id };
        await AppendAsync((Turn(run, 0) with { Children = [child, NewRun("child")] }).ToTransition());

        Assert.Equal(run.Id, (await LoadAsync(child.Id)).Run.Parent);
        Assert.True(await IsOwedAsync(child.Id));
        Assert.Equal(child.Id, await Store.FindAsync("child", "c1", default));
        Assert.Equal(3, (await Store.ListAsync(new RunQuery(), default)).Count);
    }

    [Fact]
    public async Task A_transition_whose_child_is_taken_is_refused_whole_and_alone()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        await CreateAsync("child", "taken");
        var fresh = NewRun("child", "fresh");
        var twin = NewRun("child", "twin");
        var results = await AppendAsync(
            (Turn(other, 0) with { State = "before" }).ToTransition(),
            (Turn(run, 0) with { State = "no", Children = [fresh, NewRun("child", "taken")], Outgoing = [Mail(other.Id, "no")], Journal = "no" }).ToTransition(),
            (Turn(run, 0) with { State = "no", Children = [NewRun("child") with { Id = other.Id }] }).ToTransition(),
            (Turn(run, 0) with { State = "no", Children = [twin, twin with { Key = "other" }] }).ToTransition(),
            (Turn(run, 0) with { State = "no", Children = [twin, NewRun("child", "twin")] }).ToTransition(),
            (Turn(other, 1) with { State = "after" }).ToTransition());

        Assert.Equal([Verdict.Committed, Verdict.Refused, Verdict.Refused, Verdict.Refused, Verdict.Refused, Verdict.Committed], results.Select(each => each.Verdict));
        Assert.Contains("taken", results[1].Reason, StringComparison.Ordinal);
        Assert.Contains(other.Id.ToString(), results[2].Reason, StringComparison.Ordinal);
        Assert.Equal("s0", Text((await LoadAsync(run.Id)).Run.State));
        var neighbour = await LoadAsync(other.Id);
        Assert.Equal("after", Text(neighbour.Run.State));
        Assert.Empty(neighbour.Mail);
        Assert.Null(await Store.FindAsync("child", "fresh", default));
        Assert.Null(await Store.FindAsync("child", "twin", default));
        Assert.Empty(await Store.ReadJournalAsync(run.Id, 0, 10, default));
    }

    [Fact]
    public async Task An_outcome_ends_the_run_and_clears_what_only_a_live_run_needs()
    {
        var run = await CreateAsync();
        var blob = new Blob(BlobHash.Of([9]), new byte[] { 9 });
        await AppendAsync((Turn(run, 0) with { Snapshot = "frames", WakeUtc = Start, Owed = true, Blobs = [blob] }).ToTransition(), Result(run, 3, "r3"));
        await AppendAsync(Mail(run.Id, "late", "known"));
        var result = await AppendOneAsync((Turn(run, 1) with
        {
            State = "end",
            Status = RunStatus.Failed,
            Owed = true,
            WakeUtc = Start,
            Snapshot = "more",
            Outcome = new(RunStatus.Failed, Bytes("1"), Bytes("boom")),
        }).ToTransition());
        await ReopenAsync();

        Assert.Equal(Verdict.Committed, result.Verdict);
        var ended = await LoadAsync(run.Id);
        Assert.Equal((RunStatus.Failed, 2L, null, false, "end"), (ended.Status, ended.Revision, ended.WakeUtc, ended.Owed, Text(ended.Run.State)));
        Assert.Equal((RunStatus.Failed, "1", "boom"), (ended.Outcome!.Status, Text(ended.Outcome.Result), Text(ended.Outcome.Error)));
        Assert.True(ended.Snapshot.IsEmpty);
        Assert.Empty(ended.Results);
        Assert.Null(await Store.LoadBlobAsync(run.Key, blob.Hash, default));
        Assert.Empty(await Store.ScanOwedAsync(default, 10, default));
        Assert.Empty(await Store.ScanDueAsync(Start.AddYears(1), default, 10, default));
        Assert.Single(ended.Mail);

        // What was kept while the run lived is known; what comes now is not kept.
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Mail(run.Id, "in time", "known"))).Verdict);
        var later = await AppendAsync(Mail(run.Id, "too-late"), Mail(run.Id, "too-late", "unknown"), Turn(run, 2).ToTransition(), Result(run, 4, "r4"));
        Assert.All(later, each => Assert.Equal(Verdict.Finished, each.Verdict));
        Assert.Equal((RunStatus.Failed, "boom"), ((await Store.GetAsync(run.Id, default))!.Status, Text((await Store.GetAsync(run.Id, default))!.Outcome!.Error)));
    }

    [Fact]
    public async Task A_start_or_a_message_of_an_owner_that_was_replaced_is_not_kept()
    {
        var run = await CreateAsync();
        var old = Epoch;
        await ReopenAsync();
        var start = NewRun();
        var mail = new NewMail(MailKind.Signal, "late", default, "key", Start);

        var stale = await AppendAsync(new CreateRun(start) { Epoch = old }, new PostMail(run.Id, mail) { Epoch = old });
        Assert.Equal([Verdict.Stale, Verdict.Stale], stale.Select(each => each.Verdict));
        Assert.Null(await Store.LoadAsync(start.Id, default));
        Assert.Empty((await LoadAsync(run.Id)).Mail);

        var kept = await AppendAsync(new CreateRun(start) { Epoch = Epoch }, new PostMail(run.Id, mail) { Epoch = Epoch });
        Assert.Equal([Verdict.Committed, Verdict.Committed], kept.Select(each => each.Verdict));
    }
}
