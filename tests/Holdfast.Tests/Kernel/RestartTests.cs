using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class RestartTests
{
    readonly KernelWorld _world = new();
    readonly NewRun _next = KernelWorld.NewRun("Refund", 7) with { Version = 3, Input = new byte[] { 1, 2 }, State = StateBytes.Of(new RunState { RestartOf = KernelWorld.NewRun("Refund", 8).Id }), TraceParent = "00-a" };

    [Theory, InlineData(false), InlineData(true)]
    public void A_run_ends_and_the_next_one_is_created_in_the_same_decision(bool isParked)
    {
        var step = _world.Step();
        if (isParked) _world.Do(new RunEvent.Park("needs migration: it changed"));
        var decision = Order(RestartCodec.Encode(new(_next, "a new build")));
        Assert.Equal((RunStatus.Terminated, _next.Id), (_world.State.Status, _world.State.RestartedAs));
        Assert.Equal([1L], decision.ConsumedMail);
        var child = Assert.Single(decision.Children);
        Assert.Equal((_next.Id, "Refund", 3, _next.CreatedUtc, "00-a", null, null), (child.Id, child.Workflow, child.Version, child.CreatedUtc, child.TraceParent, child.Parent, child.Key));
        Assert.Equal(_next.Input.ToArray(), child.Input.ToArray());
        Assert.Equal(_next.State.ToArray(), child.State.ToArray());
        Assert.Equal(
            [new(JournalKind.Restarted, 0, $"as {_next.Id}: a new build"), new(JournalKind.Terminated, 0, $"restarted as {_next.Id}: a new build")],
            decision.Journal.Where(static e => e.Kind != JournalKind.OpAbandoned));
        Assert.Equal([new Effect.CancelAttempt(step, 1)], decision.Effects);
    }

    [Fact]
    public void The_next_run_says_whose_place_it_took()
    {
        _world.State = StateCodec.Decode(_next.State.Span);
        Assert.Equal([new(JournalKind.Started, 0), new(JournalKind.RestartOf, 0, $"of {KernelWorld.NewRun("Refund", 8).Id}")], _world.Do(new RunEvent.Begin()).Journal);
    }

    [Fact]
    public void An_order_that_cannot_be_read_ends_nothing()
    {
        var whole = RestartCodec.Encode(new(_next, "why"));
        foreach (var bytes in (byte[][])[[], [9], whole[..^1], [.. whole, 0]])
        {
            var decision = Order(bytes);
            Assert.Equal((RunStatus.Running, null), (_world.State.Status, _world.State.RestartedAs));
            Assert.Single(decision.DeadMail);
            Assert.Empty(decision.Children);
        }
    }

    Decision Order(byte[] payload) =>
        _world.Do(new RunEvent.MailArrived(new StoredMail(++_world.Sequence, MailKind.Restart, "", payload, _world.Now), default, 1));
}
