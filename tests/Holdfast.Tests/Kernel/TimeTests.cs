using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class TimeTests
{
    readonly KernelWorld _world = new();

    [Fact]
    public void A_timer_fires_at_its_time_and_not_a_tick_before()
    {
        var op = _world.Timer(TimeSpan.FromDays(30));
        Assert.Equal(_world.Now + TimeSpan.FromDays(30), RunKernel.WakeUtc(_world.State));
        Assert.Equal("", KernelWorld.Text(_world.Pass(TimeSpan.FromDays(30) - TimeSpan.FromTicks(1))));
        var decision = _world.Pass(TimeSpan.FromTicks(1));
        Assert.Equal([new Delivery(op, Outcome.Done)], decision.Deliveries);
        Assert.Equal([new JournalEntry(JournalKind.TimerFired, op)], decision.Journal);
        Assert.Equal("", KernelWorld.Text(_world.Pass()));
        Assert.Null(RunKernel.WakeUtc(_world.State));
    }

    [Fact]
    public void What_is_due_fires_in_order_of_time_then_number()
    {
        var late = _world.Timer(TimeSpan.FromSeconds(3));
        var early = _world.Timer(TimeSpan.FromSeconds(1));
        var same = _world.Timer(TimeSpan.FromSeconds(3));
        _world.Timer(TimeSpan.FromSeconds(9));
        Assert.Equal([early, late, same], _world.Pass(TimeSpan.FromSeconds(5)).Deliveries.Select(delivery => delivery.Op));
        Assert.Equal(KernelWorld.Start + TimeSpan.FromSeconds(9), RunKernel.WakeUtc(_world.State));
    }

    [Fact]
    public void A_thousand_timers_fire_in_one_turn_in_order()
    {
        for (var i = 0; i < 1000; i++) _world.Timer(TimeSpan.FromSeconds(1 + (i * 7919 % 1000)));
        var fired = _world.Pass(TimeSpan.FromSeconds(1000)).Deliveries.Select(delivery => delivery.Op).ToList();
        Assert.Equal(1000, fired.Count);
        Assert.Equal(fired.OrderBy(op => (op - 1) * 7919 % 1000), fired);
        Assert.Equal(0, _world.State.Ops.Count);
    }

    [Fact]
    public void The_earliest_of_all_kinds_of_time_wakes_the_run()
    {
        _world.Timer(TimeSpan.FromHours(4));
        Assert.Equal(_world.Now + TimeSpan.FromHours(4), RunKernel.WakeUtc(_world.State));
        var cancelled = _world.Step();
        _world.Do(new RunEvent.CancelOp(cancelled, "enough", TimeSpan.FromHours(3)));
        Assert.Equal(_world.Now + TimeSpan.FromHours(3), RunKernel.WakeUtc(_world.State));
        _world.Mail(MailKind.Cancel, grace: TimeSpan.FromHours(2));
        Assert.Equal(_world.Now + TimeSpan.FromHours(2), RunKernel.WakeUtc(_world.State));
        var failing = _world.Step();
        _world.End(failing, 1, KernelWorld.Error(), sample: 0);
        Assert.Equal(_world.Now + TimeSpan.FromMilliseconds(400), RunKernel.WakeUtc(_world.State));
        _world.Do(new RunEvent.Park("misuse"));
        Assert.Null(RunKernel.WakeUtc(_world.State));
    }

    [Fact]
    public void A_signal_or_a_running_step_alone_wakes_nothing()
    {
        _world.Receive("go");
        _world.Step();
        _world.Child(out _);
        Assert.Null(RunKernel.WakeUtc(_world.State));
    }

    [Fact]
    public void Time_does_not_reach_a_parked_run()
    {
        var op = _world.Timer(TimeSpan.FromSeconds(1));
        _world.Do(new RunEvent.Park("misuse"));
        Assert.Equal("", KernelWorld.Text(_world.Pass(TimeSpan.FromHours(1))));
        _world.Mail(MailKind.Unpark);
        Assert.Equal(op, Assert.Single(_world.Pass().Deliveries).Op);
    }

    [Fact]
    public void Asking_for_the_wake_time_allocates_nothing()
    {
        for (var i = 0; i < 100; i++) _world.Timer(TimeSpan.FromSeconds(i + 1));
        RunKernel.WakeUtc(_world.State);
        var before = GC.GetAllocatedBytesForCurrentThread();
        RunKernel.WakeUtc(_world.State);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
