using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class CancelTests
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    readonly KernelWorld _world = new();

    Decision Cancel(long op, TimeSpan? grace = null) => _world.Do(new RunEvent.CancelOp(op, "enough", grace ?? Grace));

    [Fact]
    public void Timers_and_receives_end_at_once()
    {
        foreach (var op in new[] { _world.Timer(Grace), _world.Receive("go") })
        {
            var decision = Cancel(op);
            Assert.Equal([new Delivery(op, Outcome.Cancelled("enough"))], decision.Deliveries);
            Assert.Equal([new JournalEntry(JournalKind.OpCancelled, op, "enough")], decision.Journal);
            Assert.False(_world.IsOpen(op));
        }
    }

    [Fact]
    public void A_running_step_gets_its_token_and_a_grace_and_the_first_request_wins()
    {
        var op = _world.Step();
        Assert.Equal([new Effect.CancelAttempt(op, 1)], Cancel(op).Effects);
        Assert.Equal(_world.Now + Grace, _world.StepAt(op).CancelGraceUtc);
        Assert.Equal([new Effect.RunAttempt(op, 1), new Effect.CancelAttempt(op, 1)], RunKernel.Pending(_world.State));
        Assert.Equal("", KernelWorld.Text(Cancel(op, TimeSpan.FromDays(1))));
        Assert.Equal(_world.Now + Grace, _world.StepAt(op).CancelGraceUtc);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public void What_a_cancelled_attempt_ends_with_is_its_result_or_the_cancellation(byte ended, byte delivered)
    {
        var op = _world.Step();
        Cancel(op);
        var outcome = new Outcome((OutcomeKind)ended, default, "word");
        Assert.Equal((OutcomeKind)delivered, Assert.Single(_world.End(op, 1, outcome).Deliveries).Outcome.Kind);
        Assert.False(_world.IsOpen(op));
    }

    [Fact]
    public void A_step_that_does_not_heed_its_token_is_given_up_after_the_grace()
    {
        var op = _world.Step();
        Cancel(op);
        Assert.Equal("", KernelWorld.Text(_world.Pass(Grace - TimeSpan.FromTicks(1))));
        var decision = _world.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(OutcomeKind.Cancelled, Assert.Single(decision.Deliveries).Outcome.Kind);
        Assert.Equal(JournalKind.StepCancelled, Assert.Single(decision.Journal).Kind);
        Assert.Equal("", KernelWorld.Text(_world.End(op, 1, KernelWorld.Ok())));
    }

    [Fact]
    public void A_negative_grace_waits_without_limit()
    {
        var op = _world.Step();
        Cancel(op, Timeout.InfiniteTimeSpan);
        Assert.Null(RunKernel.WakeUtc(_world.State));
        _world.Pass(TimeSpan.FromDays(100_000));
        Assert.True(_world.IsOpen(op));
    }

    [Fact]
    public void Between_attempts_and_before_the_first_one_a_step_ends_at_once()
    {
        var waiting = _world.Step();
        _world.End(waiting, 1, KernelWorld.Error());
        Assert.Equal(OutcomeKind.Cancelled, Assert.Single(Cancel(waiting).Deliveries).Outcome.Kind);
        Assert.Equal("", KernelWorld.Text(_world.Pass(TimeSpan.FromHours(1))));

        var unstarted = _world.Step();
        var decision = _world.Also(new RunEvent.CancelOp(unstarted, "enough", Grace));
        Assert.Equal(OutcomeKind.Cancelled, Assert.Single(decision.Deliveries).Outcome.Kind);
        // Its attempt was ordered in this very turn, and must not be carried out.
        Assert.Empty(decision.Effects);
    }

    [Fact]
    public void A_step_in_doubt_stays_and_says_so()
    {
        var op = _world.Step(step => step.AtMostOnce = true);
        _world.Do(new RunEvent.Recover(2));
        Assert.Equal("", KernelWorld.Text(Cancel(op)));
        Assert.Equal("", KernelWorld.Text(_world.Pass(TimeSpan.FromDays(1))));
        Assert.Null(RunKernel.WakeUtc(_world.State));
        Assert.Contains("in doubt: step 'Charge'", RunKernel.Describe(_world.State), StringComparison.Ordinal);
        // "Try again" is no reason to start what the run gave up meanwhile.
        var decision = _world.Mail(MailKind.Decision, $"{op}");
        Assert.Equal(OutcomeKind.Cancelled, Assert.Single(decision.Deliveries).Outcome.Kind);
        Assert.Empty(decision.Effects);
    }

    [Fact]
    public void Giving_up_what_is_settled_changes_nothing()
    {
        Assert.Equal("", KernelWorld.Text(Cancel(7)));
        Assert.Equal("", KernelWorld.Text(_world.Do(new RunEvent.AbandonOp(7))));
    }

    [Fact]
    public void An_abandoned_step_gets_its_token_and_the_journal_names_it()
    {
        var running = _world.Step();
        var decision = _world.Do(new RunEvent.AbandonOp(running));
        Assert.Equal([new Effect.CancelAttempt(running, 1)], decision.Effects);
        Assert.Equal("step 'Charge' (op 1), attempt 1, running", Assert.Single(decision.Journal).Text);
        Assert.Empty(decision.Deliveries);

        var unstarted = _world.Step();
        Assert.Empty(_world.Also(new RunEvent.AbandonOp(unstarted)).Effects);
        Assert.Equal(0, _world.State.Ops.Count);
    }

    [Fact]
    public void A_request_to_cancel_the_run_is_handed_to_its_code_once()
    {
        var decision = _world.Mail(MailKind.Cancel, payload: "customer left", grace: TimeSpan.FromMinutes(5));
        Assert.Equal("customer left", decision.CancelRun);
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.Equal(_world.Now + TimeSpan.FromMinutes(5), _world.State.CancelGraceUtc);
        _world.Now += TimeSpan.FromMinutes(1);
        decision = _world.Mail(MailKind.Cancel, payload: "again", grace: TimeSpan.FromMinutes(5));
        Assert.Null(decision.CancelRun);
        Assert.Equal([2L], decision.ConsumedMail);
        Assert.Equal(("customer left", KernelWorld.Start + TimeSpan.FromMinutes(5)), (_world.State.CancelReason, _world.State.CancelGraceUtc));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Without_a_grace_a_cancelled_run_takes_its_time(int milliseconds)
    {
        _world.Mail(MailKind.Cancel, grace: TimeSpan.FromMilliseconds(milliseconds));
        Assert.Null(_world.State.CancelGraceUtc);
        Assert.Null(RunKernel.WakeUtc(_world.State));
    }

    [Fact]
    public void An_endless_grace_does_not_leave_the_calendar()
    {
        _world.Mail(MailKind.Cancel, grace: TimeSpan.MaxValue);
        Assert.Null(RunKernel.WakeUtc(_world.State));
        Assert.Equal("", KernelWorld.Text(_world.Pass(TimeSpan.FromDays(100_000))));
    }

    [Fact]
    public void A_run_that_does_not_end_within_its_grace_is_terminated()
    {
        var op = _world.Timer(TimeSpan.FromSeconds(1));
        _world.Mail(MailKind.Cancel, payload: "customer left", grace: Grace);
        _world.Pass(Grace - TimeSpan.FromTicks(1));
        Assert.Equal(RunStatus.Running, _world.State.Status);
        Assert.False(_world.IsOpen(op));
        Assert.Equal(RunStatus.Terminated, _world.Pass(TimeSpan.FromTicks(1)).Outcome!.Status);
        Assert.Contains("customer left", RunKernel.Describe(_world.State), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_may_be_asked_to_cancel_before_its_first_turn()
    {
        _world.State = new();
        _world.Mail(MailKind.Cancel, payload: "too late");
        Assert.Equal("too late", _world.Do(new RunEvent.Begin()).CancelRun);
    }
}
