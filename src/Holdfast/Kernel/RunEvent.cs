using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>How an op or an attempt ended.</summary>
enum OutcomeKind : byte
{
    /// <summary>With a value.</summary>
    Succeeded = 1,

    /// <summary>With an exception.</summary>
    Failed = 2,

    /// <summary>It was cancelled.</summary>
    Cancelled = 3,
}

/// <summary>How an op ended, in the form in which it is kept. The kernel never looks inside <see cref="Value"/>.</summary>
/// <param name="Kind">How.</param>
/// <param name="Value">The encoded value or exception.</param>
/// <param name="Summary">For a failure: type and message in one line, for people.</param>
sealed record Outcome(OutcomeKind Kind, ReadOnlyMemory<byte> Value, string? Summary = null)
{
    public static Outcome Done { get; } = new(OutcomeKind.Succeeded, default);

    /// <summary>Of a step that was cut off, and of which nobody knows whether it happened.</summary>
    public static Outcome InDoubt { get; } = new(OutcomeKind.Failed, default, "in doubt: it was cut off by the end of the process");

    /// <summary>The kernel knows no exceptions: this one has a line alone.</summary>
    public bool IsInDoubt => Value.IsEmpty && this == InDoubt;

    public static Outcome Cancelled(string reason) => new(OutcomeKind.Cancelled, default, reason);
}

/// <summary>Something that happened to a run, or that its code asked for. Carries no clock: the time is an argument of <see cref="RunKernel.Decide"/>.</summary>
abstract record RunEvent
{
    // What the outside says.

    /// <summary>The first turn begins.</summary>
    public sealed record Begin : RunEvent;

    /// <summary>A new owner has taken the run over. Comes before the <see cref="ResultStored"/> of what the store keeps beside the state.</summary>
    /// <param name="Epoch">The new owner's epoch: attempts of an earlier one were cut off.</param>
    /// <param name="Deaths">What the last process was doing with this run when it died; null for nothing that could have caused it.</param>
    /// <param name="Results">Results that the store keeps beside the state: their steps were not cut off.</param>
    public sealed record Recover(long Epoch, Deaths? Deaths = null, IReadOnlyList<StoredResult>? Results = null) : RunEvent;

    /// <summary>An attempt ended. One that is not the op's present attempt changes nothing.</summary>
    /// <param name="Op">The step.</param>
    /// <param name="Attempt">Which attempt.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="Retryable">Whether another attempt may be made, as far as the exception's type says.</param>
    /// <param name="Sample">A random number in [0, 1) for the jitter of the next wait.</param>
    /// <param name="Epoch">The epoch of a following attempt.</param>
    /// <param name="Details">What the attempt said last of how far it was, as JSON; null for nothing.</param>
    public sealed record AttemptEnded(long Op, int Attempt, Outcome Outcome, bool Retryable, double Sample, long Epoch, byte[]? Details = null) : RunEvent
    {
        /// <summary>The step as the attempt knew it, for a run whose own record cannot be read any more.</summary>
        public StepOp? Step { get; init; }
    }

    /// <summary>
    /// A result that the store keeps already (a transaction step, or a result that waited beside the state). Its journal entry was
    /// written with it. A parked run does not take it: it stays in the store, unfolded, until the run goes on.
    /// </summary>
    public sealed record ResultStored(long Op, Outcome Outcome) : RunEvent;

    /// <summary>Time has passed: whatever is due fires.</summary>
    /// <param name="Epoch">The epoch of a following attempt.</param>
    /// <param name="UntilUtc">What is due later does not fire yet, because a message came before it; null for no such bound.</param>
    public sealed record TimePassed(long Epoch, DateTimeOffset? UntilUtc = null) : RunEvent;

    /// <summary>A message has arrived. One that was looked at already changes nothing.</summary>
    /// <param name="Mail">The message.</param>
    /// <param name="CancelGrace">How long a run that is asked to cancel may take; zero or less for no limit.</param>
    /// <param name="Epoch">The epoch of attempts that the message lets start.</param>
    public sealed record MailArrived(StoredMail Mail, TimeSpan CancelGrace, long Epoch) : RunEvent;

    /// <summary>The code of an update has run, or refused: the update is consumed and answered, and the messages behind it are taken.</summary>
    /// <param name="Sequence">The update's place in the mailbox.</param>
    /// <param name="Outcome">Its answer as JSON, or the error that it refused with.</param>
    /// <param name="CancelGrace">As in <see cref="MailArrived"/>, for the messages behind it.</param>
    /// <param name="Epoch">As in <see cref="MailArrived"/>.</param>
    public sealed record UpdateTaken(long Sequence, Outcome Outcome, TimeSpan CancelGrace, long Epoch) : RunEvent;

    /// <summary>The run cannot go on here; a person or a deploy has to act. Said of a parked run, it states a new reason.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="RefusedMail">The sequence of a message that asked to take the run up and could not be followed: it is consumed. 0 for none.</param>
    public sealed record Park(string Reason, long RefusedMail = 0) : RunEvent;

    // What the run's code asks for.

    /// <summary>Starts a step under the number that <see cref="RunState.NextOp"/> gave.</summary>
    public sealed record StartStep(StepOp Step) : RunEvent;

    /// <summary>Starts a timer.</summary>
    public sealed record StartTimer(long Op, DateTimeOffset DueUtc) : RunEvent;

    /// <summary>Waits for a signal; takes a waiting message at once.</summary>
    public sealed record StartReceive(long Op, string Signal) : RunEvent;

    /// <summary>Starts a child run.</summary>
    public sealed record StartChild(long Op, NewRun Child) : RunEvent;

    /// <summary>
    /// Gives an op up: timers and receives at once, steps after their token and a grace, children by a message.
    /// A negative <paramref name="Grace"/> waits for a step without limit.
    /// </summary>
    public sealed record CancelOp(long Op, string Reason, TimeSpan Grace) : RunEvent;

    /// <summary>Drops an op whose result nobody can use any more, without waiting for it; named in the journal.</summary>
    public sealed record AbandonOp(long Op) : RunEvent;

    /// <summary>A message that was delivered does not decode to the awaited type: it becomes a dead letter and the op waits on.</summary>
    public sealed record RejectMail(long Op, string Signal, StoredMail Mail, string Reason) : RunEvent;

    /// <summary>The run's code ended, and nothing of it is left.</summary>
    public sealed record Finish(RunOutcome Outcome, string? Summary) : RunEvent;
}
