using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Holdfast.Sqlite.Files;

/// <summary>Room that is given up when the disk is full: on a full disk even deleting needs some, for the log.</summary>
sealed class ReserveFile(string path, long bytes, ILogger logger)
{
    const int ChunkBytes = 1 << 16;

    /// <summary>Makes the file unless it is there; false when there is no room for it.</summary>
    public bool TryMake()
    {
        if (bytes == 0) return true;
        try
        {
            if (File.Exists(path) && new FileInfo(path).Length == bytes) return true;
            using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
            {
                // Written out with what does not compress: a hole, or a row of zeros, takes no room on some file systems.
                var chunk = RandomNumberGenerator.GetBytes(ChunkBytes);
                for (var left = bytes; left > 0; left -= chunk.Length) file.Write(chunk, 0, (int)Math.Min(left, chunk.Length));
                file.Flush(flushToDisk: true);
            }
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NoReserve(logger, path, error.Message);
            Release();
            return false;
        }
    }

    public void Release()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NoReserve(logger, path, error.Message);
        }
    }
}
