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
    readonly PendingWrite _pending = new(engine.Executor);
    List<RunEvent> _events = [];
    List<RunEvent> _taken = [];

    // Only touched by the thread that pumps.
    readonly List<RunEvent> _kept = [];
    int _failures;
    int _pumping;
    int _count;
    bool _isEvicted;

    public RunId Id { get; } = id;

    public Engine Engine { get; } = engine;

    /// <summary>Everything of the run that is committed, with the live graph above it; null until the run is read from the store.</summary>
    public RunMemory? Memory { get; set; }

    /// <summary>What the events of the present turn lead to; reused from turn to turn.</summary>
    public Decision Decision { get; } = new();

    /// <summary>What the present turn has computed; reused as well.</summary>
    public TurnWork Work { get; } = new();

    /// <summary>The update that the present turn has run, under the name by which its caller waits.</summary>
    public (string Call, Outcome Outcome)? Answered { get; set; }

    /// <summary>Attempts that run in this process, by op. Only touched by the thread that pumps.</summary>
    public Dictionary<long, Attempt> Attempts { get; } = [];

    /// <summary>When something last happened, in the time provider's ticks.</summary>
    public long TouchedTimestamp { get; private set; }

    public bool IsEvicted => Volatile.Read(ref _isEvicted);

    public bool IsIdle => Volatile.Read(ref _pumping) == 0 && !HasEvents && Attempts.Count == 0;

    // Read without the lock: whoever adds an event looks at the pump afterwards, and the pump looks here after it has stopped.
    bool HasEvents => Volatile.Read(ref _count) > 0;

    /// <summary>Hands an event over; false when the run has just been dropped from memory and must be looked up again.</summary>
    public bool TryPost(RunEvent happened)
    {
        lock (_lock)
        {
            if (_isEvicted) return false;
            _events.Add(happened);
            Volatile.Write(ref _count, _events.Count);
        }
        if (Interlocked.Exchange(ref _pumping, 1) == 0) Engine.Executor.Run(this);
        return true;
    }

    /// <summary>
    /// Hands over how an attempt ended whose code ran on the thread that started it, between two turns: that thread looks at the events next, so nobody else need be called.
    /// </summary>
    public void Add(RunEvent happened)
    {
        lock (_lock)
        {
            // Not evicted: the attempt is one of its own.
            _events.Add(happened);
            Volatile.Write(ref _count, _events.Count);
        }
    }

    /// <summary>Commits a write of the present turn.</summary>
    public ValueTask<WriteResult> CommitAsync(StoreWrite write) => Engine.Committer.CommitAsync(write, _pending);

    /// <summary>Drops the run from memory, unless something is going on in it.</summary>
    public bool TryEvict()
    {
        if (Interlocked.Exchange(ref _pumping, 1) != 0) return false;
        lock (_lock)
        {
            // Under the lock that events are added under: none can slip in between the look and the mark.
            _isEvicted = _events.Count == 0 && _kept.Count == 0 && Attempts.Count == 0;
        }
        if (_isEvicted)
        {
            // Stays marked as pumping: an event that still arrives is refused and posted anew.
            Memory?.DropGraph();
            Memory = null;
            return true;
        }
        // Whoever brought something found the run busy, so it is ours to go on.
        Engine.Executor.Run(this);
        return false;
    }

    /// <summary>
    /// How many attempts run here while nothing else is under way or about to be; null while something is, or while an attempt is to end
    /// because it was cancelled.
    /// </summary>
    public int? AttemptsAtRest()
    {
        if (Interlocked.Exchange(ref _pumping, 1) != 0) return null;
        int? count = HasEvents || Attempts.Values.Any(static a => a.IsCancelled) ? null : Attempts.Count;
        Interlocked.Exchange(ref _pumping, 0);
        if (HasEvents && Interlocked.Exchange(ref _pumping, 1) == 0) Engine.Executor.Run(this);
        return count;
    }

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    async Task PumpAsync()
    {
        while (true)
        {
            Attempt? inline = null;
            List<Question>? questions = null;
            try
            {
                while (inline is null && Take())
                {
                    questions = Questions.TakeOut(_taken);
                    if (_taken.Count > 0)
                    {
                        var begun = await Turn.BeginAsync(this, _taken).ConfigureAwait(false);
                        inline = begun.Transition is not { } transition
                            ? begun.Inline
                            : await Turn.EndAsync(this, _taken, transition, await CommitAsync(transition).ConfigureAwait(false)).ConfigureAwait(false);
                    }
                    _taken.Clear();
                    _failures = 0;
                    if (questions is null) continue;
                    inline?.StartElsewhere();
                    inline = null;
                    await Questions.AnswerAsync(this, questions).ConfigureAwait(false);
                }
            }
            catch (Exception error)
            {
                questions?.ForEach(q => q.Fail(error));
                Memory?.DropGraph();
                Memory = null;
                Engine.TurnBroke(Id, error, _failures);
                KeepForLater();
            }
            TouchedTimestamp = Engine.Time.GetTimestamp();
            // A full fence: were the look at the events taken before the mark is gone, an event could come in between and find no pump.
            Interlocked.Exchange(ref _pumping, 0);
            if (inline is not null)
            {
                // Run outside the pump: code that blocks in a step must not keep a signal or a cancellation from the run. What came while the turn ran found the pump busy, and called nobody.
                if (HasEvents && Interlocked.Exchange(ref _pumping, 1) == 0) Engine.Executor.Run(this);
                inline.StartInline();
            }
            if (!HasEvents || Interlocked.Exchange(ref _pumping, 1) != 0) return;
        }
    }

    /// <summary>
    /// What the turn that broke had taken is taken again, by a turn after a wait or by the one that comes first, whatever for: of an attempt that has
    /// reported nothing else is left, and a turn without its report would start it again. What comes out of the store is left out, for it is read from there anew.
    /// </summary>
    void KeepForLater()
    {
        if (Engine.Failure is null) _kept.AddRange(_taken.FindAll(static e => e is RunEvent.AttemptEnded or RunEvent.ResultStored or RunEvent.TimePassed or MailWaiting or AttemptLeft or AttemptRefused));
        _taken.Clear();
        if (Engine.Failure is not null) return;
        if (_failures < 6) _failures++;
        Engine.Later(TimeSpan.FromSeconds(1 << (_failures - 1)), () => Engine.Post(this, TakeUp.Instance));
    }

    bool Take()
    {
        if (!HasEvents) return false;
        lock (_lock)
        {
            (_events, _taken) = (_taken, _events);
            Volatile.Write(ref _count, 0);
        }
        if (_kept.Count == 0) return true;
        _taken.InsertRange(0, _kept);
        _kept.Clear();
        return true;
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

/// <summary>The run was created just now, and is to be taken up; what the store has of it is known.</summary>
sealed record JustCreated(StoredRun Stored) : RunEvent;

/// <summary>What is in memory is behind the store: it is dropped and read again.</summary>
sealed record ReadAnew : RunEvent
{
    public static ReadAnew Instance { get; } = new();
}

/// <summary>An attempt was cut off because the process stops: it leaves no result, and the next owner runs it again.</summary>
sealed record AttemptLeft(long Op, int Attempt) : RunEvent;

/// <summary>An attempt could not begin, because the step's code is not the code that it was asked for in. It says nothing about the step.</summary>
sealed record AttemptRefused(long Op, int Attempt, string Label, HoldfastException Why) : RunEvent;

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

    /// <summary>The wake-up that this process holds a timer for.</summary>
    public DateTimeOffset? ScheduledWake { get; set; }

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

    /// <summary>Not read: taken to be as it was created. Somebody else who knew of the run may have had it go on meanwhile.</summary>
    public bool IsAssumed { get; set; }

    /// <summary>Just read from the store: no turn has been committed on it yet.</summary>
    public bool IsFresh { get; set; } = true;

    /// <summary>A result that the store keeps beside the state: the next full commit takes it in.</summary>
    public void NoteStored(RunEvent.ResultStored stored)
    {
        if (!Unfolded.Exists(r => r.Op == stored.Op)) Unfolded.Add(new(stored.Op, StateCodec.EncodeOutcome(stored.Outcome)));
    }

    public void DropGraph()
    {
        Graph = null;
        Services?.Dispose();
        Services = null;
    }
}
