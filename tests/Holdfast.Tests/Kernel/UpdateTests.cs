using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

/// <summary>An update ends the mail of the turn that looks at it, and holds what came after it.</summary>
public sealed class UpdateTests
{
    static Decision Take(KernelWorld world, bool refuses = false)
    {
        var mail = RunKernel.NextUpdate(world.State)!;
        var outcome = refuses ? KernelWorld.Error("ArgumentException: no") : KernelWorld.Ok();
        return world.Do(new RunEvent.UpdateTaken(mail.Sequence, outcome, default, KernelWorld.FirstEpoch));
    }

    [Fact]
    public void Messages_behind_an_update_wait_until_it_was_taken_in_their_order()
    {
        var world = new KernelWorld();
        world.Receive("a");
        world.Receive("a");
        Assert.Single(world.Mail(MailKind.Signal, "a", "1").Deliveries);
        Assert.Empty(world.Mail(MailKind.Update, "Raise").ConsumedMail);
        Assert.Empty(world.Mail(MailKind.Signal, "a", "2").Deliveries);
        Assert.Null(world.Mail(MailKind.Cancel, "", "enough").CancelRun);
        world.Mail(MailKind.Update, "Lower");
        Assert.Empty(world.Mail(MailKind.Signal, "a", "3").Deliveries);
        Assert.True(RunKernel.IsOwed(world.State));

        var first = Take(world);
        Assert.Equal("enough", first.CancelRun);
        Assert.Equal("2", System.Text.Encoding.UTF8.GetString(Assert.Single(first.Deliveries).Mail!.Payload.Span));
        Assert.Equal(JournalKind.Updated, first.Journal[0].Kind);
        Assert.Equal("Lower", RunKernel.NextUpdate(world.State)!.Name);
        Assert.Equal(OutcomeKind.Succeeded, StateCodec.DecodeOutcome(Assert.Single(first.Answers!).Answer.Span).Kind);

        var second = Take(world, refuses: true);
        Assert.Equal(JournalKind.UpdateRejected, second.Journal[0].Kind);
        Assert.Null(RunKernel.NextUpdate(world.State));
        Assert.False(RunKernel.IsOwed(world.State));
        Assert.Equal("3", System.Text.Encoding.UTF8.GetString(Assert.Single(world.State.Inbox).Payload.Span));
    }

    [Fact]
    public void An_update_that_was_taken_shows_that_its_run_does_not_end_processes()
    {
        var world = new KernelWorld();
        world.State.Crashes = 2;
        world.Mail(MailKind.Update, "Raise");
        Assert.Equal(2, world.State.Crashes);
        Take(world, refuses: true);
        Assert.Equal(0, world.State.Crashes);
    }

    [Fact]
    public void A_wait_that_begins_does_not_take_what_came_after_an_update()
    {
        var world = new KernelWorld();
        world.Mail(MailKind.Update, "Raise");
        world.Mail(MailKind.Signal, "a", "1");
        world.Receive("a");
        Assert.Single(world.State.Ops);
        Assert.Single(Take(world).Deliveries);
    }

    [Fact]
    public void Terminate_waits_for_no_update_and_a_parked_run_owes_none()
    {
        var world = new KernelWorld();
        world.Do(new RunEvent.Park("x"));
        world.Mail(MailKind.Update, "Raise");
        Assert.Null(RunKernel.NextUpdate(world.State));
        Assert.False(RunKernel.IsOwed(world.State));
        world.Mail(MailKind.Unpark);
        Assert.NotNull(RunKernel.NextUpdate(world.State));
        Assert.True(RunKernel.IsOwed(KernelWorld.Reload(world.State)));
        Assert.Equal(RunStatus.Terminated, world.Mail(MailKind.Terminate, "", "now").Outcome!.Status);
    }
}
