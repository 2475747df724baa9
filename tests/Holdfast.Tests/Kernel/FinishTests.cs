using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class FinishTests
{
    readonly KernelWorld _world = new();

    [Theory]
    [InlineData(RunStatus.Completed, OutcomeKind.Succeeded, JournalKind.Completed)]
    [InlineData(RunStatus.Failed, OutcomeKind.Failed, JournalKind.Failed)]
    [InlineData(RunStatus.Cancelled, OutcomeKind.Cancelled, JournalKind.Cancelled)]
    internal void The_end_is_kept_journaled_and_told_to_the_parent(RunStatus status, OutcomeKind kind, JournalKind journal)
    {
        var parent = KernelWorld.NewRun("Parent", 1).Id;
        _world.State.Parent = new(parent, 3);
        var outcome = new RunOutcome(status, "1"u8.ToArray(), "2"u8.ToArray());
        var decision = _world.Do(new RunEvent.Finish(outcome, "in a word"));
        Assert.Equal((status, outcome), (_world.State.Status, decision.Outcome));
        Assert.Equal([new JournalEntry(journal, 0, "in a word")], decision.Journal);
        var post = Assert.Single(decision.Outgoing);
        Assert.Equal((parent, MailKind.ChildSettled, "3", "child:3"), (post.Run, post.Mail.Kind, post.Mail.Name, post.Mail.DedupKey));
        var told = StateCodec.DecodeOutcome(post.Mail.Payload.Span);
        Assert.Equal(kind, told.Kind);
        if (kind == OutcomeKind.Succeeded) Assert.Equal("1"u8.ToArray(), told.Value.ToArray());
        if (kind == OutcomeKind.Failed) Assert.Equal("2"u8.ToArray(), told.Value.ToArray());
        if (kind != OutcomeKind.Succeeded) Assert.Equal("in a word", told.Summary);
        Assert.Null(RunKernel.WakeUtc(_world.State));
        Assert.False(RunKernel.IsOwed(_world.State));
    }

    [Fact]
    public void A_run_does_not_end_while_it_waits_for_something()
    {
        _world.Receive("go");
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.Finish(new(RunStatus.Completed, default, default), null)));
    }

    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Parked)]
    [InlineData(RunStatus.Terminated)]
    public void Its_own_code_ends_a_run_in_three_ways_only(RunStatus status) =>
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.Finish(new(status, default, default), null)));

    [Fact]
    public void The_first_turn_begins_once()
    {
        _world.State = new();
        Assert.True(RunKernel.IsOwed(_world.State));
        Assert.Equal("waiting for its first turn", RunKernel.Describe(_world.State));
        Assert.Equal([new JournalEntry(JournalKind.Started, 0)], _world.Do(new RunEvent.Begin()).Journal);
        Assert.False(RunKernel.IsOwed(_world.State));
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.Begin()));
    }

    [Fact]
    public void An_effect_that_no_state_owes_is_found_out()
    {
        var op = _world.Step();
        foreach (var effect in new Effect[] { new Effect.RunAttempt(op, 2), new Effect.RunAttempt(9, 1), new Effect.CancelAttempt(op, 1) })
        {
            _world.Decision.Clear();
            _world.Decision.Effects.Add(effect);
            Assert.Throws<InvariantException>(() => RunKernel.AssertOwed(_world.State, _world.Decision));
        }
    }
}
