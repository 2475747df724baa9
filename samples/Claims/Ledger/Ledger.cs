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
    readonly FileStream file, sole;
    readonly JsonTypeInfo<T> shape;
    readonly Task writing;

    /// <exception cref="InvalidOperationException">Another process writes it.</exception>
    public Ledger(string path, JsonTypeInfo<T> shape)
    {
        this.shape = shape;
        // A lock of its own, because a ledger that nobody else may open could not be read while it grows.
        sole = SoleUse.Of(path);
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
    /// <exception cref="InvalidDataException">A line is not one of this ledger.</exception>
    public static List<T> Read(string path, JsonTypeInfo<T> shape)
    {
        var (lines, unreadable) = Examine(path, shape);
        return unreadable is [var first, ..] ? throw new InvalidDataException(first) : lines;
    }

    /// <summary>All whole lines that can be read, and a sentence for each that cannot.</summary>
    public static (List<T> Lines, List<string> Unreadable) Examine(string path, JsonTypeInfo<T> shape)
    {
        var lines = new List<T>();
        var unreadable = new List<string>();
        if (!File.Exists(path)) return (lines, unreadable);
        var rest = File.ReadAllBytes(path).AsSpan();
        for (var number = 1; rest.IndexOf((byte)'\n') is >= 0 and var end; number++)
        {
            try
            {
                if (JsonSerializer.Deserialize(rest[..end], shape) is { } line) lines.Add(line);
                else unreadable.Add($"{path}, line {number}: null is no line of this ledger.");
            }
            catch (JsonException failure)
            {
                unreadable.Add($"{path}, line {number}: no line of this ledger: {failure.Message}");
            }
            rest = rest[(end + 1)..];
        }
        return (lines, unreadable);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await file.DisposeAsync();
        await sole.DisposeAsync();
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
