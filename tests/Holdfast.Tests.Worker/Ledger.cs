using System.Globalization;
using System.Text;

namespace Holdfast.Tests.Worker;

/// <summary>The outside world: a file of lines, each on disk before the call returns. Thread-safe.</summary>
sealed class Ledger(string path) : IDisposable
{
    readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    readonly Lock _lock = new();

    public void Append(params object[] fields)
    {
        var line = Encoding.UTF8.GetBytes(string.Join('\t', fields.Select(static f => Convert.ToString(f, CultureInfo.InvariantCulture))) + "\n");
        lock (_lock)
        {
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _file.Dispose();
}
