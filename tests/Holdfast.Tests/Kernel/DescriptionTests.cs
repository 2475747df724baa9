using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Tests.Kernel;

public sealed class DescriptionTests
{
    readonly KernelWorld _world = new();

    [Fact]
    public void Each_op_says_what_it_waits_for()
    {
        _world.Step();
        var failing = _world.Step(step => step.Retry = RetryRule.Default with { Jitter = 0 });
        _world.End(failing, 1, KernelWorld.Error());
        _world.Receive("approved");
        _world.Timer(TimeSpan.FromDays(2));
        _world.Child(out var child);
        Assert.Equal(
            "step 'Charge' (op 1), attempt 1, running"
            + "; step 'Charge' (op 2): attempt 1 failed with TimeoutException: too slow; next attempt at 2026-03-01T12:00:00.500Z"
            + "; signal 'approved'"
            + "; timer until 2026-03-03T12:00:00.000Z"
            + $"; child Refund {child.Id} (op 5)",
            RunKernel.Describe(_world.State));
    }

    [Fact]
    public void Many_ops_are_counted_and_doubts_come_first()
    {
        for (var i = 0; i < 999; i++) _world.Receive("go");
        var op = _world.Step(step => (step.AtMostOnce, step.Label) = (true, "Notify"));
        _world.Do(new RunEvent.Recover(2));
        var text = RunKernel.Describe(_world.State);
        Assert.StartsWith($"in doubt: step 'Notify' (op {op}) may or may not have happened; it waits for a decision", text, StringComparison.Ordinal);
        Assert.EndsWith("; signal 'go' and 995 more", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_whose_results_lie_beside_the_state_are_not_waited_for()
    {
        for (var i = 0; i < 8; i++) _world.Step();
        Assert.Equal(
            "step 'Charge' (op 2), attempt 1, running; step 'Charge' (op 4), attempt 1, running; 6 steps have ended",
            RunKernel.Describe(_world.State, [1, 3, 5, 6, 7, 8]));
        Assert.EndsWith("(op 6), attempt 1, running and 2 more; 1 step has ended", RunKernel.Describe(_world.State, [1]), StringComparison.Ordinal);
        _world.Do(new RunEvent.Park("as told"));
        Assert.Equal("parked: as told", RunKernel.Describe(_world.State, [1]));
    }

    [Fact]
    public void A_request_to_cancel_is_told()
    {
        _world.Receive("go");
        _world.Mail(MailKind.Cancel, payload: "customer left", grace: TimeSpan.FromMinutes(1));
        Assert.Equal("asked to cancel: customer left, terminated at 2026-03-01T12:01:00.000Z at the latest; signal 'go'", RunKernel.Describe(_world.State));
    }

    [Fact]
    public void A_run_without_ops_is_running() => Assert.Equal("running", RunKernel.Describe(_world.State));
}
