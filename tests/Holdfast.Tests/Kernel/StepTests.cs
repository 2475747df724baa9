using Holdfast.Kernel;

namespace Holdfast.Tests.Kernel;

public sealed class StepTests
{
    readonly KernelWorld _world = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_step_of_any_kind_owes_its_first_attempt(byte kind)
    {
        var op = _world.Step(step => step.Kind = (StepKind)kind);
        Assert.Equal([new Effect.RunAttempt(op, 1)], _world.Decision.Effects);
        Assert.Equal(KernelWorld.Start, _world.StepAt(op).StartedUtc);
        Assert.Equal(2, _world.State.NextOp);
        Assert.Equal([new JournalEntry(JournalKind.StepStarted, op, "Charge", 1)], _world.Decision.Journal);
    }

    [Fact]
    public void A_number_is_given_once()
    {
        var step = _world.NewStep();
        _world.Do(new RunEvent.StartStep(step));
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.StartStep(step)));
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.StartTimer(5, _world.Now)));
    }

    [Fact]
    public void Success_is_delivered_and_the_step_is_gone()
    {
        var op = _world.Step();
        var outcome = KernelWorld.Ok();
        var decision = _world.End(op, 1, outcome);
        Assert.Equal([new Delivery(op, outcome)], decision.Deliveries);
        Assert.False(_world.IsOpen(op));
        Assert.Empty(RunKernel.Pending(_world.State));
        Assert.Equal([new JournalEntry(JournalKind.StepSucceeded, op, "Charge", 1)], decision.Journal);
    }

    [Fact]
    public void A_second_end_of_the_same_attempt_and_ends_of_unknown_ops_change_nothing()
    {
        var op = _world.Step();
        _world.Receive("go");
        var receive = op + 1;
        _world.End(op, 1, KernelWorld.Ok());
        foreach (var (late, attempt) in new[] { (op, 1), (99L, 1), (receive, 1), (0L, 0) })
            Assert.Equal("", KernelWorld.Text(_world.End(late, attempt, KernelWorld.Ok())));
        Assert.True(_world.IsOpen(receive));
    }

    [Fact]
    public void A_failed_attempt_waits_and_runs_again_under_the_next_number()
    {
        var op = _world.Step();
        var decision = _world.End(op, 1, KernelWorld.Error(), sample: 0.5, epoch: 4);
        var step = _world.StepAt(op);
        Assert.Empty(decision.Deliveries);
        Assert.Empty(decision.Effects);
        Assert.Equal((StepPhase.Backoff, 2, 4L), (step.Phase, step.Attempt, step.Epoch));
        Assert.Equal("TimeoutException: too slow", step.LastError);
        Assert.Equal(_world.Now + TimeSpan.FromMilliseconds(450), step.RetryUtc);
        Assert.Equal(step.RetryUtc, RunKernel.WakeUtc(_world.State));
        Assert.Empty(RunKernel.Pending(_world.State));

        // The old attempt's word, and one for an attempt that has not started, are not heard.
        Assert.Equal("", KernelWorld.Text(_world.End(op, 1, KernelWorld.Ok())));
        Assert.Equal("", KernelWorld.Text(_world.End(op, 2, KernelWorld.Ok())));

        Assert.Empty(_world.Pass(TimeSpan.FromMilliseconds(449)).Effects);
        Assert.Equal([new Effect.RunAttempt(op, 2)], _world.Pass(TimeSpan.FromMilliseconds(1), epoch: 5).Effects);
        Assert.Equal((StepPhase.Ready, 2, 5L), (step.Phase, step.Attempt, step.Epoch));
        Assert.Single(_world.End(op, 2, KernelWorld.Ok()).Deliveries);
    }

    [Fact]
    public void What_is_not_retryable_fails_at_once()
    {
        var op = _world.Step();
        var error = KernelWorld.Error();
        var decision = _world.End(op, 1, error, retryable: false);
        Assert.Equal([new Delivery(op, error)], decision.Deliveries);
        Assert.Equal(JournalKind.StepFailed, Assert.Single(decision.Journal).Kind);
    }

    [Fact]
    public void At_most_once_is_never_retried()
    {
        var op = _world.Step(step => step.AtMostOnce = true);
        Assert.Equal(OutcomeKind.Failed, Assert.Single(_world.End(op, 1, KernelWorld.Error()).Deliveries).Outcome.Kind);
    }

    [Fact]
    public void Attempts_end_at_the_rules_limit()
    {
        var op = _world.Step(step => step.Retry = RetryRule.Default with { MaxAttempts = 3 });
        for (var attempt = 1; attempt < 3; attempt++)
        {
            Assert.Empty(_world.End(op, attempt, KernelWorld.Error()).Deliveries);
            _world.Pass(TimeSpan.FromMinutes(5));
        }
        Assert.Single(_world.End(op, 3, KernelWorld.Error()).Deliveries);
    }

    [Fact]
    public void Without_a_limit_attempts_go_on()
    {
        var op = _world.Step(step => step.Retry = RetryRule.Default with { MaxAttempts = 0 });
        for (var attempt = 1; attempt <= 500; attempt++)
        {
            Assert.Empty(_world.End(op, attempt, KernelWorld.Error()).Deliveries);
            Assert.Equal([new Effect.RunAttempt(op, attempt + 1)], _world.Pass(TimeSpan.FromMinutes(1)).Effects);
        }
    }

    [Fact]
    public void No_attempt_starts_later_than_the_rule_allows()
    {
        var rule = new RetryRule(TimeSpan.FromSeconds(10), 1, TimeSpan.FromMinutes(1), 0, 0, TimeSpan.FromSeconds(25), []);
        var op = _world.Step(step => step.Retry = rule);
        _world.End(op, 1, KernelWorld.Error());
        _world.Pass(TimeSpan.FromSeconds(10));
        _world.End(op, 2, KernelWorld.Error());
        _world.Pass(TimeSpan.FromSeconds(10));
        // The third attempt began at 20 s; a fourth would begin at 30 s.
        Assert.Equal(OutcomeKind.Failed, Assert.Single(_world.End(op, 3, KernelWorld.Error()).Deliveries).Outcome.Kind);
    }

    [Fact]
    public void An_attempt_that_ends_as_cancelled_unasked_has_failed()
    {
        var op = _world.Step();
        _world.End(op, 1, Outcome.Cancelled("token"), retryable: true);
        Assert.Equal(StepPhase.Backoff, _world.StepAt(op).Phase);
        _world.Pass(TimeSpan.FromMinutes(1));
        var outcome = Assert.Single(_world.End(op, 2, Outcome.Cancelled("token"), retryable: false).Deliveries).Outcome;
        Assert.Equal((OutcomeKind.Failed, "token"), (outcome.Kind, outcome.Summary));
    }

    [Fact]
    public void A_long_error_does_not_stay_long_in_the_state()
    {
        var op = _world.Step();
        _world.End(op, 1, KernelWorld.Error(new string('x', 399) + "😀" + new string('y', 100_000)));
        Assert.Equal(new string('x', 399) + "…", _world.StepAt(op).LastError);
    }

    [Fact]
    public void A_stored_result_settles_the_step_in_any_phase_without_a_second_journal_entry()
    {
        foreach (var phase in Enum.GetValues<StepPhase>())
        {
            var op = _world.Step();
            _world.StepAt(op).Phase = phase;
            var outcome = KernelWorld.Ok();
            var decision = _world.Do(new RunEvent.ResultStored(op, outcome));
            Assert.Equal([new Delivery(op, outcome, KeptUtc: DateTimeOffset.MinValue)], decision.Deliveries);
            Assert.Empty(decision.Journal);
            Assert.Equal("", KernelWorld.Text(_world.Do(new RunEvent.ResultStored(op, outcome))));
        }
    }

    [Fact]
    public void Settlement_tells_what_an_end_would_lead_to_and_changes_nothing()
    {
        var op = _world.Step();
        var before = KernelWorld.Bytes(_world.State);
        var ok = KernelWorld.Ok();
        Assert.Same(ok, RunKernel.Settlement(_world.State, new RunEvent.AttemptEnded(op, 1, ok, true, 0, 1), _world.Now));
        Assert.Null(RunKernel.Settlement(_world.State, new RunEvent.AttemptEnded(op, 1, KernelWorld.Error(), true, 0, 1), _world.Now));
        Assert.Null(RunKernel.Settlement(_world.State, new RunEvent.AttemptEnded(op, 2, ok, true, 0, 1), _world.Now));
        Assert.Equal(before, KernelWorld.Bytes(_world.State));
    }
}
