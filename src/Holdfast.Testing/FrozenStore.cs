using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>When a process dies.</summary>
/// <param name="Commit">At its how-manieth commit, counted from 1 since the run began.</param>
/// <param name="IsKept">Whether that commit is kept before nobody hears of it any more, or lost.</param>
readonly record struct KillPoint(int Commit, bool IsKept);

/// <summary>A store that can die with its process: from then on it takes and tells nothing. Counts commits.</summary>
/// <param name="inner">The store.</param>
/// <param name="kill">When it dies; null for never.</param>
/// <param name="kept">Told of each write that was kept; null for nobody.</param>
sealed class FrozenStore(IStore inner, KillPoint? kill, Action<StoreWrite>? kept) : IStore
{
    readonly WriteResult[] _answer = new WriteResult[1];
    int _appends;
    volatile bool _isFrozen;

    public bool IsFrozen => _isFrozen;

    /// <summary>How many writes were given to the store.</summary>
    public int Appends => Volatile.Read(ref _appends);

    public string Location => inner.Location;

    /// <summary>Null: marks of deaths are of no use where death is the rule.</summary>
    public string? SidecarPath => null;

    public void Freeze() => _isFrozen = true;

    public async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            ThrowIfFrozen();
            var isKill = Appends + 1 == kill?.Commit;
            if (isKill && !kill!.Value.IsKept) _isFrozen = true;
            ThrowIfFrozen();
            await inner.AppendAsync([writes[i]], _answer).ConfigureAwait(false);
            results[i] = _answer[0];
            if (results[i].Verdict == Verdict.Committed) kept?.Invoke(writes[i]);
            if (isKill) _isFrozen = true;
            Interlocked.Increment(ref _appends);
            ThrowIfFrozen();
        }
    }

    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken) => inner.AcquireAsync(owner, cancellationToken);

    public ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) => inner.LoadAsync(run, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken) => inner.LoadBlobAsync(key, hash, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken) => inner.LoadCodeAsync(code, cancellationToken);

    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken) => inner.ScanOwedAsync(after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, int limit, CancellationToken cancellationToken) => inner.ScanDueAsync(until, limit, cancellationToken);

    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken) => inner.FindAsync(workflow, key, cancellationToken);

    public ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken) => inner.GetAsync(run, cancellationToken);

    public ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken) => inner.ReadJournalAsync(run, after, limit, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken) => inner.FindAnswerAsync(run, dedupKey, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken) => inner.ListDeadLettersAsync(run, limit, cancellationToken);

    public ValueTask<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken) => inner.BackupAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    void ThrowIfFrozen()
    {
        if (_isFrozen) throw new HoldfastException(HoldfastError.OutcomeUnknown, "The process was killed here, as the test told it to.");
    }
}
