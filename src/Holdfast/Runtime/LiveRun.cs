using Holdfast.Frames;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// One run in memory. Events queue up from any thread; one thread at a time takes them and runs turns, so turns of a run never
/// overlap and turns of different runs never wait for each other.
/// </summary>
sealed class LiveRun(Engine engine, RunId id) : IThreadPoolWorkItem
{
    readonly Lock _lock = new();
    List<RunEvent> _events = [];
    List<RunEvent> _taken = [];
    int _pumping;
    int _count;

    public RunId Id { get; } = id;

    public Engine Engine { get; } = engine;

    /// <summary>Everything of the run that is committed, with the live graph above it; null until the run is read from the store.</summary>
    public RunMemory? Memory { get; set; }

    /// <summary>Attempts that run in this process, by op. Only touched by the thread that pumps.</summary>
    public Dictionary<long, Attempt> Attempts { get; } = [];

    /// <summary>When something last happened, in the time provider's ticks.</summary>
    public long TouchedTimestamp { get; private set; }

    public bool IsEvicted { get; private set; }

    public bool IsIdle => Volatile.Read(ref _pumping) == 0 && !HasEvents && Attempts.Count == 0;

    // Read without the lock: whoever adds an event looks at the pump afterwards, and the pump looks here after it has stopped.
    bool HasEvents => Volatile.Read(ref _count) > 0;

    /// <summary>Hands an event over; false when the run has just been dropped from memory and must be looked up again.</summary>
    public bool TryPost(RunEvent happened)
    {
        Add(happened);
        if (Interlocked.Exchange(ref _pumping, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return !IsEvicted;
    }

    /// <summary>Drops the run from memory, unless something is going on in it.</summary>
    public bool TryEvict()
    {
        if (Interlocked.Exchange(ref _pumping, 1) != 0) return false;
        if (HasEvents || Attempts.Count > 0)
        {
            // Something came in between; whoever brought it found the run busy, so it is ours to go on.
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return false;
        }
        // Stays marked as pumping: an event that still arrives is refused by IsEvicted and posted anew.
        IsEvicted = true;
        Memory = null;
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    async Task PumpAsync()
    {
        while (true)
        {
            Attempt? inline = null;
            try
            {
                while (inline is null && Take())
                {
                    inline = await Turn.RunAsync(this, _taken).ConfigureAwait(false);
                    _taken.Clear();
                }
            }
            catch (Exception error)
            {
                _taken.Clear();
                Memory = null;
                Engine.TurnBroke(Id, error);
            }
            TouchedTimestamp = Engine.Time.GetTimestamp();
            Volatile.Write(ref _pumping, 0);
            // Run outside the pump: code that blocks in a step must not keep a signal or a cancellation from the run.
            inline?.Start();
            if (!HasEvents || Interlocked.Exchange(ref _pumping, 1) != 0) return;
        }
    }

    bool Take()
    {
        if (!HasEvents) return false;
        lock (_lock)
        {
            (_events, _taken) = (_taken, _events);
            Volatile.Write(ref _count, 0);
        }
        return true;
    }

    void Add(RunEvent happened)
    {
        lock (_lock)
        {
            _events.Add(happened);
            Interlocked.Increment(ref _count);
        }
    }
}

/// <summary>There is mail in the store that the run has not looked at.</summary>
sealed record MailWaiting : RunEvent
{
    public static MailWaiting Instance { get; } = new();
}

/// <summary>The run is to be read from the store and taken up.</summary>
sealed record TakeUp : RunEvent
{
    public static TakeUp Instance { get; } = new();
}

/// <summary>What is committed of a run, and the live frames that go on from there.</summary>
sealed class RunMemory
{
    public required NewRun Info { get; init; }

    public required RunKey Key { get; init; }

    public required WorkflowType? Type { get; init; }

    /// <summary>The kernel's state: as committed, plus results that are stored beside it.</summary>
    public required RunState State { get; set; }

    /// <summary>The state as it was last committed in full.</summary>
    public required ReadOnlyMemory<byte> StateBytes { get; set; }

    /// <summary>The frames as they were last committed.</summary>
    public required ReadOnlyMemory<byte> Snapshot { get; set; }

    public required long Revision { get; set; }

    public required RunStatus StoredStatus { get; set; }

    public required DateTimeOffset? StoredWake { get; set; }

    public required bool StoredOwed { get; set; }

    /// <summary>Results that are committed beside the state, and part of <see cref="State"/> already.</summary>
    public List<StoredResult> Unfolded { get; } = [];

    /// <summary>Large values that the store holds for the run.</summary>
    public HashSet<BlobHash> Blobs { get; } = [];

    /// <summary>Those of them that the frames refer to.</summary>
    public IReadOnlyList<BlobHash> SnapshotBlobs { get; set; } = [];

    /// <summary>Large values that were fetched for the next reading of the frames.</summary>
    public Dictionary<BlobHash, ReadOnlyMemory<byte>> FetchedBlobs { get; } = [];

    /// <summary>The live frames; null when they were dropped.</summary>
    public RunGraph? Graph { get; set; }

    /// <summary>The scope that the workflow's services came from.</summary>
    public ServiceLease? Services { get; set; }

    public void DropGraph()
    {
        Graph = null;
        Services?.Dispose();
        Services = null;
    }
}
