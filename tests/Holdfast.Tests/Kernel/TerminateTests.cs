using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class TerminateTests
{
    readonly KernelWorld _world = new();

    [Fact]
    public void Everything_open_goes_and_attempts_and_children_are_told()
    {
        var running = _world.Step();
        var waiting = _world.Step();
        _world.End(waiting, 1, KernelWorld.Error());
        _world.Receive("go");
        _world.Timer(TimeSpan.FromDays(1));
        _world.Child(out var child);

        var decision = _world.Mail(MailKind.Terminate, payload: "by hand");
        Assert.Equal(RunStatus.Terminated, _world.State.Status);
        Assert.Equal(RunStatus.Terminated, decision.Outcome!.Status);
        Assert.Equal(0, _world.State.Ops.Count);
        Assert.Equal([new Effect.CancelAttempt(running, 1)], decision.Effects);
        var post = Assert.Single(decision.Outgoing);
        Assert.Equal((child.Id, MailKind.Terminate, "terminate:parent"), (post.Run, post.Mail.Kind, post.Mail.DedupKey));
        Assert.Contains(new JournalEntry(JournalKind.Terminated, 0, "by hand"), decision.Journal);
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.Null(RunKernel.WakeUtc(_world.State));
        Assert.Empty(RunKernel.Pending(_world.State));
        Assert.Equal("terminated: by hand", RunKernel.Describe(_world.State));
    }

    [Fact]
    public void What_the_turn_had_for_the_frames_is_dropped()
    {
        _world.Receive("go");
        _world.Step();
        _world.End(2, 1, KernelWorld.Error());
        _world.Now += TimeSpan.FromHours(1);
        _world.Do(new RunEvent.TimePassed(1));
        Assert.Single(_world.Decision.Effects);
        _world.Also(new RunEvent.MailArrived(_world.NewMail(MailKind.Signal, "go"), default, 1));
        _world.Also(new RunEvent.MailArrived(_world.NewMail(MailKind.Cancel), default, 1));
        var decision = _world.Also(new RunEvent.MailArrived(_world.NewMail(MailKind.Terminate), default, 1));
        Assert.Empty(decision.Deliveries);
        Assert.Null(decision.CancelRun);
        Assert.DoesNotContain(decision.Effects, effect => effect is Effect.RunAttempt);
    }

    [Fact]
    public void The_parent_hears_of_it_as_a_failure()
    {
        var parent = KernelWorld.NewRun("Parent", 1).Id;
        _world.State.Parent = new(parent, 12);
        var post = Assert.Single(_world.Mail(MailKind.Terminate, payload: "by hand").Outgoing);
        Assert.Equal((parent, MailKind.ChildSettled, "12", "child:12"), (post.Run, post.Mail.Kind, post.Mail.Name, post.Mail.DedupKey));
        var outcome = StateCodec.DecodeOutcome(post.Mail.Payload.Span);
        Assert.Equal((OutcomeKind.Failed, "terminated: by hand"), (outcome.Kind, outcome.Summary));
    }

    [Fact]
    public void A_parked_run_can_be_terminated()
    {
        _world.Step();
        _world.Do(new RunEvent.Park("needs migration"));
        _world.Mail(MailKind.Signal, "kept");
        Assert.Equal(RunStatus.Terminated, _world.Mail(MailKind.Terminate).Outcome!.Status);
    }

    [Fact]
    public void An_ended_run_takes_nothing_more_and_asks_for_nothing_more()
    {
        _world.Mail(MailKind.Terminate);
        var before = KernelWorld.Bytes(_world.State);
        RunEvent[] late =
        [
            new RunEvent.AttemptEnded(1, 1, KernelWorld.Ok(), true, 0, 1), new RunEvent.ResultStored(1, KernelWorld.Ok()), new RunEvent.TimePassed(1),
            new RunEvent.MailArrived(_world.NewMail(MailKind.Unpark), default, 1), new RunEvent.Recover(9, new([new(Death.OnThread)], 1, 1)), new RunEvent.Park("late"),
        ];
        foreach (var happened in late) Assert.Equal("", KernelWorld.Text(_world.Do(happened)));
        Assert.Equal(before, KernelWorld.Bytes(_world.State));
        Assert.Throws<InvariantException>(() => _world.Do(new RunEvent.StartTimer(_world.State.NextOp, _world.Now)));
    }
}
