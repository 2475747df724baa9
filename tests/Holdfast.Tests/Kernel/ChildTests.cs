using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class ChildTests
{
    readonly KernelWorld _world = new();

    [Fact]
    public void A_child_is_created_and_awaited()
    {
        var op = _world.Child(out var child);
        Assert.Equal([child], _world.Decision.Children);
        Assert.True(_world.State.Ops.TryGet(op, out var open));
        Assert.Equal((child.Id, "Refund"), (((ChildOp)open).Child, ((ChildOp)open).Workflow));
        Assert.Equal([new JournalEntry(JournalKind.ChildStarted, op, $"Refund {child.Id}")], _world.Decision.Journal);
    }

    [Fact]
    public void The_childs_outcome_is_delivered_once()
    {
        var op = _world.Child(out _);
        var payload = StateCodec.EncodeOutcome(KernelWorld.Error("it broke"));
        var decision = _world.Mail(MailKind.ChildSettled, $"{op}", payload);
        var outcome = Assert.Single(decision.Deliveries).Outcome;
        Assert.Equal((OutcomeKind.Failed, "it broke"), (outcome.Kind, outcome.Summary));
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.False(_world.IsOpen(op));
        Assert.Empty(_world.Mail(MailKind.ChildSettled, $"{op}", payload).Deliveries);
        Assert.Equal([2L], _world.Decision.ConsumedMail);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1 ")]
    [InlineData("99999999999999999999999")]
    [InlineData("2")]
    public void An_answer_for_no_child_is_consumed_silently(string name)
    {
        _world.Child(out _);
        _world.Receive("go");
        var decision = _world.Mail(MailKind.ChildSettled, name, StateCodec.EncodeOutcome(KernelWorld.Ok()));
        Assert.Equal([1L], decision.ConsumedMail);
        Assert.Empty(decision.Deliveries);
        Assert.Equal(2, _world.State.Ops.Count);
    }

    [Fact]
    public void An_answer_that_cannot_be_read_fails_the_wait_instead_of_prolonging_it_for_ever()
    {
        var op = _world.Child(out _);
        var decision = _world.Mail(MailKind.ChildSettled, $"{op}", [255, 255]);
        Assert.Equal(OutcomeKind.Failed, Assert.Single(decision.Deliveries).Outcome.Kind);
        Assert.Equal(1, Assert.Single(decision.DeadMail).Sequence);
        Assert.Empty(decision.ConsumedMail);
        Assert.False(_world.IsOpen(op));
    }

    [Fact]
    public void A_child_is_asked_to_cancel_once_and_awaited_on()
    {
        var op = _world.Child(out var child);
        var post = Assert.Single(_world.Do(new RunEvent.CancelOp(op, "enough", TimeSpan.Zero)).Outgoing);
        Assert.Equal((child.Id, MailKind.Cancel, "cancel:1"), (post.Run, post.Mail.Kind, post.Mail.DedupKey));
        Assert.Equal("enough"u8.ToArray(), post.Mail.Payload.ToArray());
        Assert.True(_world.IsOpen(op));
        Assert.Equal("", KernelWorld.Text(_world.Do(new RunEvent.CancelOp(op, "enough", TimeSpan.Zero))));
        Assert.Single(_world.Mail(MailKind.ChildSettled, $"{op}", StateCodec.EncodeOutcome(Outcome.Cancelled("enough"))).Deliveries);
    }

    [Fact]
    public void An_abandoned_child_is_asked_to_cancel_and_forgotten()
    {
        var op = _world.Child(out var child);
        var decision = _world.Do(new RunEvent.AbandonOp(op));
        Assert.Equal(child.Id, Assert.Single(decision.Outgoing).Run);
        Assert.Empty(decision.Deliveries);
        Assert.False(_world.IsOpen(op));
        Assert.Contains("child Refund", Assert.Single(decision.Journal).Text, StringComparison.Ordinal);
    }
}
