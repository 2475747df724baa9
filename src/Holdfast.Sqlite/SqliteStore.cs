using Holdfast.Sqlite.Files;
using Holdfast.Sqlite.Reading;
using Holdfast.Sqlite.Writing;
using Holdfast.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Sqlite;

/// <summary>
/// A store in one SQLite file, with a write-ahead log, where every append is one transaction and is synced to the disk
/// before it is answered. Beside the file stand <c>.lock</c>, <c>.owner</c> and <c>.reserve</c>, and SQLite's own <c>-wal</c> and <c>-shm</c>.
/// </summary>
/// <remarks>
/// Thread-safe. Calls work on the caller's thread and return when they are done: <see cref="AppendAsync"/> blocks for as long
/// as the disk takes to sync; reads take microseconds and wait for nobody. Your own tables may live in the same file.
/// </remarks>
public sealed class SqliteStore : IStore
{
    readonly string _path;
    readonly LockFile _lock;
    readonly Writer _writer;
    readonly ReaderPool _readers;
    int _isDisposed;

    SqliteStore(string path, LockFile @lock, Writer writer, ReaderPool readers) =>
        (_path, _lock, _writer, _readers) = (path, @lock, writer, readers);

    /// <summary>The full path of the database file.</summary>
    public string Location => _path;

    /// <summary>The full path of the database file: the engine's files are named by what they add to it.</summary>
    public string? SidecarPath => _path;

    /// <summary>Opens the file, or makes it, and owns it until the store is disposed or the process ends.</summary>
    /// <param name="path">The database file; its directory must exist. A symbolic link is followed.</param>
    /// <param name="options">How the file is used; null for the defaults.</param>
    /// <param name="logger">Where the store reports to; null for nowhere.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.StoreOwned"/>: another process, or another store of this one, has the file.
    /// <see cref="HoldfastError.StoreNewer"/>: a newer Holdfast wrote it. <see cref="HoldfastError.StoreForeign"/>: it is a database of something else.
    /// <see cref="HoldfastError.StoreCorrupt"/>: it is damaged, or no database. <see cref="HoldfastError.StoreUnavailable"/>,
    /// <see cref="HoldfastError.StoreFull"/>: it cannot be opened for now; the message says why.
    /// </exception>
    public static SqliteStore Open(string path, SqliteStoreOptions? options = null, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        options.Validate();
        logger ??= NullLogger.Instance;

        SqliteLibrary.Load(logger);
        // The lock's name must be the same by whatever name the file is opened.
        var full = Path.GetFullPath(path);
        if (File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target) full = target.FullName;
        var owned = LockFile.Take(full);
        try
        {
            return new(full, owned, Writer.Open(full, options, logger), new(full, options));
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> AcquireAsync(string owner, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(_writer.RaiseEpoch(owner));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<long>(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        ArgumentNullException.ThrowIfNull(writes);
        ArgumentNullException.ThrowIfNull(results);
        ArgumentOutOfRangeException.ThrowIfLessThan(results.Length, writes.Count, nameof(results));
        try
        {
            _writer.Append(writes, results);
            return default;
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoredRun?> LoadAsync(RunId run, CancellationToken cancellationToken) => Read(reader => reader.Load(run), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> LoadBlobAsync(RunKey key, BlobHash hash, CancellationToken cancellationToken) =>
        Read(reader => reader.LoadBlob(key, hash), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> LoadCodeAsync(CodeId code, CancellationToken cancellationToken) => Read(reader => reader.LoadCode(code), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(RunId Run, RunKey Key)>> ScanOwedAsync(RunKey after, int limit, CancellationToken cancellationToken) =>
        Read(reader => reader.ScanOwed(after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DueRun>> ScanDueAsync(DateTimeOffset until, int limit, CancellationToken cancellationToken) =>
        Read(reader => reader.ScanDue(until, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RunId?> FindAsync(string workflow, string key, CancellationToken cancellationToken) =>
        Read(reader => reader.Find(workflow, key), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RunRow?> GetAsync(RunId run, CancellationToken cancellationToken) => Read(reader => reader.Get(run), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunRow>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Read(reader => reader.List(query), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalRow>> ReadJournalAsync(RunId run, long after, int limit, CancellationToken cancellationToken) =>
        Read(reader => reader.ReadJournal(run, after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> FindAnswerAsync(RunId run, string dedupKey, CancellationToken cancellationToken) =>
        Read(reader => reader.FindAnswer(run, dedupKey), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run, int limit, CancellationToken cancellationToken) =>
        Read(reader => reader.ListDeadLetters(run, limit), cancellationToken);

    /// <summary>
    /// Moves the log into the file, closes it and gives it up. After <see cref="HoldfastError.OutcomeUnknown"/> it is given up
    /// as it is: what the file holds shows when it is opened again.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return default;
        _readers.Dispose();
        _writer.Dispose();
        _lock.Dispose();
        return default;
    }

    ValueTask<T> Read<T>(Func<Reader, T> read, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _writer.ThrowIfUnusable();
            return new(_readers.Read(read));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<T>(error);
        }
    }
}
