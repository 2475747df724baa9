using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>Another store with something done before or after its appends.</summary>
class StoreWrapper(IStore inner) : IStore
{
    public IStore Inner { get; } = inner;

    public string Location => Inner.Location;

    public virtual string? SidecarPath => Inner.SidecarPath;

    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken) => Inner.AcquireAsync(owner, cancellationToken);

    public virtual ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results) => Inner.AppendAsync(writes, results);

    public virtual ValueTask SyncAsync() => Inner.SyncAsync();

    public virtual ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) => Inner.LoadAsync(run, cancellationToken);

    public virtual ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken) => Inner.LoadBlobAsync(key, hash, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken) => Inner.LoadCodeAsync(code, cancellationToken);

    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken) => Inner.ScanOwedAsync(after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, DueRun after, int limit, CancellationToken cancellationToken) => Inner.ScanDueAsync(until, after, limit, cancellationToken);

    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken) => Inner.FindAsync(workflow, key, cancellationToken);

    public ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken) => Inner.GetAsync(run, cancellationToken);

    public virtual ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken) => Inner.ListAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken) => Inner.ReadJournalAsync(run, after, limit, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken) => Inner.FindAnswerAsync(run, dedupKey, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken) => Inner.ListDeadLettersAsync(run, limit, cancellationToken);

    public ValueTask<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken) => Inner.BackupAsync(path, cancellationToken);

    public virtual ValueTask DisposeAsync() => Inner.DisposeAsync();
}
