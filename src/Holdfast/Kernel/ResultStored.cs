namespace Holdfast.Kernel;

/// <summary>A step's result that is durable already, in the store beside the state, reaches the frames.</summary>
static class ResultStored
{
    public static void Apply(RunState state, RunEvent.ResultStored stored, Decision decision)
    {
        if (state.Status != RunStatus.Running) return;
        // In any phase: what the store keeps did happen, whatever the state believes, and a doubt about it is over.
        if (state.Ops.TryGet(stored.Op, out var op) && op is StepOp step) Steps.Settle(state, step, stored.Outcome, decision, DateTimeOffset.MinValue);
    }
}
