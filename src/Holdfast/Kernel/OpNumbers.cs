namespace Holdfast.Kernel;

/// <summary>Hands out op numbers. Run and op are the idempotency key, so a number is used once and never again.</summary>
static class OpNumbers
{
    public static void Take(RunState state, long op, Decision decision)
    {
        Invariant.Holds(op == state.NextOp);
        state.NextOp++;
        if (decision.StartedFrom == 0) decision.StartedFrom = op;
    }
}
