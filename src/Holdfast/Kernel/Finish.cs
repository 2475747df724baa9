using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>The run's code has ended.</summary>
static class Finish
{
    public static void Apply(RunState state, RunEvent.Finish finish, DateTimeOffset now, Decision decision)
    {
        var status = finish.Outcome.Status;
        Invariant.Holds(status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled);
        // Whatever the code left open was cancelled or abandoned before: an ended run waits for nothing.
        Invariant.Holds(state.Ops.Count == 0);
        state.Status = status;
        state.CancelGraceUtc = null;
        state.Crashes = 0;
        decision.Outcome = finish.Outcome;
        decision.Note(Entry(status), 0, Line.Of(finish.Summary ?? ""));
        Children.TellParent(state, ForParent(state, finish), now, decision);
    }

    static Outcome ForParent(RunState state, RunEvent.Finish finish) => finish.Outcome.Status switch
    {
        RunStatus.Completed => new(OutcomeKind.Succeeded, finish.Outcome.Result),
        RunStatus.Failed => new(OutcomeKind.Failed, finish.Outcome.Error, finish.Summary),
        _ => Outcome.Cancelled(finish.Summary ?? state.CancelReason ?? "cancelled"),
    };

    static JournalKind Entry(RunStatus status) => status switch
    {
        RunStatus.Completed => JournalKind.Completed,
        RunStatus.Failed => JournalKind.Failed,
        _ => JournalKind.Cancelled,
    };
}
