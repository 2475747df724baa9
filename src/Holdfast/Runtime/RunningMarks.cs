using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Holdfast.Kernel;
using Microsoft.Extensions.Logging;

namespace Holdfast.Runtime;

/// <summary>
/// Notes which runs have code on a thread at this moment, and which have a step that waits for something, in memory that outlives the death of the process (not of the machine): what
/// was noted when a process died may be what killed it. Costs a memory write, never an fsync. Thread-safe.
/// </summary>
sealed unsafe class RunningMarks : IDisposable
{
    /// <summary>For each of the two kinds; with more at once, the rest is not noted.</summary>
    const int Slots = 4096;
    /// <summary>A run's id and a step's number.</summary>
    const int SlotBytes = 24;
    const int OpOffset = 16;
    const int FileBytes = 2 * Slots * SlotBytes;

    readonly MemoryMappedFile? _file;
    readonly MemoryMappedViewAccessor? _view;
    readonly Stack<int> _freeOnThread = new(Slots);
    readonly Stack<int> _freeInStep = new(Slots);
    readonly Lock _lock = new();
    readonly byte* _bytes;
    bool _isDisposed;

    RunningMarks(string path, ILogger log)
    {
        FileStream? file = null;
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            var bytes = new byte[FileBytes];
            file.ReadAtLeast(bytes, FileBytes, throwOnEndOfStream: false);
            Previous = MarksIn(bytes);
            // Written, not only cleared in memory: a write says when the disk is full, and a page of memory for which there is no room then ends the process.
            file.Position = 0;
            file.Write(new byte[FileBytes]);
            _file = MemoryMappedFile.CreateFromFile(file, null, FileBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        }
        catch (IOException error)
        {
            Log.WithoutMarks(log, path, error.Message);
            if (file is not null) Remove(file, log);
            return;
        }
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        _bytes += _view.PointerOffset;
        for (var slot = (2 * Slots) - 1; slot >= 0; slot--) FreeOf(slot).Push(slot);
    }

    /// <summary>Notes nothing.</summary>
    RunningMarks()
    {
    }

    /// <summary>What is left in it says nothing of this process, and the next one would count it again.</summary>
    static void Remove(FileStream file, ILogger log)
    {
        try
        {
            file.Dispose();
            File.Delete(file.Name);
        }
        catch (IOException error)
        {
            Log.WithoutMarks(log, file.Name, error.Message);
        }
    }

    static Dictionary<RunId, IReadOnlyList<Mark>> MarksIn(byte[] bytes)
    {
        var found = new Dictionary<RunId, List<Mark>>();
        for (var slot = (2 * Slots) - 1; slot >= 0; slot--)
        {
            var mark = bytes.AsSpan(slot * SlotBytes, SlotBytes);
            if (!mark[..OpOffset].ContainsAnyExcept((byte)0)) continue;
            var run = RunId.FromBytes(mark[..OpOffset]);
            if (!found.TryGetValue(run, out var marks)) found.Add(run, marks = []);
            marks.Add(new(slot < Slots ? Death.OnThread : Death.InStep, BinaryPrimitives.ReadInt64LittleEndian(mark[OpOffset..])));
        }
        return found.ToDictionary(static f => f.Key, static f => (IReadOnlyList<Mark>)f.Value);
    }

    /// <summary>What the last process was doing when it ended without stopping.</summary>
    public IReadOnlyDictionary<RunId, IReadOnlyList<Mark>> Previous { get; } = new Dictionary<RunId, IReadOnlyList<Mark>>();

    /// <param name="sidecarPath">The store's prefix for files beside it; null for none, and then nothing is noted.</param>
    /// <param name="log">Told when the file cannot be written, and nothing is noted.</param>
    public static RunningMarks Open(string? sidecarPath, ILogger log) => sidecarPath is null ? new() : new(sidecarPath + ".running", log);

    /// <summary>Notes that the run's code is about to run, or goes on to wait. Returns the slot to leave, or -1 when there is none.</summary>
    /// <param name="run">Whose code.</param>
    /// <param name="op">The step whose code it is; 0 for the run's own.</param>
    /// <param name="death">What it would be evidence of, if the process ended now.</param>
    public int Enter(RunId run, long op = 0, Death death = Death.OnThread)
    {
        if (_view is null) return -1;
        lock (_lock)
        {
            if (_isDisposed || !FreeOf(death == Death.OnThread ? 0 : Slots).TryPop(out var slot)) return -1;
            // The number first: whoever finds the id finds its number too.
            BinaryPrimitives.WriteInt64LittleEndian(Slot(slot)[OpOffset..], op);
            run.WriteBytes(Slot(slot));
            return slot;
        }
    }

    public void Leave(int slot)
    {
        if (slot < 0) return;
        lock (_lock)
        {
            // Code that outlives the engine's stop leaves a file that is closed already.
            if (_isDisposed) return;
            Slot(slot).Clear();
            FreeOf(slot).Push(slot);
        }
    }

    /// <summary>Forgets all, after a stop in good order.</summary>
    public void Dispose()
    {
        if (_view is null) return;
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            new Span<byte>(_bytes, FileBytes).Clear();
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }
    }

    Stack<int> FreeOf(int slot) => slot < Slots ? _freeOnThread : _freeInStep;

    // Through a pointer held for life: this is done twice for every step, and each access by the view would take and return it anew.
    Span<byte> Slot(int slot) => new(_bytes + (slot * SlotBytes), SlotBytes);
}
