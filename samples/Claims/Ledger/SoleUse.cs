namespace Claims;

/// <summary>Keeps a second process away from a file, by a lock on another beside it. The system gives the lock up when the process ends, however it ends.</summary>
static class SoleUse
{
    // A run that was killed leaves processes that end a moment after it.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Held until it is disposed. The lock file stays: removing it would let two processes lock two files of one name.</summary>
    /// <exception cref="InvalidOperationException">Another process holds it, and did not end.</exception>
    public static FileStream Of(string path, TimeSpan? patience = null)
    {
        var until = DateTime.UtcNow + (patience ?? Patience);
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException failure) when (IsHeld(failure))
            {
                if (DateTime.UtcNow >= until)
                    throw new InvalidOperationException($"{path} is in use by another run of Claims. Wait for its end, or give this one another --db and --ledger.", failure);
            }
            Thread.Sleep(Pause);
        }
    }

    /// <summary>A lock that is taken is EAGAIN on Linux and on macOS, a sharing violation on Windows; anything else is trouble with the disk.</summary>
    static bool IsHeld(IOException failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) is 32 or 33 : failure.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);
}
