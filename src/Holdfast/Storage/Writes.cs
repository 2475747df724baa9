namespace Holdfast.Storage;

/// <summary>The store's own number of a run: given when the run is created, small, and in order of creation.</summary>
public readonly record struct RunKey(long Value);

/// <summary>One thing to append. A batch of writes is one transaction of the store; each gets its own <see cref="WriteResult"/>.</summary>
public abstract class StoreWrite
{
    /// <summary>
    /// Whether the write ends a run, asks for its end, or removes ended ones. A store whose disk is full takes such writes from its reserve, in batches that
    /// hold nothing else: they are how room is made.
    /// </summary>
    public virtual bool IsForReserve => false;
}

/// <summary>Creates a run. Answers <see cref="Verdict.Duplicate"/>, with the run that is there, when workflow and key are taken.</summary>
public sealed class CreateRun(NewRun run) : StoreWrite
{
    /// <summary>The run to create.</summary>
    public NewRun Run { get; } = run;

    /// <summary>
    /// The epoch under which the writer owns the store: of an owner that was replaced, the write is <see cref="Verdict.Stale"/>, for the new one would not hear of it.
    /// Null asks for no check: whoever owns nothing, or a message that goes with a transition, which is checked itself.
    /// </summary>
    public long? Epoch { get; init; }
}

/// <summary>
/// Puts a message into a run's mailbox and marks the run owed, so that a recovery looks at it. Answers <see cref="Verdict.Duplicate"/> when its dedup key is known, also of a run that has ended,
/// <see cref="Verdict.UnknownRun"/> or <see cref="Verdict.Finished"/> when the run cannot take it.
/// </summary>
public sealed class PostMail(RunId run, NewMail mail) : StoreWrite
{
    /// <summary>The run that is to receive the message.</summary>
    public RunId Run { get; } = run;

    /// <summary>The message.</summary>
    public NewMail Mail { get; } = mail;

    /// <summary>
    /// The epoch under which the writer owns the store: of an owner that was replaced, the write is <see cref="Verdict.Stale"/>, for the new one would not hear of it.
    /// Null asks for no check: whoever owns nothing, or a message that goes with a transition, which is checked itself.
    /// </summary>
    public long? Epoch { get; init; }

    /// <inheritdoc/>
    public override bool IsForReserve => Mail.Kind is MailKind.Cancel or MailKind.Terminate;
}

/// <summary>
/// Puts a dead letter into its run's mailbox again, behind all that has come since, with its content and dedup key, and marks the run owed. Answers <see cref="Verdict.Duplicate"/> when it was put
/// back before, <see cref="Verdict.UnknownMail"/> when the run has no such dead letter, <see cref="Verdict.UnknownRun"/> or <see cref="Verdict.Finished"/> when the run cannot take it.
/// </summary>
public sealed class RedeliverMail : StoreWrite
{
    /// <summary>The run that it was sent to.</summary>
    public required RunId Run { get; init; }

    /// <summary>The place that it had in the mailbox: <see cref="StoredMail.Sequence"/> of the <see cref="DeadLetter"/>.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it is put back, which is when it was sent from then on.</summary>
    public required DateTimeOffset Utc { get; init; }

    /// <summary>The epoch under which the writer owns the store: of an owner that was replaced, the write is <see cref="Verdict.Stale"/>.</summary>
    public required long Epoch { get; init; }
}

/// <summary>
/// What one turn changes, all or nothing: state, snapshot, consumed and outgoing messages, children, journal. Refused as
/// <see cref="Verdict.Stale"/>, contributing nothing, when revision or epoch are not those of the store.
/// </summary>
public sealed class Transition : StoreWrite
{
    /// <inheritdoc/>
    public override bool IsForReserve => Outcome is not null;

    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The store's number of the run.</summary>
    public required RunKey Key { get; init; }

    /// <summary>The revision that this transition was computed from; the store keeps this plus one.</summary>
    public required long Revision { get; init; }

    /// <summary>The epoch under which the writer owns the run.</summary>
    public required long Epoch { get; init; }

    /// <summary>When the turn ran.</summary>
    public required DateTimeOffset Utc { get; init; }

    /// <summary>Where the run stands after it.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When the run must be woken at the latest, or null.</summary>
    public required DateTimeOffset? WakeUtc { get; init; }

    /// <summary>Whether the committed state owes effects that a recovery must carry out.</summary>
    public required bool Owed { get; init; }

    /// <summary>
    /// The highest mailbox sequence that this turn knew of. A store keeps the run owed while a later unconsumed message is
    /// there, whatever <see cref="Owed"/> says: a message that arrived during the turn must not lose its wake-up.
    /// </summary>
    public required long MailSeen { get; init; }

    /// <summary>Whether status, wake time or owed differ from what is stored. Where false, a store may leave its indexes alone.</summary>
    public required bool IndexChanged { get; init; }

    /// <summary>The kernel's state, encoded.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }

    /// <summary>Whether <see cref="State"/> is what the store has already, byte for byte, and must stay so.</summary>
    internal bool KeepsState { get; init; }

    /// <summary>The frames, encoded; null keeps the stored ones, empty removes them.</summary>
    public required ReadOnlyMemory<byte>? Snapshot { get; init; }

    /// <summary>The ops whose results were stored apart and are part of this state now: those rows go. Others stay, such as one that a transaction step has just stored.</summary>
    public IReadOnlyList<long> FoldedResults { get; init; } = [];

    /// <summary>Messages taken out of the mailbox: their payload goes, their dedup keys stay.</summary>
    public IReadOnlyList<long> ConsumedMail { get; init; } = [];

    /// <summary>Answers to messages among <see cref="ConsumedMail"/> that carried a dedup key.</summary>
    public IReadOnlyList<MailAnswer> Answers { get; init; } = [];

    /// <summary>Messages that no code could take, with the reason.</summary>
    public IReadOnlyList<DeadMail> DeadMail { get; init; } = [];

    /// <summary>Messages to other runs. One to a run that is unknown or finished is dropped silently.</summary>
    public IReadOnlyList<PostMail> Outgoing { get; init; } = [];

    /// <summary>Runs that this turn starts. Where one is not, because its key is taken, and <see cref="NewRun.WhenKeyTaken"/> is in the mailbox in its place, the answer has the place of that: <see cref="WriteResult.MailSequence"/>.</summary>
    public IReadOnlyList<NewRun> Children { get; init; } = [];

    /// <summary>
    /// The run, among <see cref="Children"/>, that gets the signals which this transition leaves in the mailbox, those that are dead letters too: in their order, with their dedup keys, which stay known
    /// here as well. Null leaves them.
    /// </summary>
    public RunId? SignalsTo { get; init; }

    /// <summary>Large values that the new state refers to and the store has not seen for this run.</summary>
    public IReadOnlyList<Blob> Blobs { get; init; } = [];

    /// <summary>Large values of this run that nothing refers to any more.</summary>
    public IReadOnlyList<BlobHash> DroppedBlobs { get; init; } = [];

    /// <summary>Descriptions of code that the store may not hold yet. One that it holds already stays as it is.</summary>
    public IReadOnlyList<CodeRecord> Code { get; init; } = [];

    /// <summary>Journal entries of the turn, packed; empty for none.</summary>
    public ReadOnlyMemory<byte> Journal { get; init; }

    /// <summary>How many of the run's newest journal rows are kept at least; 0 for all. Older ones go in blocks, so a store may keep somewhat more.</summary>
    public int JournalKeep { get; init; }

    /// <summary>How the run ended, in the transition that ends it.</summary>
    public RunOutcome? Outcome { get; init; }
}

/// <summary>
/// The result of one step, when no code could run on it yet: kept beside the state until a transition folds it in.
/// Refused as <see cref="Verdict.Stale"/> on a wrong epoch, as <see cref="Verdict.Duplicate"/> when the op has a result.
/// </summary>
public sealed class ResultOnly : StoreWrite
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The store's number of the run.</summary>
    public required RunKey Key { get; init; }

    /// <summary>The epoch under which the writer owns the run.</summary>
    public required long Epoch { get; init; }

    /// <summary>When the step ended.</summary>
    public required DateTimeOffset Utc { get; init; }

    /// <summary>The op that the result is of.</summary>
    public required long Op { get; init; }

    /// <summary>The op's outcome as the kernel encodes it.</summary>
    public required ReadOnlyMemory<byte> Outcome { get; init; }

    /// <summary>Journal entries, packed; empty for none.</summary>
    public ReadOnlyMemory<byte> Journal { get; init; }

    /// <summary>How many of the run's newest journal rows are kept at least; 0 for all. Older ones go in blocks, so a store may keep somewhat more.</summary>
    public int JournalKeep { get; init; }
}

/// <summary>
/// Code of a step that runs inside the store's own transaction: <see cref="Work"/> is called synchronously, on the connection
/// that commits the batch, inside a savepoint, after the epoch check; its answer is stored like a <see cref="ResultOnly"/>.
/// A store may undo the batch and write it again without a write that it refuses: the work is called again then, after what it did to the database is undone, and the last answer counts.
/// Answers <see cref="Verdict.Duplicate"/>, without a call, when the store has the step's result already.
/// </summary>
public sealed class TransactionStep : StoreWrite
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The store's number of the run.</summary>
    public required RunKey Key { get; init; }

    /// <summary>The epoch under which the writer owns the run.</summary>
    public required long Epoch { get; init; }

    /// <summary>When the step was handed over.</summary>
    public required DateTimeOffset Utc { get; init; }

    /// <summary>The op that it is of.</summary>
    public required long Op { get; init; }

    /// <summary>Whether the answer settles the op. False for work that a step does while it runs: only what it did to the database is kept then.</summary>
    public bool SettlesOp { get; init; } = true;

    /// <summary>
    /// Runs the step on the given connection and returns what to keep. Must not throw: an exception of the user's code is an
    /// answer with <see cref="TransactionAnswer.Keep"/> false, which undoes what it did to the database.
    /// </summary>
    public required Func<System.Data.Common.DbConnection, TransactionAnswer> Work { get; init; }

    /// <summary>How many of the run's newest journal rows are kept at least; 0 for all. Older ones go in blocks, so a store may keep somewhat more.</summary>
    public int JournalKeep { get; init; }
}

/// <summary>
/// Work of a client in the store's own database. Like a <see cref="TransactionStep"/>, in the transaction that commits the batch, inside a savepoint, after the epoch check, and called again when the batch is; but it is of no run.
/// Answers <see cref="Verdict.Undone"/> when the work says that nothing is to be kept.
/// </summary>
public sealed class ClientTransaction : StoreWrite
{
    /// <summary>The epoch under which the writer owns the store.</summary>
    public required long Epoch { get; init; }

    /// <summary>Runs the work on the given connection, and returns whether what it did is kept. Must not throw.</summary>
    public required Func<System.Data.Common.DbConnection, bool> Work { get; init; }
}

/// <summary>What a <see cref="TransactionStep"/> did.</summary>
/// <param name="Keep">Whether its changes to the database are kept.</param>
/// <param name="Outcome">The op's outcome as the kernel encodes it; null when nothing is to be recorded (the step will be tried again, or goes on).</param>
/// <param name="Journal">Journal entries, packed; empty for none.</param>
public sealed record TransactionAnswer(bool Keep, ReadOnlyMemory<byte>? Outcome, ReadOnlyMemory<byte> Journal);
