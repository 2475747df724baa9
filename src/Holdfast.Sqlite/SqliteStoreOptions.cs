namespace Holdfast.Sqlite;

/// <summary>How the SQLite store uses its file. The defaults suit a server with a local disk.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>After how many pages in the write-ahead log their content is moved into the database file.</summary>
    /// <value>4,000 pages of 8 KB. Higher writes less in all, but pauses longer, takes more disk and makes opening after a crash slower.</value>
    public int CheckpointPages { get; init; } = 4000;

    /// <summary>
    /// The size of the file <c>&lt;database&gt;.reserve</c>, which is given up when the disk is full, so that runs can still be
    /// cancelled and old ones removed. It comes back by itself once there is room.
    /// </summary>
    /// <value>16 MB. With 0 there is no such file, and a full disk can only be cured from outside.</value>
    public long ReserveBytes { get; init; } = 16 << 20;

    /// <summary>How much memory the writer may use to keep pages of the file.</summary>
    /// <value>32 MB. Less makes the runs in flight read their own pages from the file again.</value>
    public long CacheBytes { get; init; } = 32 << 20;

    /// <summary>How long a write waits while another program, such as a shell on the same file, holds SQLite's write lock.</summary>
    /// <value>5 seconds; after that the append is answered as unavailable, and may be tried again.</value>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a transaction step may take. It runs inside the one transaction that everything waits for.</summary>
    /// <value>2 seconds; a step that takes longer is interrupted and undone, and has failed with a <see cref="TimeoutException"/>: it is tried again as its retry policy says. Longer lets one step hold up every other run.</value>
    public TimeSpan TransactionStepLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The id of the backup that this store may be started from. A file that <c>BackupAsync</c> made is refused without it, and the refusal says the
    /// id. Accepted once, it is a store like any other.
    /// </summary>
    /// <value>
    /// Null: no backup is started. Runs in a copy go on from the moment at which it was made: what they did after that, they do again, with the same
    /// idempotency keys.
    /// </value>
    public string? AcceptBackup { get; init; }

    /// <summary>How many pages a backup copies at a time; a commit waits for one such step at most.</summary>
    internal int BackupStepPages { get; init; } = 64;

    /// <summary>The registered virtual file system to go through, for tests that make it fail; null for SQLite's own.</summary>
    internal string? FileSystem { get; init; }

    /// <summary>The largest value that SQLite takes, for tests of what is too large; null for SQLite's own bound.</summary>
    internal int? ValueBytesMax { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CheckpointPages);
        ArgumentOutOfRangeException.ThrowIfNegative(ReserveBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(BusyTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TransactionStepLimit, TimeSpan.Zero);
    }
}
