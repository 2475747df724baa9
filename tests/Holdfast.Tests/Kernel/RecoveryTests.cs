using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class RecoveryTests
{
    readonly KernelWorld _world = new();

    Decision Recover(long epoch = 2, params long[] results) => _world.Do(new RunEvent.Recover(epoch, null, Stored(results)));

    Decision Died(long epoch, params Mark[] marks) => _world.Do(new RunEvent.Recover(epoch, new(marks, OnThreadMax: 3, InStepMax: 3)));

    static StoredResult[] Stored(params long[] results) => [.. results.Select(op => new StoredResult(op, default))];

    static Mark OnThread(long op = 0) => new(Death.OnThread, op);

    static Mark InStep(long op) => new(Death.InStep, op);

    [Fact]
    public void A_cut_off_attempt_runs_again_under_a_new_number()
    {
        var op = _world.Step();
        var decision = Recover();
        Assert.Equal([new Effect.RunAttempt(op, 2)], decision.Effects);
        Assert.Equal([new JournalEntry(JournalKind.AttemptCutOff, op, "Charge", 1)], decision.Journal);
        var step = _world.StepAt(op);
        Assert.Equal((2, 1, 2L), (step.Attempt, step.CrashedAttempts, step.Epoch));
        Assert.Equal("", KernelWorld.Text(_world.End(op, 1, KernelWorld.Ok())));
        Assert.Equal("", KernelWorld.Text(Recover()));
    }

    [Fact]
    public void Cut_off_attempts_do_not_count_against_the_rule()
    {
        var op = _world.Step(step => step.Retry = RetryRule.Default with { MaxAttempts = 2, Jitter = 0 });
        for (var epoch = 2; epoch < 12; epoch++) Recover(epoch);
        Assert.Empty(_world.End(op, 11, KernelWorld.Error()).Deliveries);
        Assert.Equal(_world.Now + TimeSpan.FromMilliseconds(500), _world.StepAt(op).RetryUtc);
        _world.Pass(TimeSpan.FromSeconds(1));
        Assert.Single(_world.End(op, 12, KernelWorld.Error()).Deliveries);
    }

    [Fact]
    public void An_at_most_once_attempt_comes_into_doubt_and_does_not_run()
    {
        var op = _world.Step(step => step.AtMostOnce = true);
        var decision = Recover();
        Assert.Empty(decision.Effects);
        Assert.Equal(JournalKind.StepInDoubt, Assert.Single(decision.Journal).Kind);
        Assert.Empty(RunKernel.Pending(_world.State));
        Assert.False(RunKernel.IsOwed(_world.State));
        Assert.Equal("", KernelWorld.Text(Recover(epoch: 3)));
        Assert.Equal("", KernelWorld.Text(_world.End(op, 1, KernelWorld.Ok())));
    }

    [Fact]
    public void One_that_fails_in_doubt_fails_once_and_when_its_run_is_parked_only_when_that_goes_on()
    {
        var op = _world.Step(step => (step.AtMostOnce, step.FailsInDoubt) = (true, true));
        var other = _world.Step();
        var decision = Recover();
        Assert.Equal([new Effect.RunAttempt(other, 2)], decision.Effects);
        Assert.Equal((op, true), (Assert.Single(decision.Deliveries).Op, decision.Deliveries[0].Outcome.IsInDoubt));
        Assert.Empty(Recover(epoch: 3).Deliveries);

        var parked = _world.Step(step => (step.AtMostOnce, step.FailsInDoubt) = (true, true));
        _world.State.Status = RunStatus.Parked;
        Assert.Empty(Recover(epoch: 4).Deliveries);
        decision = new();
        Parking.Unpark(_world.State, TimeSpan.Zero, 5, KernelWorld.Start, decision);
        Assert.Equal(parked, Assert.Single(decision.Deliveries).Op);
        Assert.DoesNotContain(decision.Effects, effect => effect is Effect.RunAttempt attempt && attempt.Op == parked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_fails_in_doubt_does_not_fail_where_only_a_death_is_counted(bool onThread)
    {
        var op = _world.Step(step => (step.AtMostOnce, step.FailsInDoubt) = (true, true));
        // A commit of its own, before the turn in which frames can be told.
        Assert.Empty(_world.Do(new RunEvent.Recover(2, new([new(onThread ? Death.OnThread : Death.InStep, op)], 3, 3))).Deliveries);
        Assert.Equal((op, true), (Assert.Single(Recover().Deliveries) is var delivery ? (delivery.Op, delivery.Outcome.IsInDoubt) : default));
    }

    [Fact]
    public void A_transaction_is_never_in_doubt()
    {
        var op = _world.Step(step => (step.Kind, step.AtMostOnce) = (StepKind.Transaction, true));
        Assert.Equal([new Effect.RunAttempt(op, 1)], Recover().Effects);
    }

    [Fact]
    public void A_step_whose_result_is_stored_was_not_cut_off()
    {
        var once = _world.Step(step => step.AtMostOnce = true);
        var often = _world.Step();
        var decision = Recover(2, once, often);
        Assert.Equal("", KernelWorld.Text(decision));
        _world.Also(new RunEvent.ResultStored(once, KernelWorld.Ok()));
        _world.Also(new RunEvent.ResultStored(often, KernelWorld.Ok()));
        Assert.Equal([once, often], decision.Deliveries.Select(delivery => delivery.Op));
    }

    [Fact]
    public void Attempts_of_this_epoch_and_waiting_steps_are_left_alone()
    {
        _world.Step(step => step.Epoch = 2);
        var waiting = _world.Step();
        _world.End(waiting, 1, KernelWorld.Error());
        Assert.Equal("", KernelWorld.Text(Recover()));
    }

    [Fact]
    public void A_step_that_was_asked_to_cancel_runs_again_with_its_token_signalled()
    {
        var op = _world.Step();
        _world.Do(new RunEvent.CancelOp(op, "enough", TimeSpan.FromMinutes(1)));
        Assert.Equal([new Effect.RunAttempt(op, 2), new Effect.CancelAttempt(op, 2)], Recover().Effects);
    }

    [Fact]
    public void A_run_that_keeps_killing_processes_is_parked_and_its_attempts_are_not_ordered()
    {
        var op = _world.Step();
        Died(2, OnThread());
        Died(3, OnThread());
        Assert.Equal((2, RunStatus.Running), (_world.State.Crashes, _world.State.Status));
        var decision = Died(4, OnThread());
        Assert.Equal(RunStatus.Parked, _world.State.Status);
        Assert.StartsWith("suspect: ", _world.State.ParkReason, StringComparison.Ordinal);
        Assert.Empty(decision.Effects);
        Assert.Empty(RunKernel.Pending(_world.State));
        Assert.Equal([new Effect.RunAttempt(op, 4)], _world.Mail(MailKind.Unpark, epoch: 4).Effects);
        Assert.Equal(0, _world.State.Crashes);
    }

    [Fact]
    public void A_run_whose_first_turn_kills_processes_is_parked_before_it_begins_again()
    {
        _world.State = new();
        _world.Do(new RunEvent.Recover(2, new([OnThread()], 1, 1)));
        _world.Also(new RunEvent.Begin());
        Assert.Equal((false, RunStatus.Parked), (_world.State.Begun, _world.State.Status));
        Assert.DoesNotContain(_world.Decision.Journal, entry => entry.Kind == JournalKind.Started);
        _world.Mail(MailKind.Unpark, epoch: 2);
        Assert.True(RunKernel.IsOwed(_world.State));
        _world.Also(new RunEvent.Begin());
        Assert.True(_world.State.Begun);
    }

    [Fact]
    public void A_step_in_which_processes_keep_dying_is_parked_and_goes_on_when_it_is_taken_up()
    {
        var op = _world.Step();
        Died(2, InStep(op));
        Died(3, InStep(op));
        Assert.Equal(RunStatus.Running, _world.State.Status);
        var decision = Died(4, InStep(op));
        Assert.Equal(RunStatus.Parked, _world.State.Status);
        Assert.Contains($"(op {op})", _world.State.ParkReason, StringComparison.Ordinal);
        Assert.Contains("ResumeAsync", _world.State.ParkReason, StringComparison.Ordinal);
        Assert.Empty(decision.Effects);
        Assert.Equal([new Effect.RunAttempt(op, 4)], _world.Mail(MailKind.Unpark, epoch: 4).Effects);
        Died(5, InStep(op));
        Assert.Equal(RunStatus.Running, _world.State.Status);
    }

    [Fact]
    public void An_attempt_that_ends_shows_that_its_step_does_not_end_processes()
    {
        var op = _world.Step(step => step.Retry = new(TimeSpan.Zero, 1, TimeSpan.Zero, 0, 9, null, []));
        Died(2, InStep(op));
        Died(3, InStep(op));
        _world.Do(new RunEvent.AttemptEnded(op, 3, KernelWorld.Error(), true, 0, 3));
        _world.Do(new RunEvent.TimePassed(3));
        Died(4, InStep(op));
        Died(5, InStep(op));
        Assert.Equal(RunStatus.Running, _world.State.Status);
        Died(6, InStep(op));
        Assert.Equal(RunStatus.Parked, _world.State.Status);
    }

    [Fact]
    public void A_step_beside_others_that_end_is_found_by_its_own_deaths()
    {
        var (killer, others) = (_world.Step(), new[] { _world.Step(), _world.Step(), _world.Step() });
        for (var death = 0; death < 3; death++)
        {
            Assert.Equal(RunStatus.Running, _world.State.Status);
            Died(2 + death, OnThread(killer), OnThread(others[death]));
            if (death < 2) _world.End(others[death], _world.StepAt(others[death]).Attempt, KernelWorld.Ok());
        }
        Assert.Equal(RunStatus.Parked, _world.State.Status);
        Assert.Contains($"(op {killer})", _world.State.ParkReason, StringComparison.Ordinal);
        _world.Mail(MailKind.Unpark, epoch: 4);
        Died(5, OnThread(killer));
        Assert.Equal(RunStatus.Running, _world.State.Status);
    }

    [Fact]
    public void A_run_whose_steps_end_between_the_deaths_is_not_what_ends_processes()
    {
        for (var epoch = 2; epoch < 12; epoch++)
        {
            var op = _world.Step(step => step.Epoch = epoch - 1);
            Died(epoch, OnThread(op));
            _world.End(op, _world.StepAt(op).Attempt, KernelWorld.Ok());
        }
        Assert.Equal((RunStatus.Running, 0), (_world.State.Status, _world.State.Crashes));
    }

    [Fact]
    public void Many_steps_that_each_end_processes_and_never_end_themselves_park_their_run()
    {
        long[] steps = [_world.Step(), _world.Step(), _world.Step()];
        for (var death = 0; death < 3; death++) Died(2 + death, OnThread(steps[death]));
        Assert.Equal(RunStatus.Parked, _world.State.Status);
        Assert.Contains("code of this run", _world.State.ParkReason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_waits_is_not_blamed_for_the_deaths_in_another()
    {
        var (op, other) = (_world.Step(), _world.Step());
        for (var epoch = 2; epoch < 4; epoch++) Died(epoch, InStep(op));
        Died(4, InStep(other));
        Assert.Equal((RunStatus.Running, 2, 1), (_world.State.Status, _world.StepAt(op).Deaths, _world.StepAt(other).Deaths));
    }

    [Fact]
    public void A_step_in_doubt_or_with_a_result_beside_ends_no_processes()
    {
        var once = _world.Step(step => step.AtMostOnce = true);
        var done = _world.Step();
        for (var epoch = 2; epoch < 10; epoch++) _world.Do(new RunEvent.Recover(epoch, new([InStep(once), InStep(done), OnThread(done)], 99, 3), Stored(done)));
        Assert.Equal(RunStatus.Running, _world.State.Status);
    }

    [Fact]
    public void A_death_elsewhere_does_not_count()
    {
        for (var epoch = 2; epoch < 10; epoch++) Recover(epoch);
        Assert.Equal(0, _world.State.Crashes);
    }

    [Fact]
    public void A_doubt_is_decided_by_an_outcome()
    {
        var op = _world.Step(step => step.AtMostOnce = true);
        Recover();
        var decision = _world.Mail(MailKind.Decision, $"{op}", StateCodec.EncodeOutcome(KernelWorld.Ok("done")));
        Assert.Equal(KernelWorld.Ok("done").Value.ToArray(), Assert.Single(decision.Deliveries).Outcome.Value.ToArray());
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.Equal(JournalKind.StepDecided, Assert.Single(decision.Journal).Kind);
        Assert.False(_world.IsOpen(op));
    }

    [Fact]
    public void A_doubt_is_decided_by_trying_again()
    {
        var op = _world.Step(step => step.AtMostOnce = true);
        Recover();
        Assert.Equal([new Effect.RunAttempt(op, 2)], _world.Mail(MailKind.Decision, $"{op}", epoch: 2).Effects);
        Assert.Equal((StepPhase.Ready, 2L), (_world.StepAt(op).Phase, _world.StepAt(op).Epoch));
        Assert.Single(_world.End(op, 2, KernelWorld.Ok()).Deliveries);
    }

    [Fact]
    public void A_decision_about_one_attempt_does_not_reach_the_next()
    {
        // Two operators decide the same doubt; the process dies while the attempt runs that the first decision led to.
        var op = _world.Step(step => step.AtMostOnce = true);
        Recover();
        Assert.Equal([new Effect.RunAttempt(op, 2)], _world.Mail(MailKind.Decision, InDoubt.NameOf(op, 1), epoch: 2).Effects);
        Recover(3);
        Assert.Equal(StepPhase.InDoubt, _world.StepAt(op).Phase);
        var late = _world.Mail(MailKind.Decision, InDoubt.NameOf(op, 1), epoch: 3);
        Assert.Empty(late.Effects);
        Assert.Single(late.ConsumedMail);
        Assert.Equal(StepPhase.InDoubt, _world.StepAt(op).Phase);
        Assert.Equal([new Effect.RunAttempt(op, 3)], _world.Mail(MailKind.Decision, InDoubt.NameOf(op, 2), epoch: 3).Effects);
    }

    [Fact]
    public void A_decision_about_nothing_in_doubt_is_consumed_and_noted()
    {
        var op = _world.Step();
        foreach (var name in new[] { $"{op}", $"{op}/1", "77", "77/1", "x", "", "/", $"{op}/", $"{op}/x" })
        {
            var decision = _world.Mail(MailKind.Decision, name);
            Assert.Single(decision.ConsumedMail);
            Assert.Equal(JournalKind.StepDecided, Assert.Single(decision.Journal).Kind);
            Assert.Empty(decision.Effects);
        }
        Assert.True(_world.IsOpen(op));
    }

    [Fact]
    public void A_decision_that_cannot_be_read_leaves_the_doubt()
    {
        var op = _world.Step(step => step.AtMostOnce = true);
        Recover();
        var decision = _world.Mail(MailKind.Decision, $"{op}", [1, 77]);
        Assert.Single(decision.DeadMail);
        Assert.Empty(decision.ConsumedMail);
        Assert.Equal(StepPhase.InDoubt, _world.StepAt(op).Phase);
    }
}
