namespace Holdfast.Storage;

/// <summary>A run to be created.</summary>
public sealed record NewRun
{
    /// <summary>The run's id.</summary>
    public required RunId Id { get; init; }

    /// <summary>The workflow's registered name.</summary>
    public required string Workflow { get; init; }

    /// <summary>The workflow's version.</summary>
    public required int Version { get; init; }

    /// <summary>The caller's idempotency key, unique among the runs of the workflow; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Of a child: what goes into the mailbox of the run that starts it, in its place, when its key is taken by another run; null refuses the transition then.</summary>
    public NewMail? WhenKeyTaken { get; init; }

    /// <summary>Of a child: a run whose descendant loses its key to this one, if it has it; null for none.</summary>
    public RunId? TakesKeyFrom { get; init; }

    /// <summary>The run that started this one, or null.</summary>
    public RunId? Parent { get; init; }

    /// <summary>When the start was asked for.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>The W3C trace parent under which the run was started, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The argument of <c>Run</c> as JSON; empty when it takes none.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The kernel's first state, encoded. A new run always owes its first turn.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }
}

/// <summary>What kind of thing a message asks of a run.</summary>
public enum MailKind : byte
{
    /// <summary>A signal by name, for <c>Receive</c>.</summary>
    Signal = 1,

    /// <summary>The outcome of a child, for the op in <see cref="NewMail.Name"/>.</summary>
    ChildSettled = 2,

    /// <summary>Asks the run to cancel; the payload is the reason as UTF-8.</summary>
    Cancel = 3,

    /// <summary>Ends the run without running its code; the payload is the reason as UTF-8.</summary>
    Terminate = 4,

    /// <summary>Decides a step in doubt, by the op in <see cref="NewMail.Name"/>; the payload is the kernel's outcome, empty to try again.</summary>
    Decision = 5,

    /// <summary>Takes a parked run up again.</summary>
    Unpark = 6,

    /// <summary>Ends the run, parked or not, and starts the one in the payload in its place.</summary>
    Restart = 7,

    /// <summary>Calls an update of the workflow, named by <see cref="NewMail.Name"/>; the payload is the call as JSON.</summary>
    Update = 8,
}

/// <summary>A message to be put into a mailbox.</summary>
/// <param name="Kind">What it asks.</param>
/// <param name="Name">The signal's name, or the op that it is for.</param>
/// <param name="Payload">Its content.</param>
/// <param name="DedupKey">A second message of the same run with this key is not kept; null for none.</param>
/// <param name="Utc">When it was sent.</param>
public sealed record NewMail(MailKind Kind, string Name, ReadOnlyMemory<byte> Payload, string? DedupKey, DateTimeOffset Utc);

/// <summary>A message in a mailbox, not yet consumed.</summary>
/// <param name="Sequence">Its place: messages of one run are taken in this order.</param>
/// <param name="Kind">What it asks.</param>
/// <param name="Name">The signal's name, or the op that it is for.</param>
/// <param name="Payload">Its content.</param>
/// <param name="Utc">When it was sent.</param>
public sealed record StoredMail(long Sequence, MailKind Kind, string Name, ReadOnlyMemory<byte> Payload, DateTimeOffset Utc);

/// <summary>The answer to a message that is consumed. Kept with the message's dedup key; without one, it is not kept.</summary>
public sealed record MailAnswer(long Sequence, ReadOnlyMemory<byte> Answer);

/// <summary>A message that could not be taken, and why.</summary>
public sealed record DeadMail(long Sequence, string Reason);

/// <summary>A dead letter, for people.</summary>
public sealed record DeadLetter(RunId Run, StoredMail Mail, string Reason);

/// <summary>How a run ended.</summary>
/// <param name="Status">Completed, failed, cancelled or terminated.</param>
/// <param name="Result">The result as JSON, empty when it has none.</param>
/// <param name="Error">The error as the kernel encodes it, empty when it has none.</param>
public sealed record RunOutcome(RunStatus Status, ReadOnlyMemory<byte> Result, ReadOnlyMemory<byte> Error)
{
    /// <summary>Why some of it is given as it is stored, and not as it was saved: the codec that it was saved with is not here. Null when all of it is readable.</summary>
    internal HoldfastException? Unreadable { get; init; }
}

/// <summary>The SHA-256 of a large value: its name in the store.</summary>
public readonly record struct BlobHash(UInt128 High, UInt128 Low)
{
    /// <summary>Reads the hash from its 32 bytes.</summary>
    public static BlobHash FromBytes(ReadOnlySpan<byte> bytes) => new(
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes),
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));

    /// <summary>The hash of a value.</summary>
    public static BlobHash Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(data, hash);
        return FromBytes(hash);
    }

    /// <summary>Writes the hash's 32 bytes.</summary>
    public void WriteBytes(Span<byte> target)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(target, High);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(target[16..], Low);
    }
}

/// <summary>Says which code, by what it does: 16 bytes of a hash over its instructions.</summary>
public readonly record struct CodeId(UInt128 Value)
{
    /// <summary>Reads the id from its 16 bytes.</summary>
    public static CodeId FromBytes(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>Writes the id's 16 bytes.</summary>
    public void WriteBytes(Span<byte> target) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(target, Value);
}

/// <summary>What code looked like that runs were saved in, so that a later build can say what changed. Kept once per code, for all runs.</summary>
public sealed record CodeRecord(CodeId Id, ReadOnlyMemory<byte> Description);

/// <summary>A large value, kept once per run under its hash.</summary>
public sealed record Blob(BlobHash Hash, ReadOnlyMemory<byte> Data);

/// <summary>A step result stored apart from the state.</summary>
public sealed record StoredResult(long Op, ReadOnlyMemory<byte> Outcome);

/// <summary>Everything that is needed to take a run up again.</summary>
public sealed record StoredRun
{
    /// <summary>The run as it was created. Its <see cref="NewRun.State"/> is the present state, not the first one.</summary>
    public required NewRun Run { get; init; }

    /// <summary>The store's number of the run.</summary>
    public required RunKey Key { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>How many transitions it has had.</summary>
    public required long Revision { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedUtc { get; init; }

    /// <summary>When it must be woken at the latest, or null.</summary>
    public required DateTimeOffset? WakeUtc { get; init; }

    /// <summary>Whether its state owes effects.</summary>
    public required bool Owed { get; init; }

    /// <summary>The frames, encoded; empty before the first turn and after the end.</summary>
    public required ReadOnlyMemory<byte> Snapshot { get; init; }

    /// <summary>Results stored since the last transition that folded them in, in the order they came.</summary>
    public required IReadOnlyList<StoredResult> Results { get; init; }

    /// <summary>Messages not yet consumed, in order.</summary>
    public required IReadOnlyList<StoredMail> Mail { get; init; }

    /// <summary>How the run ended, or null.</summary>
    public required RunOutcome? Outcome { get; init; }

    /// <summary>The state's bytes as the store has them, whether they could be read or not.</summary>
    internal ReadOnlyMemory<byte> StateAsStored { get; init; }

    /// <summary>Why the run cannot be taken up from this: the codec that some of it was saved with is not here, and it is given as it is stored; or a row of it is damaged, and is left out. Null when all of it is readable.</summary>
    internal HoldfastException? Unreadable { get; init; }

    /// <summary>What loading would give right after the run was created, for whoever has created it.</summary>
    internal static StoredRun JustCreated(NewRun run, RunKey key) => new()
    {
        Run = run,
        Key = key,
        Status = RunStatus.Running,
        Revision = 0,
        UpdatedUtc = run.CreatedUtc,
        WakeUtc = null,
        Owed = true,
        Snapshot = default,
        Results = [],
        Mail = [],
        Outcome = null,
    };
}

/// <summary>A run as lists show it: what is known without its frames and messages.</summary>
public sealed record RunRow(
    RunId Id, string Workflow, int Version, string? Key, RunId? Parent, RunStatus Status, DateTimeOffset CreatedUtc, DateTimeOffset UpdatedUtc,
    DateTimeOffset? WakeUtc, long Revision, ReadOnlyMemory<byte> State, RunOutcome? Outcome)
{
    /// <summary>Why the run cannot be taken up from this: the codec that some of it was saved with is not here, and it is given as it is stored; or a row of it is damaged, and is left out. Null when all of it is readable.</summary>
    internal HoldfastException? Unreadable { get; init; }

    /// <summary>Ops whose results are stored beside the state: they have ended, though the state does not know it yet. By their numbers.</summary>
    public IReadOnlyList<long> StoredResults { get; init; } = [];
}

/// <summary>One transition's journal entries, packed.</summary>
public sealed record JournalRow(long Sequence, DateTimeOffset Utc, ReadOnlyMemory<byte> Entries)
{
    /// <summary>Why some of it is given as it is stored, and not as it was saved: the codec that it was saved with is not here. Null when all of it is readable.</summary>
    internal HoldfastException? Unreadable { get; init; }
}

/// <summary>A run that has to be woken.</summary>
public readonly record struct DueRun(RunId Run, RunKey Key, DateTimeOffset WakeUtc);

/// <summary>Which runs to list; every given condition must hold.</summary>
public sealed record RunQuery
{
    /// <summary>Runs of this workflow only.</summary>
    public string? Workflow { get; init; }

    /// <summary>Runs that stand so only.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Runs created before this one only: pass the last id of a page to get the next, newest first.</summary>
    public RunId? Before { get; init; }

    /// <summary>How many at most.</summary>
    /// <value>100; more in one page delays the writer that shares the file.</value>
    public int Limit { get; init; } = 100;
}
