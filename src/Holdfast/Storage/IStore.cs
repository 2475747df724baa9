namespace Holdfast.Storage;

/// <summary>What became of one write of a batch.</summary>
public enum Verdict : byte
{
    /// <summary>Kept. Durable after a <see cref="IStore.SyncAsync"/> that began later.</summary>
    Committed = 1,

    /// <summary>Known already: nothing was changed.</summary>
    Duplicate = 2,

    /// <summary>The writer's revision or epoch is not the store's: nothing of it was kept.</summary>
    Stale = 3,

    /// <summary>There is no such run.</summary>
    UnknownRun = 4,

    /// <summary>The run has ended.</summary>
    Finished = 5,

    /// <summary>The store could not take this write though it takes others; <see cref="WriteResult.Reason"/> says why.</summary>
    Refused = 6,

    /// <summary>Code of the user's ran inside the commit and was undone: it threw, or took too long, which <see cref="WriteResult.Reason"/> says then. Nothing was recorded; it may be tried again.</summary>
    Undone = 7,

    /// <summary>There is no such message in the run's mailbox.</summary>
    UnknownMail = 8,
}

/// <summary>The store's answer to one write.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Run">The run it is about: for a duplicate start, the run that was there.</param>
/// <param name="Key">The store's number of that run.</param>
/// <param name="MailSequence">For a message: its place in the mailbox. For a transition: that of a message which says that a child was not started; else 0.</param>
/// <param name="Outcome">For a transaction step: the outcome that was recorded.</param>
/// <param name="Reason">Why it was refused; of what was undone, that it took too long.</param>
/// <param name="Pruned">For <see cref="PruneRuns"/>: what was removed.</param>
/// <param name="IsDamage">It was refused because it met a row that is damaged.</param>
/// <param name="KnownName">For a duplicate message: the name of the one that has its dedup key; null where the store does not tell.</param>
public readonly record struct WriteResult(
    Verdict Verdict, RunId Run = default, RunKey Key = default, long MailSequence = 0, ReadOnlyMemory<byte> Outcome = default, string? Reason = null,
    Pruned? Pruned = null, bool IsDamage = false, string? KnownName = null)
{
    /// <summary>What whoever asked for the write is told. Only what may go better another time is <see cref="HoldfastError.StoreUnavailable"/>.</summary>
    /// <param name="what">What did not come about, as a clause.</param>
    internal HoldfastException NotKept(string what) => new(
        IsDamage ? HoldfastError.StoreCorrupt : Verdict == Verdict.Refused ? HoldfastError.Misuse : HoldfastError.StoreUnavailable, $"{what}: {Reason ?? Verdict + "."}");
}

/// <summary>
/// Where runs live. <see cref="AppendAsync"/> is called by one caller at a time; everything else may be called at any time
/// from any thread, and sees only what is committed. What the store tells people (<see cref="FindAsync"/>, <see cref="GetAsync"/> of a run that has ended, lists, journals,
/// answers, dead letters) is durable; what only the engine reads may not be yet, because all that the engine builds on it is synced after it.
/// </summary>
/// <remarks>
/// Errors: a store throws <see cref="HoldfastException"/> only. <see cref="HoldfastError.StoreFull"/> and
/// <see cref="HoldfastError.StoreUnavailable"/> from an append mean that nothing of the batch was kept, and that the same
/// batch may be appended again. <see cref="HoldfastError.OutcomeUnknown"/>, from an append or a sync, means that what was not synced may or may not have been kept: the
/// store takes no further call, and only a new instance, which reads what is there, may go on.
/// A row that cannot be read, because it is damaged, hides no other: scans and lists pass over a run whose id cannot be read, and whoever looks for it by its key gets <see cref="HoldfastError.StoreCorrupt"/>.
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>Where the store is, for people: a path, or "memory".</summary>
    string Location { get; }

    /// <summary>Where the engine may keep small files of its own beside the store, as a path prefix; null when it may not.</summary>
    string? SidecarPath { get; }

    /// <summary>Takes the store over: from now on only writes of the returned epoch are kept.</summary>
    /// <param name="owner">Who takes it, for people.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreOwned"/>: another process holds it.</exception>
    ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken);

    /// <summary>
    /// Appends a batch in one transaction, in order. <paramref name="results"/> gets one answer per write, which nobody may hear before a <see cref="SyncAsync"/> that
    /// began afterwards has returned. A write that is not kept contributes nothing, and its neighbours are kept all the same. A later write sees what an earlier one did,
    /// of this batch or of another, and is durable only with it: what a store has after it lost its power is everything up to some append, and nothing after.
    /// </summary>
    ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results);

    /// <summary>Returns when all that was appended before the call is durable. May be called while the next batch is appended.</summary>
    ValueTask SyncAsync();

    /// <summary>Everything that is needed to take the run up, or null if there is none.</summary>
    ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>A large value of a run, or null if it is not there.</summary>
    ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken);

    /// <summary>The description of code that some run was saved in, or null if it is not there.</summary>
    ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken);

    /// <summary>Runs that owe effects or have unconsumed mail that was never looked at, in order of creation, after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken);

    /// <summary>Runs to be woken at or before <paramref name="until"/>, earliest first, and of the same time in order of creation; those after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, DueRun after, int limit, CancellationToken cancellationToken);

    /// <summary>The run with this key among those of the workflow, or null.</summary>
    ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken);

    /// <summary>One run as lists show it, or null.</summary>
    ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Runs, newest first.</summary>
    ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken);

    /// <summary>A run's journal after a sequence number, oldest first.</summary>
    ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken);

    /// <summary>The answer to a consumed message, by its dedup key; null when there is no such message, or none was given yet. Of ended runs too.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken);

    /// <summary>Messages that could not be taken, oldest first; of one run, or of all.</summary>
    ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a consistent copy at a path that is free, beside all other work, and returns when it is on the disk. Until then there is nothing at the
    /// path. A store without files of its own refuses.
    /// </summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.BackupFailed"/>: there is no copy; the message says why.</exception>
    ValueTask<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken) => ValueTask.FromException<StoreBackup>(
        new HoldfastException(HoldfastError.BackupFailed, $"No backup was made to {path}: the store '{Location}' has no file of its own. Back it up with its own tools."));
}
