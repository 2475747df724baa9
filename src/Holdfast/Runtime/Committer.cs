using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Group commit. Whoever brings a write while no commit is under way leads the next one, with everything that has gathered, on its
/// own thread: with one run in flight there is no hand-over at all, with many they share one fsync. Thread-safe.
/// </summary>
/// <remarks>After D. Gawlick's group commit for IMS Fast Path; the leader's role passes on as in flat combining (Hendler et al., 2010).</remarks>
sealed class Committer(IStore store, int batchMax, TimeProvider time, Action<Exception> failed, EngineMetrics metrics)
{
    static readonly TimeSpan ProbeWait = TimeSpan.FromMilliseconds(250);

    readonly Lock _lock = new();
    List<Pending> _gathered = [];
    List<Pending> _batch = [];
    List<Pending>? _spare;
    readonly List<StoreWrite> _writes = [];
    WriteResult[] _results = new WriteResult[64];
    bool _isLed;
    HoldfastException? _full;
    Exception? _broken;

    /// <summary>Commits one write together with others. Completes when the write is durable, or with why it is not.</summary>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.StoreFull"/> or <see cref="HoldfastError.StoreUnavailable"/>: not kept, and only for writes that may be
    /// given up; those of turns wait. <see cref="HoldfastError.OutcomeUnknown"/>: nobody knows; the engine stops.
    /// </exception>
    public ValueTask<WriteResult> CommitAsync(StoreWrite write)
    {
        var pending = new Pending(write);
        bool leads;
        lock (_lock)
        {
            if (_broken is { } broken) throw Unknown(broken);
            if (_full is { } full && MayBeGivenUp(write)) throw new HoldfastException(full.Error, full.Message, full);
            _gathered.Add(pending);
            leads = !_isLed;
            _isLed = true;
        }
        // Not awaited: the leader's own write is among those that the lead completes.
        if (leads) _ = LeadAsync();
        return pending.Task;
    }

    async Task LeadAsync()
    {
        lock (_lock)
        {
            // Swapped, not copied: the leader reads one list while writers fill the other.
            if (_gathered.Count <= batchMax)
            {
                (_batch, _gathered) = (_gathered, _batch);
            }
            else
            {
                _batch.AddRange(_gathered.GetRange(0, batchMax));
                _gathered.RemoveRange(0, batchMax);
            }
        }
        foreach (var pending in _batch) _writes.Add(pending.Write);
        if (_results.Length < _writes.Count) _results = new WriteResult[_writes.Count];
        Exception? error = null;
        var started = Stopwatch.GetTimestamp();
        try
        {
            await store.AppendAsync(_writes, _results).ConfigureAwait(false);
            metrics.Committed(_writes.Count, Stopwatch.GetElapsedTime(started));
        }
        catch (Exception thrown)
        {
            error = thrown;
        }
        var done = _batch;
        _writes.Clear();
        if (error is HoldfastException { Error: HoldfastError.StoreFull or HoldfastError.StoreUnavailable } full)
        {
            await HoldAsync(full).ConfigureAwait(false);
            return;
        }
        if (error is not null)
        {
            Break(error);
            foreach (var pending in done) pending.Fail(Unknown(error));
            failed(error);
            return;
        }
        for (var i = 0; i < done.Count; i++) done[i].Result = _results[i];
        // The next commit starts before this one's continuations run: they are what fills it.
        _batch = Interlocked.Exchange(ref _spare, null) ?? [];
        PassOn();
        foreach (var pending in done) pending.Complete();
        done.Clear();
        _spare = done;
    }

    /// <summary>
    /// There is no room: nothing of the batch was kept. Writes of clients are refused, so that nothing is acknowledged; those of turns
    /// are kept and tried again, until a commit succeeds.
    /// </summary>
    async Task HoldAsync(HoldfastException full)
    {
        List<Pending> refused;
        lock (_lock)
        {
            _full = full;
            var all = _batch.Concat(_gathered).ToList();
            refused = all.FindAll(static p => MayBeGivenUp(p.Write));
            _gathered = all.FindAll(static p => !MayBeGivenUp(p.Write));
            _batch = [];
            // With nothing to try again, the next write that comes is the probe.
            if (_gathered.Count == 0)
            {
                _isLed = false;
                _full = null;
            }
        }
        foreach (var pending in refused) pending.Fail(new HoldfastException(full.Error, full.Message, full));
        if (_full is null) return;
        metrics.StoreIsFull(full);
        await Task.Delay(ProbeWait, time).ConfigureAwait(false);
        await LeadAsync().ConfigureAwait(false);
    }

    void PassOn()
    {
        lock (_lock)
        {
            _full = null;
            if (_gathered.Count == 0)
            {
                _isLed = false;
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(static committer => _ = committer.LeadAsync(), this, preferLocal: false);
    }

    void Break(Exception error)
    {
        List<Pending> waiting;
        lock (_lock)
        {
            _broken = error;
            waiting = _gathered;
            _gathered = [];
            _isLed = false;
        }
        foreach (var pending in waiting) pending.Fail(Unknown(error));
    }

    static bool MayBeGivenUp(StoreWrite write) => write is CreateRun or PostMail;

    static HoldfastException Unknown(Exception error) => error as HoldfastException
        ?? new(HoldfastError.OutcomeUnknown, $"The store failed in the middle of a commit: {error.Message} Whether it was kept shows after a restart.", error);

    /// <summary>One write on its way. Completes inline for its own leader, through the pool for everyone else.</summary>
    sealed class Pending(StoreWrite write) : IValueTaskSource<WriteResult>
    {
        ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

        public StoreWrite Write { get; } = write;

        public ValueTask<WriteResult> Task => new(this, _core.Version);

        public WriteResult Result { get; set; }

        public void Complete() => _core.SetResult(true);

        public void Fail(Exception error) => _core.SetException(error);

        WriteResult IValueTaskSource<WriteResult>.GetResult(short token)
        {
            _core.GetResult(token);
            return Result;
        }

        ValueTaskSourceStatus IValueTaskSource<WriteResult>.GetStatus(short token) => _core.GetStatus(token);

        void IValueTaskSource<WriteResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
