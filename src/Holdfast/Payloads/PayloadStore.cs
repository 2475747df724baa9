using Holdfast.Storage;

namespace Holdfast.Payloads;

/// <summary>A store that is read through the codec. What is written comes to it sealed: see <see cref="SealedWrites"/>.</summary>
/// <param name="store">The store as it is.</param>
/// <param name="envelope">What lies around the data in it.</param>
/// <param name="isView">Whether it is only looked at: it is not written to, and stays open.</param>
sealed class PayloadStore(IStore store, Envelope envelope, bool isView = false) : IStore
{
    public string Location => store.Location;

    public string? SidecarPath => store.SidecarPath;

    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken) => ToWrite.AcquireAsync(owner, cancellationToken);

    public ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results) => ToWrite.AppendAsync(writes, results);

    public ValueTask SyncAsync() => ToWrite.SyncAsync();

    public async ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) =>
        await store.LoadAsync(run, cancellationToken).ConfigureAwait(false) is { } stored ? OpenedRecords.Of(envelope, stored) : null;

    public async ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken) =>
        await store.LoadBlobAsync(key, hash, cancellationToken).ConfigureAwait(false) is { } stored ? envelope.Open(hash, stored) : default(ReadOnlyMemory<byte>?);

    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken) => store.LoadCodeAsync(code, cancellationToken);

    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken) => store.ScanOwedAsync(after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, DueRun after, int limit, CancellationToken cancellationToken) => store.ScanDueAsync(until, after, limit, cancellationToken);

    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken) => store.FindAsync(workflow, key, cancellationToken);

    public async ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken) =>
        await store.GetAsync(run, cancellationToken).ConfigureAwait(false) is { } row ? OpenedRecords.Of(envelope, row) : null;

    public async ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(query, cancellationToken).ConfigureAwait(false)).Select(row => OpenedRecords.Of(envelope, row))];

    public async ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ReadJournalAsync(run, after, limit, cancellationToken).ConfigureAwait(false)).Select(row => OpenedRecords.Of(envelope, row))];

    public async ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken) =>
        await store.FindAnswerAsync(run, dedupKey, cancellationToken).ConfigureAwait(false) is { } stored ? envelope.Open(stored) : default(ReadOnlyMemory<byte>?);

    public async ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ListDeadLettersAsync(run, limit, cancellationToken).ConfigureAwait(false)).Select(letter => OpenedRecords.Of(envelope, letter))];

    public ValueTask<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken) => store.BackupAsync(path, cancellationToken);

    public ValueTask DisposeAsync() => isView ? default : store.DisposeAsync();

    IStore ToWrite => isView ? throw new InvalidOperationException($"{Location} is seen through a codec to be read; it cannot be written to so.") : store;
}
