using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>
/// Everything the engine knows about one run except its frames. Changed in place by <see cref="RunKernel.Decide"/>; whoever holds it
/// throws it away when the change could not be committed.
/// </summary>
sealed class RunState
{
    /// <summary>Where the run stands.</summary>
    public RunStatus Status { get; set; } = RunStatus.Running;

    /// <summary>Whether the first turn was committed.</summary>
    public bool Begun { get; set; }

    /// <summary>The number that the next op gets. Ops of a run are numbered from 1 and never reused: run + op is the idempotency key.</summary>
    public long NextOp { get; set; } = 1;

    /// <summary>Ops that the run has started and that are not settled, in order of their numbers.</summary>
    public OpTable Ops { get; } = new();

    /// <summary>The highest mailbox sequence looked at.</summary>
    public long MailSeen { get; set; }

    /// <summary>Messages looked at and not consumed, in order. They live in the store's mailbox, so they are not part of the encoded state.</summary>
    public List<StoredMail> Inbox { get; } = [];

    /// <summary>Why the run is to cancel, or null.</summary>
    public string? CancelReason { get; set; }

    /// <summary>When a run that was asked to cancel is ended without its consent, or null.</summary>
    public DateTimeOffset? CancelGraceUtc { get; set; }

    /// <summary>Why the run is parked, or null. Kept for people after it goes on.</summary>
    public string? ParkReason { get; set; }

    /// <summary>How many processes in a row have died while code of this run had a thread. A committed turn in which it ran, and an attempt that ends, set it to 0.</summary>
    public int Crashes { get; set; }

    /// <summary>The parent and the parent's op that wait for this run, or null.</summary>
    public ParentLink? Parent { get; set; }

    /// <summary>The run that was started from the same input in this one's place, or null.</summary>
    public RunId? RestartedAs { get; set; }

    /// <summary>The run in whose place this one was started, or null.</summary>
    public RunId? RestartOf { get; set; }

    /// <summary>Of a descendant of a run that was started in another one's place: that other one, whose descendants give their keys up. Else null.</summary>
    public RunId? HeirOf { get; set; }

    /// <summary>The run whose descendants give their keys up to the children of this one; null for none.</summary>
    public RunId? KeysFrom() => RestartOf ?? HeirOf;
}

/// <summary>Who waits for a child.</summary>
sealed record ParentLink(RunId Run, long Op);

/// <summary>Something a run waits for.</summary>
abstract class Op(long id)
{
    /// <summary>The op's number in its run.</summary>
    public long Id { get; } = id;
}

/// <summary>Where a step's work is.</summary>
enum StepPhase : byte
{
    /// <summary>The current attempt is to run, or is running.</summary>
    Ready = 1,

    /// <summary>The last attempt failed; the next one starts at <see cref="StepOp.RetryUtc"/>.</summary>
    Backoff = 2,

    /// <summary>An at-most-once attempt may or may not have happened; a person or a policy decides.</summary>
    InDoubt = 3,
}

/// <summary>What runs a step's attempt.</summary>
enum StepKind : byte
{
    /// <summary>A lambda of the workflow, in this process.</summary>
    Lambda = 1,

    /// <summary>A handler registered by name.</summary>
    Call = 2,

    /// <summary>A lambda inside the store's own transaction.</summary>
    Transaction = 3,
}

/// <summary>What is known of the signs of life of a step's attempts.</summary>
/// <param name="Timeout">How long one may be silent, or null.</param>
/// <param name="Details">What the last attempt that failed had said of how far it was, as JSON, or null.</param>
sealed record StepHeartbeat(TimeSpan? Timeout, byte[]? Details);

/// <summary>A step: a call that may have side effects.</summary>
sealed class StepOp(long id) : Op(id)
{
    /// <summary>What runs it.</summary>
    public StepKind Kind { get; set; } = StepKind.Lambda;

    /// <summary>What people call it.</summary>
    public string Label { get; set; } = "";

    /// <summary>The handler's name, for a call; otherwise null.</summary>
    public string? Handler { get; set; }

    /// <summary>What an attempt needs: the encoded lambda with its captured copy, or the call's arguments as JSON.</summary>
    public ReadOnlyMemory<byte> Intent { get; set; }

    /// <summary>Large values that the intent refers to.</summary>
    public IReadOnlyList<BlobHash> IntentBlobs { get; set; } = [];

    /// <summary>When and how often to try again.</summary>
    public RetryRule Retry { get; set; } = RetryRule.Default;

    /// <summary>How long one attempt may take, or null.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>How long an attempt may be silent, and how far the last one said it was; null when neither is to be known.</summary>
    public StepHeartbeat? Heartbeat { get; set; }

    /// <summary>Whether an attempt whose outcome is unknown must not be repeated.</summary>
    public bool AtMostOnce { get; set; }

    /// <summary>Whether such an attempt fails for the frames, instead of waiting for a decision.</summary>
    public bool FailsInDoubt { get; set; }

    /// <summary>The key that its attempts carry, or null for run and op.</summary>
    public string? Key { get; set; }

    /// <summary>The number of the attempt that runs or is next, from 1.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>How many attempts of the step were cut off by the end of the process.</summary>
    public int CrashedAttempts { get; set; }

    /// <summary>How many processes in a row died while code of the step had a thread, and no attempt ended in between.</summary>
    public int Crashes { get; set; }

    /// <summary>How many processes in a row died while an attempt of the step was waiting for something, and none ended in between.</summary>
    public int Deaths { get; set; }

    /// <summary>When the step was asked for.</summary>
    public DateTimeOffset StartedUtc { get; set; }

    /// <summary>The epoch under which the present attempt became durable: under a later one, it was cut off.</summary>
    public long Epoch { get; set; }

    /// <summary>Where its work is.</summary>
    public StepPhase Phase { get; set; } = StepPhase.Ready;

    /// <summary>When the next attempt starts, in backoff.</summary>
    public DateTimeOffset RetryUtc { get; set; }

    /// <summary>The last attempt's error in one line, or null.</summary>
    public string? LastError { get; set; }

    /// <summary>When a step asked to cancel is given up, or null when it was not asked.</summary>
    public DateTimeOffset? CancelGraceUtc { get; set; }

    /// <summary>What each of its attempts in a run carries.</summary>
    public string KeyIn(RunId run) => Key ?? $"{run}-{Id}";
}

/// <summary>A timer.</summary>
sealed class TimerOp(long id, DateTimeOffset dueUtc) : Op(id)
{
    /// <summary>When it fires: an absolute time, never earlier.</summary>
    public DateTimeOffset DueUtc { get; } = dueUtc;
}

/// <summary>Waits for the next message of a signal.</summary>
sealed class ReceiveOp(long id, string signal) : Op(id)
{
    /// <summary>The signal's name.</summary>
    public string Signal { get; } = signal;
}

/// <summary>Waits for a child run.</summary>
sealed class ChildOp(long id, RunId child, string workflow) : Op(id)
{
    /// <summary>The child.</summary>
    public RunId Child { get; } = child;

    /// <summary>The child's workflow, for people.</summary>
    public string Workflow { get; } = workflow;

    /// <summary>Whether the child was asked to cancel.</summary>
    public bool CancelRequested { get; set; }
}
