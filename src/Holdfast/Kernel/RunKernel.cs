using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>
/// The engine's heart: a pure, synchronous state machine. No clock, no input or output, no threads; the same state, event and
/// time always lead to the same state and decision.
/// </summary>
static class RunKernel
{
    /// <summary>Applies one event to the state and adds what follows from it to the decision.</summary>
    public static void Decide(RunState state, RunEvent happened, DateTimeOffset now, Decision decision)
    {
        if (IsFinished(state.Status))
        {
            // The outside may be late by any amount, and a run that has ended takes nothing more. Code of such a run cannot be running.
            Invariant.Holds(IsFromOutside(happened));
            return;
        }
        // A parked run has no frames, so nothing can ask for anything in its name.
        Invariant.Holds(state.Status == RunStatus.Running || IsFromOutside(happened));
        switch (happened)
        {
            case RunEvent.AttemptEnded ended: AttemptEnded.Apply(state, ended, now, decision); break;
            case RunEvent.StartStep start: StartStep.Apply(state, start, now, decision); break;
            case RunEvent.TimePassed passed: TimePassed.Apply(state, passed, now, decision); break;
            case RunEvent.MailArrived arrived: Mail.Arrived(state, arrived, now, decision); break;
            case RunEvent.UpdateTaken taken: Updates.Taken(state, taken, now, decision); break;
            case RunEvent.ResultStored stored: ResultStored.Apply(state, stored, decision); break;
            case RunEvent.StartTimer start: StartTimer.Apply(state, start, decision); break;
            case RunEvent.StartReceive start: Receive.Start(state, start, decision); break;
            case RunEvent.RejectMail reject: Receive.Reject(state, reject, decision); break;
            case RunEvent.StartChild start: Children.Start(state, start, now, decision); break;
            case RunEvent.CancelOp cancel: CancelOp.Apply(state, cancel, now, decision); break;
            case RunEvent.AbandonOp abandon: AbandonOp.Apply(state, abandon, now, decision); break;
            case RunEvent.Begin: Begin.Apply(state, decision); break;
            case RunEvent.Finish finish: Finish.Apply(state, finish, now, decision); break;
            case RunEvent.Recover recover: Recover.Apply(state, recover, decision); break;
            case RunEvent.Park park: Parking.Park(state, park, decision); break;
            default: throw new InvariantException($"Invariant broken: no transition for {happened.GetType().Name}. This is a defect of Holdfast; please report it.");
        }
    }

    /// <summary>Every effect that a committed state owes. Recovery carries out these and nothing else.</summary>
    public static IEnumerable<Effect> Pending(RunState state) => PendingEffects.Of(state);

    /// <summary>Whether a recovery must look at the run: it owes its first turn or an attempt.</summary>
    public static bool IsOwed(RunState state) => PendingEffects.Any(state);

    /// <summary>Checks that the state, once committed, owes every effect of the decision: else a crash in between would lose it.</summary>
    public static void AssertOwed(RunState state, Decision decision) => PendingEffects.AssertOwed(state, decision);

    /// <summary>
    /// The outcome that this end of an attempt gives its step, or null when another attempt follows or the attempt is not the
    /// present one. Changes nothing: it tells the runtime what to store beside the state of a run whose frames cannot take it now.
    /// </summary>
    public static Outcome? Settlement(RunState state, RunEvent.AttemptEnded ended, DateTimeOffset now) =>
        Settlement(state.Ops.TryGet(ended.Op, out var op) ? op as StepOp : null, ended, now);

    /// <summary>The same for the step alone, when the state cannot be read.</summary>
    public static Outcome? Settlement(StepOp? step, RunEvent.AttemptEnded ended, DateTimeOffset now) => AttemptEnded.Settlement(step, ended, now);

    /// <summary>The journal entry for a step's outcome that is stored beside the state.</summary>
    public static JournalEntry JournalOf(StepOp step, Outcome outcome) => Steps.Entry(step, outcome);

    /// <summary>When the run must be woken at the latest: the earliest timer, retry or grace; null when only a message or an attempt can wake it.</summary>
    public static DateTimeOffset? WakeUtc(RunState state) => WakeTime.Of(state);

    /// <summary>The update whose code is to run before anything else of the mailbox is taken, or null.</summary>
    public static StoredMail? NextUpdate(RunState state) => state.Inbox.Count == 0 ? null : Updates.Next(state);

    /// <summary>Why the run is not going on at this moment, in one line for people.</summary>
    /// <param name="state">The run.</param>
    /// <param name="stored">Ops whose results lie beside the state, in order: the run does not wait for those.</param>
    public static string Describe(RunState state, IReadOnlyList<long>? stored = null) => Description.Of(state, stored ?? []);

    /// <summary>Whether the run has ended.</summary>
    public static bool IsFinished(RunStatus status) => status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled or RunStatus.Terminated;

    static bool IsFromOutside(RunEvent happened) => happened is RunEvent.AttemptEnded or RunEvent.ResultStored or RunEvent.TimePassed
        or RunEvent.MailArrived or RunEvent.Recover or RunEvent.Park or RunEvent.Begin;
}
