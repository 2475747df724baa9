using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Holdfast.Sqlite.Reading;

/// <summary>Lends readers, one to a caller. Reading neither waits for the writer nor delays it.</summary>
sealed class ReaderPool(string path, SqliteStoreOptions options, ILogger logger) : IDisposable
{
    /// <summary>Readers kept for the next caller; each costs up to 4 MB of page cache.</summary>
    const int IdleMax = 4;

    readonly ConcurrentBag<Reader> _idle = [];
    readonly OddRows _odd = new(path, logger);
    volatile bool _isClosed;

    public T Read<T>(Func<Reader, T> read)
    {
        Reader? reader = null;
        try
        {
            reader = _idle.TryTake(out var idle) ? idle : new(Database.OpenReader(path, options), _odd);
            var value = read(reader);
            Return(reader);
            return value;
        }
        catch (SqliteFault fault)
        {
            // Whatever state it is in, nobody else shall have it.
            reader?.Dispose();
            throw fault.ToException(path);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException or FormatException)
        {
            // A value that the store never wrote.
            reader?.Dispose();
            throw new HoldfastException(HoldfastError.StoreCorrupt, $"{path} is damaged: {error.Message} Stop, copy the file away, and restore it from a backup.", error);
        }
        catch
        {
            reader?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _isClosed = true;
        while (_idle.TryTake(out var reader)) reader.Dispose();
    }

    void Return(Reader reader)
    {
        if (_isClosed || _idle.Count >= IdleMax)
        {
            reader.Dispose();
            return;
        }
        _idle.Add(reader);
        // The pool may have been closed between the question and the answer.
        if (_isClosed) Dispose();
    }
}
