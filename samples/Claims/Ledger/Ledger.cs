using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;

namespace Claims;

/// <summary>
/// A file of JSON lines that only grows. An append is finished when its line is on the disk; appends that arrive during one fsync
/// share the next, so that thousands a second cost some hundred fsyncs.
/// </summary>
sealed class Ledger<T> : IAsyncDisposable
{
    readonly Channel<Entry> queue = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    readonly FileStream file;
    readonly JsonTypeInfo<T> shape;
    readonly Task writing;

    public Ledger(string path, JsonTypeInfo<T> shape)
    {
        this.shape = shape;
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        DropTornLine(file);
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Ends when the line is fsynced. Lines reach the file in the order of the calls.</summary>
    public Task AppendAsync(T line)
    {
        var entry = new Entry([.. JsonSerializer.SerializeToUtf8Bytes(line, shape), (byte)'\n']);
        if (!queue.Writer.TryWrite(entry)) throw new IOException("The ledger is closed.");
        return entry.Durable.Task;
    }

    /// <summary>All whole lines of a ledger; a last line without its end was never acknowledged and does not count.</summary>
    public static List<T> Read(string path, JsonTypeInfo<T> shape)
    {
        var lines = new List<T>();
        if (!File.Exists(path)) return lines;
        var rest = File.ReadAllBytes(path).AsSpan();
        for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
        {
            if (end > 0) lines.Add(JsonSerializer.Deserialize(rest[..end], shape) ?? throw new InvalidDataException($"{path} has a line that is null."));
            rest = rest[(end + 1)..];
        }
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await file.DisposeAsync();
    }

    async Task WriteAsync()
    {
        var batch = new List<Entry>();
        try
        {
            while (await queue.Reader.WaitToReadAsync())
            {
                batch.Clear();
                while (queue.Reader.TryRead(out var entry)) batch.Add(entry);
                file.Write(batch.SelectMany(entry => entry.Line).ToArray());
                file.Flush(flushToDisk: true);
                foreach (var entry in batch) entry.Durable.SetResult();
            }
        }
        catch (Exception failure)
        {
            // Whether these lines are on the disk is unknown, so nothing more may be acknowledged.
            queue.Writer.TryComplete(failure);
            foreach (var entry in batch) entry.Durable.TrySetException(failure);
            while (queue.Reader.TryRead(out var entry)) entry.Durable.TrySetException(failure);
        }
    }

    static void DropTornLine(FileStream file)
    {
        var whole = file.Length;
        for (; whole > 0; whole--)
        {
            file.Position = whole - 1;
            if (file.ReadByte() == '\n') break;
        }
        file.SetLength(whole);
        file.Position = whole;
    }

    sealed record Entry(byte[] Line)
    {
        // Continuations run elsewhere: the writer's thread belongs to the next batch.
        public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
