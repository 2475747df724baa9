namespace Holdfast.Sqlite;

/// <summary>What a call into SQLite answered instead of success. Caught inside the store and never shown: callers see <see cref="HoldfastException"/>.</summary>
sealed class SqliteFault(int code, int systemErrno, string message) : Exception(message)
{
    const int Failed = 1, NotPermitted = 3, ReadOnly = 8, CannotOpen = 14;
    const int Busy = 5, Locked = 6, NoMemory = 7, IoError = 10, Corrupt = 11, DiskFull = 13, TooBig = 18, Constraint = 19, Mismatch = 20, NotADatabase = 26;
    const int IoErrorWrite = IoError | (3 << 8), IoErrorFsync = IoError | (4 << 8), IoErrorDirectoryFsync = IoError | (5 << 8), IoErrorIndexSize = IoError | (19 << 8);
    const int PermissionErrno = 1, AccessErrno = 13, NoDirectoryErrno = 20, DirectoryErrno = 21, ReadOnlyErrno = 30;
    const int NoSpaceErrno = 28, FileTooLargeErrno = 27, QuotaErrnoLinux = 122, QuotaErrnoMac = 69;

    /// <summary>SQLite's extended result code.</summary>
    public int Code { get; } = code;

    int Primary => Code & 0xff;

    /// <summary>One write is to blame, not the store.</summary>
    public bool IsOfOneWrite => Primary is TooBig or Constraint or Mismatch;

    public bool IsOfTheDisk => IsFull || IsCorrupt || Primary is IoError or NoMemory;

    public bool IsBusy => Primary is Busy or Locked;

    // Of our own statements only: what they name was there when the store was opened.
    public bool IsCorrupt => Primary is Corrupt or NotADatabase || (Primary == Failed && Message.StartsWith("no such ", StringComparison.Ordinal));

    /// <summary>A write found no room.</summary>
    public bool IsFull => Primary == DiskFull
        || (Code is IoErrorWrite or IoErrorIndexSize && systemErrno is NoSpaceErrno or FileTooLargeErrno or QuotaErrnoLinux or QuotaErrnoMac);

    /// <summary>Such a write, and it came before the one that makes a commit count: nothing was committed. The index of the log grows only after that one.</summary>
    public bool IsFullBeforeCommit => IsFull && Code != IoErrorIndexSize;

    /// <summary>What was written may or may not reach the disk, and asking again would answer falsely: the kernel forgets the error.</summary>
    public bool IsFsync => Code is IoErrorFsync or IoErrorDirectoryFsync;

    /// <summary>The same for the time when the store is opened: nothing that it then finds missing or closed to it can be of the moment.</summary>
    public HoldfastException ToOpeningException(string path) =>
        Primary == NotPermitted || (Primary == ReadOnly && Code != ReadOnly) || (Primary == CannotOpen && systemErrno is PermissionErrno or AccessErrno or NoDirectoryErrno or DirectoryErrno or ReadOnlyErrno)
            ? new(HoldfastError.StoreUnusable, $"{path} cannot be used: {Message}. The process needs to read and write it, and the directory that it is in.", this)
        // Whether the file may be written was asked before: what is left says that its header, or its tables, are not what they say.
        : Primary is Failed or ReadOnly ? Damaged(path)
        : ToException(path);

    public HoldfastException ToException(string path) =>
        IsFull ? new(HoldfastError.StoreFull, $"The disk of {path} is full; nothing of the call was kept. Make room; the engine goes on by itself.", this)
        : IsCorrupt ? Damaged(path)
        : IsBusy ? new(HoldfastError.StoreUnavailable, $"{path} is locked by another program, such as a shell with an open transaction; nothing of the call was kept.", this)
        : new(HoldfastError.StoreUnavailable, $"{path} cannot be used for now; nothing of the call was kept: {Message}.", this);

    HoldfastException Damaged(string path) => new(HoldfastError.StoreCorrupt, Primary == NotADatabase
        ? $"{path} is no SQLite database, or its beginning is damaged. If it was Holdfast's, stop, copy it away, and restore it from a backup; if not, name another file."
        : $"{path} is damaged: {Message}. Stop, copy the file away, and restore it from a backup.", this);
}
