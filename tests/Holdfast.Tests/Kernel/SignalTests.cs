using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class SignalTests
{
    readonly KernelWorld _world = new();

    [Fact]
    public void A_waiting_op_takes_the_message()
    {
        var op = _world.Receive("approved");
        Assert.Equal(JournalKind.SignalAwaited, Assert.Single(_world.Decision.Journal).Kind);
        var decision = _world.Mail(MailKind.Signal, "approved", "yes");
        var delivery = Assert.Single(decision.Deliveries);
        Assert.Equal((op, 1L), (delivery.Op, delivery.Mail!.Sequence));
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.False(_world.IsOpen(op));
    }

    [Fact]
    public void Early_messages_are_kept_and_taken_in_order()
    {
        _world.Mail(MailKind.Signal, "approved", "first");
        Assert.Empty(_world.Decision.ConsumedMail);
        _world.Mail(MailKind.Signal, "other");
        _world.Mail(MailKind.Signal, "approved", "second");
        foreach (var sequence in new[] { 1L, 3L })
        {
            var op = _world.Receive("approved");
            var delivery = Assert.Single(_world.Decision.Deliveries);
            Assert.Equal((op, sequence), (delivery.Op, delivery.Mail!.Sequence));
            Assert.Equal([sequence], _world.Decision.ConsumedMail);
        }
        Assert.Equal(2, Assert.Single(_world.State.Inbox).Sequence);
    }

    [Fact]
    public void The_op_with_the_lowest_number_comes_first()
    {
        var first = _world.Receive("go");
        var second = _world.Receive("go");
        Assert.Equal(first, Assert.Single(_world.Mail(MailKind.Signal, "go").Deliveries).Op);
        Assert.Equal(second, Assert.Single(_world.Mail(MailKind.Signal, "go").Deliveries).Op);
    }

    [Fact]
    public void Names_are_compared_exactly()
    {
        _world.Receive("go");
        Assert.Empty(_world.Mail(MailKind.Signal, "Go").Deliveries);
    }

    [Fact]
    public void A_message_is_looked_at_once()
    {
        var mail = _world.NewMail(MailKind.Signal, "go");
        var arrived = new RunEvent.MailArrived(mail, default, 1);
        _world.Do(arrived);
        Assert.Equal("", KernelWorld.Text(_world.Do(arrived)));
        Assert.Single(_world.State.Inbox);
        _world.Receive("go");
        Assert.Equal("", KernelWorld.Text(_world.Do(arrived)));
        Assert.Empty(_world.State.Inbox);
    }

    [Fact]
    public void A_rejected_message_is_dead_and_the_op_waits_on_under_its_number()
    {
        var op = _world.Receive("go");
        var later = _world.Receive("other");
        _world.Mail(MailKind.Signal, "go", "{");
        var bad = _world.Decision.Deliveries[0].Mail!;
        var decision = _world.Also(new RunEvent.RejectMail(op, "go", bad, "not JSON"));
        Assert.Equal([new DeadMail(bad.Sequence, "not JSON")], decision.DeadMail);
        // The store deletes what is consumed, so the dead letter must not be among it.
        Assert.Empty(decision.ConsumedMail);
        Assert.Equal([op, later], _world.State.Ops.Select(open => open.Id));
        Assert.Contains(decision.Journal, entry => entry is { Kind: JournalKind.DeadLetter, Text: "not JSON", Number: 1 });
        Assert.Equal(op, Assert.Single(_world.Mail(MailKind.Signal, "go", "{}").Deliveries).Op);
    }

    [Fact]
    public void After_a_rejected_message_the_next_one_is_taken_at_once()
    {
        _world.Mail(MailKind.Signal, "go", "{");
        _world.Mail(MailKind.Signal, "go", "{}");
        var op = _world.Receive("go");
        var decision = _world.Also(new RunEvent.RejectMail(op, "go", _world.Decision.Deliveries[0].Mail!, "not JSON"));
        Assert.Equal([1L, 2L], decision.Deliveries.Select(delivery => delivery.Mail!.Sequence));
        Assert.Equal([2L], decision.ConsumedMail);
        Assert.False(_world.IsOpen(op));
    }

    [Fact]
    public void A_message_of_a_kind_unknown_here_becomes_a_dead_letter()
    {
        var decision = _world.Mail((MailKind)77);
        Assert.Equal(1, Assert.Single(decision.DeadMail).Sequence);
        Assert.Empty(decision.ConsumedMail);
    }
}
