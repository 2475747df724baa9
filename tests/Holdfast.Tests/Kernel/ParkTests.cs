using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class ParkTests
{
    readonly KernelWorld _world = new();

    [Fact]
    public void A_parked_run_keeps_its_ops_and_owes_nothing()
    {
        var op = _world.Step();
        var decision = _world.Do(new RunEvent.Park("needs migration: Refund.Run changed"));
        Assert.Equal([new JournalEntry(JournalKind.Parked, 0, "needs migration: Refund.Run changed")], decision.Journal);
        Assert.True(_world.IsOpen(op));
        Assert.Empty(RunKernel.Pending(_world.State));
        Assert.False(RunKernel.IsOwed(_world.State));
        Assert.Equal("parked: needs migration: Refund.Run changed", RunKernel.Describe(_world.State));
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.StartTimer(_world.State.NextOp, _world.Now)));
    }

    [Fact]
    public void It_goes_on_with_what_it_owed()
    {
        var op = _world.Step();
        _world.Do(new RunEvent.Park("misuse"));
        var decision = _world.Mail(MailKind.Unpark);
        Assert.Equal([new Effect.RunAttempt(op, 1)], decision.Effects);
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.Equal((RunStatus.Running, "misuse"), (_world.State.Status, _world.State.ParkReason));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mail_of_every_kind_waits_and_is_taken_in_order_when_the_run_goes_on(bool reload)
    {
        var first = _world.Receive("go");
        var child = _world.Child(out _);
        var doubtful = _world.Step(step => step.AtMostOnce = true);
        _world.Do(new RunEvent.Recover(2));
        _world.Mail(MailKind.Signal, "early");
        _world.Do(new RunEvent.Park("misuse"));

        _world.Mail(MailKind.Signal, "go");
        _world.Mail(MailKind.ChildSettled, $"{child}", StateCodec.EncodeOutcome(KernelWorld.Ok()));
        _world.Mail(MailKind.Decision, $"{doubtful}", StateCodec.EncodeOutcome(KernelWorld.Ok()));
        _world.Mail(MailKind.Signal, "go");
        _world.Mail(MailKind.Cancel, payload: "enough");
        Assert.Equal("", KernelWorld.Text(_world.Decision));
        Assert.Equal(6, _world.State.MailSeen);
        if (reload) _world.State = KernelWorld.Reload(_world.State);

        var decision = _world.Mail(MailKind.Unpark, grace: TimeSpan.FromHours(1), epoch: 2);
        Assert.Equal([first, child, doubtful], decision.Deliveries.Select(delivery => delivery.Op));
        Assert.Equal([7L, 2, 3, 4, 6], decision.ConsumedMail);
        Assert.Equal("enough", decision.CancelRun);
        Assert.Equal(_world.Now + TimeSpan.FromHours(1), _world.State.CancelGraceUtc);
        Assert.Equal([1L, 5], _world.State.Inbox.Select(mail => mail.Sequence));
    }

    [Fact]
    public void A_request_to_cancel_that_was_taken_and_not_heard_is_repeated()
    {
        _world.Mail(MailKind.Cancel, payload: "enough");
        _world.Do(new RunEvent.Park("misuse"));
        Assert.Equal("enough", _world.Mail(MailKind.Unpark).CancelRun);
    }

    [Fact]
    public void Going_on_under_a_new_epoch_without_a_recovery_still_puts_at_most_once_in_doubt()
    {
        var once = _world.Step(step => step.AtMostOnce = true);
        var often = _world.Step();
        _world.Do(new RunEvent.Park("misuse"));
        var decision = _world.Mail(MailKind.Unpark, epoch: 2);
        Assert.Equal([new Effect.RunAttempt(often, 2)], decision.Effects);
        Assert.Equal(StepPhase.InDoubt, _world.StepAt(once).Phase);
    }

    [Fact]
    public void An_attempt_that_settles_its_step_is_left_to_the_store_and_folded_in_later()
    {
        var op = _world.Step();
        _world.Do(new RunEvent.Park("misuse"));
        var ended = new RunEvent.AttemptEnded(op, 1, KernelWorld.Ok(), true, 0, 1);
        Assert.NotNull(RunKernel.Settlement(_world.State, ended, _world.Now));
        Assert.Equal("", KernelWorld.Text(_world.Do(ended)));
        Assert.Equal("", KernelWorld.Text(_world.Do(new RunEvent.ResultStored(op, KernelWorld.Ok()))));
        Assert.True(_world.IsOpen(op));

        _world.Mail(MailKind.Unpark);
        Assert.Single(_world.Decision.Effects);
        var decision = _world.Also(new RunEvent.ResultStored(op, KernelWorld.Ok()));
        Assert.Equal(op, Assert.Single(decision.Deliveries).Op);
        // The attempt that going on had ordered must not run beside its own result.
        Assert.Empty(decision.Effects);
    }

    [Fact]
    public void An_attempt_that_fails_meanwhile_is_counted_and_the_next_one_waits_for_the_run()
    {
        var op = _world.Step();
        _world.Do(new RunEvent.Park("misuse"));
        _world.End(op, 1, KernelWorld.Error());
        Assert.Equal((StepPhase.Backoff, 2), (_world.StepAt(op).Phase, _world.StepAt(op).Attempt));
        _world.Pass(TimeSpan.FromHours(1));
        Assert.Empty(_world.Mail(MailKind.Unpark).Effects);
        Assert.Equal([new Effect.RunAttempt(op, 2)], _world.Pass().Effects);
    }

    [Fact]
    public void A_message_that_asks_in_vain_is_consumed_with_the_new_reason()
    {
        _world.Do(new RunEvent.Park("misuse"));
        var mail = _world.NewMail(MailKind.Unpark);
        var decision = _world.Do(new RunEvent.Park("misuse, still", mail.Sequence));
        Assert.Equal([mail.Sequence], decision.ConsumedMail);
        Assert.Equal((RunStatus.Parked, "misuse, still"), (_world.State.Status, _world.State.ParkReason));
        Assert.Equal("", KernelWorld.Text(_world.Do(new RunEvent.MailArrived(mail, default, 1))));
        Assert.Equal("", KernelWorld.Text(_world.Do(new RunEvent.Park("misuse, still"))));
    }

    [Fact]
    public void A_run_cannot_be_parked_on_outcomes_that_its_frames_never_saw()
    {
        var op = _world.Step();
        _world.End(op, 1, KernelWorld.Ok());
        Assert.Throws<InvariantException>(() => _world.Also(new RunEvent.Park("misuse")));
    }

    [Fact]
    public void Asking_a_running_run_to_go_on_is_consumed()
    {
        var decision = _world.Mail(MailKind.Unpark);
        Assert.Equal("consumed 1\n", KernelWorld.Text(decision));
    }
}
