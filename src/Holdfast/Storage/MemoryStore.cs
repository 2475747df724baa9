namespace Holdfast.Storage;

/// <summary>
/// A store that forgets everything when the process ends: for tests and for trying things out. It keeps the contract that
/// the durable stores keep, except that <see cref="TransactionStep"/> and <see cref="ClientTransaction"/> are refused, because there is no database.
/// </summary>
/// <remarks>Thread-safe: every verb, also <see cref="AppendAsync"/>, may be called from any thread at any time.</remarks>
public sealed class MemoryStore : IStore
{
    readonly MemoryContent _content;
    volatile bool _disposed;

    /// <summary>Makes an empty store.</summary>
    public MemoryStore() : this(new MemoryContent()) { }

    MemoryStore(MemoryContent content) => _content = content;

    /// <inheritdoc/>
    public string Location => "memory";

    /// <summary>Null: a store that leaves nothing behind has no place for files either.</summary>
    public string? SidecarPath => null;

    /// <summary>
    /// A second handle on the same content, as a restarted or a competing process would have it. Both stay usable; whoever
    /// acquires last fences the other's transitions and results.
    /// </summary>
    public MemoryStore Reopen() => new(_content);

    /// <inheritdoc/>
    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken)) return new(++_content.Epoch);
    }

    /// <inheritdoc/>
    public ValueTask SyncAsync() => default;

    /// <inheritdoc/>
    public ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        ArgumentNullException.ThrowIfNull(writes);
        ArgumentNullException.ThrowIfNull(results);
        ArgumentOutOfRangeException.ThrowIfLessThan(results.Length, writes.Count, nameof(results));
        using (Enter(default))
            for (var i = 0; i < writes.Count; i++) results[i] = _content.Apply(writes[i]);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken)) return new(_content.Find(run)?.ToStored());
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken)
    {
        // A bare null would become an empty value, by way of the conversion from an array.
        using (Enter(cancellationToken))
            return new(_content.Find(key) is { } run && run.Blobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken)) return new(_content.Code.TryGetValue(code, out var description) ? description : (ReadOnlyMemory<byte>?)null);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken))
            return new([.. _content.Owed.GetViewBetween(after.Value + 1, long.MaxValue).Take(limit)
                .Select(key => (_content.Runs[key].Info.Id, new RunKey(key)))]);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, DueRun after, int limit, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken))
            return new([.. _content.Wakes.GetViewBetween((after.WakeUtc, after.Key.Value + 1), (DateTimeOffset.MaxValue, long.MaxValue)).TakeWhile(wake => wake.Utc <= until).Take(limit)
                .Select(wake => new DueRun(_content.Runs[wake.Key].Info.Id, new(wake.Key), wake.Utc))]);
    }

    /// <inheritdoc/>
    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken))
            return new(_content.ByName.TryGetValue((workflow, key), out var run) ? run.Info.Id : null);
    }

    /// <inheritdoc/>
    public ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken)) return new(_content.Find(run)?.ToRow());
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        using (Enter(cancellationToken))
        {
            var runs = _content.Runs.Values.Reverse();
            if (query.Before is { } before)
                // A run that is gone still marks its place, because ids are in order of time.
                runs = _content.Find(before) is { } mark
                    ? runs.Where(run => run.Key.Value < mark.Key.Value)
                    : runs.SkipWhile(run => run.Info.Id >= before);
            return new([.. runs
                .Where(run => (query.Workflow is null || run.Info.Workflow == query.Workflow) && (query.Status is null || run.Status == query.Status))
                .Take(query.Limit).Select(run => run.ToRow())]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken))
            return new([.. _content.Find(run)?.Journal.SkipWhile(row => row.Sequence <= after).Take(limit) ?? []]);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken))
            return new(_content.Find(run) is { } found && found.DedupKeys.TryGetValue(dedupKey, out var known) && found.Answers.TryGetValue(known.Sequence, out var answer)
                ? answer : (ReadOnlyMemory<byte>?)null);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken)
    {
        using (Enter(cancellationToken))
            return new([.. _content.Runs.Values.Where(each => run is null || each.Info.Id == run)
                .SelectMany(each => each.Dead).OrderBy(letter => letter.Mail.Sequence).Take(limit)]);
    }

    /// <summary>Closes this handle. The content stays for the handles that <see cref="Reopen"/> gave, and can still be reopened.</summary>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return default;
    }

    Lock.Scope Enter(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return _content.Gate.EnterScope();
    }
}
