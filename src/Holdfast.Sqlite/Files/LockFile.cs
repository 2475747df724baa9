namespace Holdfast.Sqlite.Files;

/// <summary>
/// Ownership of a database, by an exclusive lock on <c>&lt;database&gt;.lock</c> that is held for life. A lock on the database file itself has to go beside
/// SQLite's own, which closing any descriptor of the file drops: see <see cref="InodeLock"/>. The system drops it when the process ends, however it ends.
/// </summary>
sealed class LockFile : IDisposable
{
    const int ReadOnlyFileSystemErrno = 30;

    readonly FileStream _lock;
    readonly string _ownerPath;
    InodeLock? _inode;
    bool _isNamed;

    LockFile(FileStream @lock, string ownerPath) => (_lock, _ownerPath) = (@lock, ownerPath);

    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.StoreOwned"/>: it is held. <see cref="HoldfastError.StoreUnusable"/>: it can never be made here.
    /// <see cref="HoldfastError.StoreUnavailable"/>: it cannot be made for now, or locks do not work here.
    /// </exception>
    public static LockFile Take(string databasePath)
    {
        var (lockPath, ownerPath) = (databasePath + ".lock", databasePath + ".owner");
        if (Directory.Exists(databasePath)) throw Unusable($"{databasePath} is a directory. Name a file in it.");
        FileStream stream;
        try
        {
            stream = OpenExclusive(lockPath);
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw new HoldfastException(HoldfastError.StoreOwned,
                $"{databasePath} is in use by {ReadOwner(ownerPath)}. A database has one owner at a time: stop that one, or give this one another file.", error);
        }
        catch (DirectoryNotFoundException error)
        {
            throw Unusable($"The directory of {databasePath} is not there. Make it, or name another one.", error);
        }
        catch (PathTooLongException error)
        {
            throw Unusable($"The path {databasePath} is too long for this system, or becomes so with the names of the files beside it. Choose a shorter one.", error);
        }
        catch (Exception error) when (IsForbidden(error))
        {
            throw Unusable($"The lock file {lockPath} cannot be opened: {error.Message} The process needs to write in the directory of the database.", error);
        }
        catch (IOException error)
        {
            throw new HoldfastException(HoldfastError.StoreUnavailable,
                $"The lock file {lockPath} cannot be opened: {error.Message} The process needs to write in the directory of the database.", error);
        }
        try
        {
            VerifyExclusive(lockPath, databasePath);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
        return new(stream, ownerPath);
    }

    /// <summary>Owns the file itself as well, as soon as it is there.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreOwned"/>: somebody has it under another name.</exception>
    public void TakeFile(string databasePath) => _inode ??= InodeLock.Take(databasePath);

    /// <summary>
    /// Says whose the database is, in a file of its own, because a locked file cannot be read everywhere. Once the database is set up: after the death of its
    /// owner the file says that there was one.
    /// </summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.StoreUnavailable"/>, <see cref="HoldfastError.StoreUnusable"/>: it cannot be written.</exception>
    public void NameOwner()
    {
        try
        {
            _isNamed = true;
            File.WriteAllText(_ownerPath, $"process {Environment.ProcessId} on {Environment.MachineName}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw IsForbidden(error) ? Unusable($"The file {_ownerPath} cannot be written: {error.Message}", error)
                : new HoldfastException(HoldfastError.StoreUnavailable, $"The file {_ownerPath} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Gives the ownership up. The lock file stays: removing it would let two processes lock two files of one name.</summary>
    public void Dispose()
    {
        try
        {
            if (_isNamed) File.Delete(_ownerPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It only says who the owner was.
        }
        _inode?.Dispose();
        _lock.Dispose();
    }

    static FileStream OpenExclusive(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);

    /// <summary>
    /// A lock that is taken is EAGAIN on Linux and macOS, a sharing or lock violation on Windows. Anything else, such as a read-only file
    /// system, says nothing about another owner.
    /// </summary>
    static bool IsHeld(IOException error) =>
        OperatingSystem.IsWindows() ? (error.HResult & 0xffff) is 32 or 33 : error.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);

    /// <summary>A missing right, or a file system that is read-only: no later try will go better.</summary>
    static bool IsForbidden(Exception error) => error is UnauthorizedAccessException || (!OperatingSystem.IsWindows() && error is IOException && error.HResult == ReadOnlyFileSystemErrno);

    static HoldfastException Unusable(string message, Exception? inner = null) => new(HoldfastError.StoreUnusable, message, inner);

    // File locking can be switched off by a runtime setting, and some network file systems pretend.
    static void VerifyExclusive(string lockPath, string databasePath)
    {
        try
        {
            OpenExclusive(lockPath).Dispose();
        }
        catch (IOException error) when (IsHeld(error))
        {
            return;
        }
        throw new HoldfastException(HoldfastError.StoreUnavailable,
            $"File locks have no effect on {lockPath}, so a second process could write to {databasePath} unnoticed. Use a local disk, and do not set DOTNET_SYSTEM_IO_DISABLEFILELOCKING.");
    }

    static string ReadOwner(string ownerPath)
    {
        try
        {
            return File.ReadAllText(ownerPath) is { Length: > 0 } owner ? owner : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
