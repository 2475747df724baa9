using Holdfast.Storage;

namespace Holdfast.Tests.Storage;

/// <summary>Mailboxes, and the mark that makes a recovery look at a run.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task Mail_is_kept_in_order_and_marks_the_run_owed()
    {
        var run = await CreateAsync();
        await AppendAsync(Turn(run, 0).ToTransition());
        Assert.False(await IsOwedAsync(run.Id));

        var results = await AppendAsync(Mail(run.Id, "a"), new PostMail(run.Id, new(MailKind.Cancel, "", Bytes("enough"), null, Start)), Mail(run.Id, "c"));
        await ReopenAsync();

        var mail = (await LoadAsync(run.Id)).Mail;
        Assert.Equal(["a", "", "c"], mail.Select(each => each.Name));
        Assert.Equal(results.Select(each => each.MailSequence), mail.Select(each => each.Sequence));
        Assert.Equal((MailKind.Cancel, "enough", Start), (mail[1].Kind, Text(mail[1].Payload), mail[1].Utc));
        Assert.All(results, each => Assert.Equal((run.Id, run.Key), (each.Run, each.Key)));
        Assert.True(await IsOwedAsync(run.Id));
    }

    [Fact]
    public async Task Consumed_mail_goes_and_its_dedup_key_stays()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var sent = await AppendAsync(Mail(run.Id, "a", "d1"), Mail(other.Id, "a", "d1"), Mail(run.Id, "again", "d1"), Mail(run.Id, "b"));
        Assert.Equal([Verdict.Committed, Verdict.Committed, Verdict.Duplicate, Verdict.Committed], sent.Select(each => each.Verdict));
        Assert.Equal(sent[0].MailSequence, sent[2].MailSequence);
        Assert.Equal([null, null, "a", null], sent.Select(each => each.KnownName));

        await AppendAsync((Turn(run, 0) with { ConsumedMail = [sent[0].MailSequence, sent[3].MailSequence] }).ToTransition());
        await ReopenAsync();

        Assert.Empty((await LoadAsync(run.Id)).Mail);
        var known = await AppendOneAsync(Mail(run.Id, "again", "d1"));
        Assert.Equal((Verdict.Duplicate, "a"), (known.Verdict, known.KnownName));
        var fresh = await AppendOneAsync(Mail(run.Id, "b"));
        Assert.Equal(Verdict.Committed, fresh.Verdict);
        // A place is never given twice, not even the last one: a turn that saw the first message would hide the second.
        Assert.True(fresh.MailSequence > sent.Max(each => each.MailSequence));
        Assert.Single((await LoadAsync(run.Id)).Mail);
    }

    [Fact]
    public async Task An_answer_is_kept_under_the_dedup_key_of_its_message()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var sent = await AppendAsync(Mail(run.Id, "a", "d1"), Mail(run.Id, "b"), Mail(other.Id, "a", "d1"), Mail(run.Id, "c", "d2"));
        Assert.Null(await Store.FindAnswerAsync(run.Id, "d1", default));
        var consumed = sent.Where((_, i) => i != 2).Select(static s => s.MailSequence).ToArray();
        await AppendAsync((Turn(run, 0) with { ConsumedMail = consumed, Answers = [new(consumed[0], Bytes("yes")), new(consumed[1], Bytes("lost"))] }).ToTransition());
        await ReopenAsync();

        Assert.Equal("yes", Text((await Store.FindAnswerAsync(run.Id, "d1", default))!.Value));
        Assert.Null(await Store.FindAnswerAsync(run.Id, "d2", default));
        Assert.Null(await Store.FindAnswerAsync(run.Id, "d3", default));
        Assert.Null(await Store.FindAnswerAsync(other.Id, "d1", default));
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Mail(run.Id, "a", "d1"))).Verdict);
        await AppendAsync((Turn(run, 1) with { Status = RunStatus.Completed, Outcome = new(RunStatus.Completed, default, default) }).ToTransition());
        Assert.Equal("yes", Text((await Store.FindAnswerAsync(run.Id, "d1", default))!.Value));
        Assert.Empty((await LoadAsync(run.Id)).Mail);
    }

    [Fact]
    public async Task A_message_consumed_by_another_run_stays()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var sent = await AppendOneAsync(Mail(run.Id, "mine"));
        await AppendAsync((Turn(other, 0) with { ConsumedMail = [sent.MailSequence], DeadMail = [new(sent.MailSequence, "no")] }).ToTransition());

        Assert.Single((await LoadAsync(run.Id)).Mail);
        Assert.Empty(await Store.ListDeadLettersAsync(null, 10, default));
    }

    [Fact]
    public async Task Mail_that_came_during_the_turn_keeps_the_run_owed()
    {
        var run = await CreateAsync();
        var seen = (await AppendOneAsync(Mail(run.Id, "seen"))).MailSequence;
        // The turn is computed now; before it commits, another message arrives in the same batch.
        await AppendAsync(Mail(run.Id, "raced"), (Turn(run, 0) with { MailSeen = seen, Owed = false }).ToTransition());
        Assert.True(await IsOwedAsync(run.Id));

        var last = (await LoadAsync(run.Id)).Mail[^1].Sequence;
        await AppendAsync((Turn(run, 1) with { MailSeen = last, Owed = false }).ToTransition());
        Assert.False(await IsOwedAsync(run.Id));
        Assert.Equal(2, (await LoadAsync(run.Id)).Mail.Count);
    }

    [Fact]
    public async Task A_transition_that_leaves_the_indexes_alone_does_not_unmark_the_run()
    {
        var run = await CreateAsync();
        await AppendAsync(Turn(run, 0).ToTransition());
        await AppendAsync(Mail(run.Id, "raced"), (Turn(run, 1) with { IndexChanged = false }).ToTransition());

        Assert.True(await IsOwedAsync(run.Id));
    }

    [Fact]
    public async Task What_a_transition_owes_is_stored()
    {
        var run = await CreateAsync();
        await AppendAsync((Turn(run, 0) with { Owed = true }).ToTransition());
        Assert.True(await IsOwedAsync(run.Id));
        await AppendAsync((Turn(run, 1) with { Owed = false }).ToTransition());
        Assert.False(await IsOwedAsync(run.Id));
    }

    [Fact]
    public async Task Outgoing_mail_goes_with_the_transition_and_is_dropped_where_nobody_can_take_it()
    {
        var (run, target, ended) = (await CreateAsync(), await CreateAsync(), await CreateAsync());
        await AppendAsync(Turn(target, 0).ToTransition(), (Turn(ended, 0) with { Outcome = new(RunStatus.Completed, default, default) }).ToTransition());
        var result = await AppendOneAsync((Turn(run, 0) with
        {
            Outgoing = [Mail(NewRun().Id, "nobody"), Mail(ended.Id, "ended"), Mail(target.Id, "hello", "d"), Mail(target.Id, "hello", "d"), Mail(run.Id, "self")],
        }).ToTransition());

        Assert.Equal(Verdict.Committed, result.Verdict);
        Assert.Equal("hello", Assert.Single((await LoadAsync(target.Id)).Mail).Name);
        Assert.True(await IsOwedAsync(target.Id));
        Assert.Empty((await LoadAsync(ended.Id)).Mail);
        Assert.Equal("self", Assert.Single((await LoadAsync(run.Id)).Mail).Name);
        Assert.True(await IsOwedAsync(run.Id));
    }

    [Fact]
    public async Task Dead_letters_leave_the_mailbox_and_are_listed_with_their_reason()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var sent = await AppendAsync(Mail(other.Id, "first"), Mail(run.Id, "bad", "d"), Mail(run.Id, "good"));
        await AppendAsync(
            (Turn(run, 0) with { DeadMail = [new(sent[1].MailSequence, "not a number")] }).ToTransition(),
            (Turn(other, 0) with { DeadMail = [new(sent[0].MailSequence, "nobody waits")] }).ToTransition());
        await ReopenAsync();

        Assert.Equal("good", Assert.Single((await LoadAsync(run.Id)).Mail).Name);
        var all = await Store.ListDeadLettersAsync(null, 10, default);
        Assert.Equal([(other.Id, "first", "nobody waits"), (run.Id, "bad", "not a number")], all.Select(each => (each.Run, each.Mail.Name, each.Reason)));
        Assert.Equal("p-bad", Text(all[1].Mail.Payload));
        Assert.Equal("bad", Assert.Single(await Store.ListDeadLettersAsync(run.Id, 10, default)).Mail.Name);
        Assert.Single(await Store.ListDeadLettersAsync(null, 1, default));
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Mail(run.Id, "bad", "d"))).Verdict);
    }

    [Fact]
    public async Task A_dead_letter_is_put_back_once_behind_what_came_since()
    {
        var run = await CreateAsync();
        var (bad, open) = (await AppendOneAsync(Mail(run.Id, "bad", "d")), await AppendOneAsync(Mail(run.Id, "open")));
        await AppendAsync((Turn(run, 0) with { DeadMail = [new(bad.MailSequence, "no")], MailSeen = open.MailSequence }).ToTransition());
        var first = await AppendOneAsync(Again(run.Id, bad.MailSequence));

        Assert.Equal((Verdict.Committed, run.Id, run.Key), (first.Verdict, first.Run, first.Key));
        Assert.True(first.MailSequence > open.MailSequence);
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Again(run.Id, bad.MailSequence))).Verdict);
        await ReopenAsync();
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Again(run.Id, bad.MailSequence))).Verdict);
        Assert.Empty(await Store.ListDeadLettersAsync(null, 10, default));
        Assert.True(await IsOwedAsync(run.Id));
        var mail = (await LoadAsync(run.Id)).Mail;
        Assert.Equal([("open", open.MailSequence), ("bad", first.MailSequence)], mail.Select(static each => (each.Name, each.Sequence)));
        Assert.Equal(("p-bad", MailKind.Signal, Start.AddDays(1)), (Text(mail[1].Payload), mail[1].Kind, mail[1].Utc));

        // Sent again it is still known; taken and dead again it is another letter.
        var known = await AppendOneAsync(Mail(run.Id, "bad", "d"));
        Assert.Equal((Verdict.Duplicate, first.MailSequence), (known.Verdict, known.MailSequence));
        await AppendAsync((Turn(run, 1) with { DeadMail = [new(first.MailSequence, "no again")], MailSeen = first.MailSequence }).ToTransition());
        Assert.Equal((first.MailSequence, "no again"), Assert.Single((await Store.ListDeadLettersAsync(run.Id, 10, default)).Select(static letter => (letter.Mail.Sequence, letter.Reason))));
        var second = await AppendOneAsync(Again(run.Id, first.MailSequence));
        Assert.Equal(Verdict.Committed, second.Verdict);
        await AppendAsync((Turn(run, 2) with { ConsumedMail = [second.MailSequence], Answers = [new(second.MailSequence, "taken"u8.ToArray())], MailSeen = second.MailSequence }).ToTransition());
        Assert.Equal("open", Assert.Single((await LoadAsync(run.Id)).Mail).Name);
        Assert.Equal("taken", Text((await Store.FindAnswerAsync(run.Id, "d", default))!.Value));
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Again(run.Id, first.MailSequence))).Verdict);
        Assert.Equal(Verdict.Duplicate, (await AppendOneAsync(Mail(run.Id, "bad", "d"))).Verdict);
    }

    [Fact]
    public async Task Only_a_dead_letter_of_a_live_run_is_put_back_and_by_the_owner_only()
    {
        var (run, other) = (await CreateAsync(), await CreateAsync());
        var (bad, open) = (await AppendOneAsync(Mail(run.Id, "bad")), await AppendOneAsync(Mail(run.Id, "open")));
        await AppendAsync((Turn(run, 0) with { DeadMail = [new(bad.MailSequence, "no")], MailSeen = bad.MailSequence }).ToTransition());

        Assert.Equal(Verdict.UnknownMail, (await AppendOneAsync(Again(run.Id, open.MailSequence))).Verdict);
        Assert.Equal(Verdict.UnknownMail, (await AppendOneAsync(Again(other.Id, bad.MailSequence))).Verdict);
        Assert.Equal(Verdict.UnknownMail, (await AppendOneAsync(Again(run.Id, 12_345))).Verdict);
        Assert.Equal(Verdict.UnknownRun, (await AppendOneAsync(Again(RunId.Create(Start, new Random(4)), bad.MailSequence))).Verdict);
        Assert.Equal(Verdict.Stale, (await AppendOneAsync(new RedeliverMail { Run = run.Id, Sequence = bad.MailSequence, Utc = Start, Epoch = Epoch - 1 })).Verdict);
        Assert.Equal("open", Assert.Single((await LoadAsync(run.Id)).Mail).Name);
        Assert.Single(await Store.ListDeadLettersAsync(run.Id, 10, default));

        await AppendAsync((Turn(run, 1) with { Outcome = new(RunStatus.Completed, default, default), Status = RunStatus.Completed, MailSeen = open.MailSequence }).ToTransition());
        Assert.Equal(Verdict.Finished, (await AppendOneAsync(Again(run.Id, bad.MailSequence))).Verdict);
        Assert.Single(await Store.ListDeadLettersAsync(run.Id, 10, default));
    }

    RedeliverMail Again(RunId run, long sequence) => new() { Run = run, Sequence = sequence, Utc = Start.AddDays(1), Epoch = Epoch };
}
