using System.Diagnostics;
using Holdfast.Payloads;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Group commit in two stages: a batch is applied, one transaction, and then synced and answered. Whoever brings a write while no batch is being applied applies it at once, and
/// syncs it, on its own thread: with one run in flight there is no hand-over at all. What gathers meanwhile is applied by a thread of the committer's own, batch after batch, and
/// synced by a second one, while the pool's threads compute what the next batch holds. Thread-safe.
/// </summary>
/// <remarks>After D. Gawlick's group commit for IMS Fast Path; the leader's role passes on as in flat combining (Hendler et al., 2010).</remarks>
sealed class Committer
{
    static readonly TimeSpan ProbeWait = TimeSpan.FromMilliseconds(250);

    readonly IStore _store;
    readonly Envelope _envelope;
    readonly int _batchMax;
    readonly TimeProvider _time;
    readonly Executor _executor;
    readonly Action<Exception> _failed;
    readonly EngineMetrics _metrics;
    readonly Standby _leader, _syncer;
    readonly TaskCompletionSource _ended;
    readonly Lock _lock = new();
    List<PendingWrite> _gathered = [];
    List<PendingWrite> _batch = [];
    AppliedWrites _applied = new(), _syncing = new();
    readonly List<StoreWrite> _writes = [];
    WriteResult[] _results = new WriteResult[64];
    int _batchNow;
    bool _isLed;
    bool _isHeldBack;
    bool _isSyncing;
    bool _isClosed;
    bool _isProbing;
    HoldfastException? _full;
    Exception? _broken;

    public Committer(IStore store, Envelope envelope, int batchMax, TimeProvider time, Executor executor, Action<Exception> failed, EngineMetrics metrics)
    {
        (_store, _envelope, _batchMax, _time, _executor, _failed, _metrics) = (store, envelope, batchMax, time, executor, failed, metrics);
        _batchNow = batchMax;
        Func<ValueTask<bool>> lead = () => LeadAsync(next: null), sync = SyncAsync;
        (_leader, _syncer) = (executor.StandBy("Holdfast committer", () => Work(lead, _leader!)), executor.StandBy("Holdfast sync", () => Work(sync, _syncer!)));
        _ended = new(executor.Completion);
    }

    /// <summary>Commits one write together with others. Completes when the write is durable, or with why it is not.</summary>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.StoreFull"/> or <see cref="HoldfastError.StoreUnavailable"/>: not kept, and only for writes that may be
    /// given up; those of turns wait. <see cref="HoldfastError.OutcomeUnknown"/>: nobody knows; the engine stops. <see cref="HoldfastError.NotRunning"/>: the engine stops or has
    /// stopped, and the store never got it: not kept. <see cref="HoldfastError.PayloadNotEncoded"/>: not kept.
    /// </exception>
    public ValueTask<WriteResult> CommitAsync(StoreWrite write) => CommitAsync(write, new(_executor));

    /// <summary>The same, answered through an object of the caller's that no other commit is using.</summary>
    public ValueTask<WriteResult> CommitAsync(StoreWrite write, PendingWrite pending)
    {
        var answer = pending.Begin(Sealed(write));
        Bring([pending]);
        return answer;
    }

    /// <summary>Commits writes that come together: as many in one commit as go into one.</summary>
    public Task<WriteResult[]> CommitAsync(IReadOnlyList<StoreWrite> writes)
    {
        var pending = new PendingWrite[writes.Count];
        var answers = new Task<WriteResult>[writes.Count];
        for (var i = 0; i < pending.Length; i++) answers[i] = (pending[i] = new(_executor)).Begin(Sealed(writes[i])).AsTask();
        Bring(pending);
        return Task.WhenAll(answers);
    }

    StoreWrite Sealed(StoreWrite write) => _envelope.Seals ? SealedWrites.Of(_envelope, write) : write;

    void Bring(ReadOnlySpan<PendingWrite> brought)
    {
        bool leads;
        lock (_lock)
        {
            if (_isClosed || _broken is not null) throw NotKept(_broken);
            foreach (var pending in brought)
                if (_full is { } full && IsRefused(pending.Write, full)) throw new HoldfastException(full.Error, full.Message, full);
            // What removes ended runs comes once in two commits, whatever waits: behind a long queue it would be once in many, and fall behind just when most is to be removed.
            if (brought is [{ Write: PruneRuns }] && _gathered.Count >= _batchMax) _gathered.Insert(0, brought[0]);
            else _gathered.AddRange(brought);
            leads = !_isLed;
            _isLed = true;
            if (!leads) LetGoOn();
        }
        // One batch here, and its sync. Not awaited: the leader's own writes are among those that the lead completes.
        if (leads) _ = HandOnAsync(LeadAsync(_leader), _leader);
    }

    /// <summary>
    /// Takes no more writes. Returns when those that it has are answered, and its threads have ended: only then may the store go. What waits for room is given up, since nobody
    /// knows when there will be any.
    /// </summary>
    public async Task StopAsync()
    {
        List<PendingWrite> waiting = [];
        lock (_lock)
        {
            _isClosed = true;
            if (_isProbing)
            {
                (waiting, _gathered) = (_gathered, []);
                _isLed = false;
            }
        }
        foreach (var pending in waiting) pending.Fail(NotKept(null));
        EndIfClosed();
        await _ended.Task.ConfigureAwait(false);
        _leader.Dispose();
        _syncer.Dispose();
    }

    /// <summary>What a thread of the committer's own does: its stage, again and again, as long as there is something for it.</summary>
    void Work(Func<ValueTask<bool>> stage, Standby thread)
    {
        while (true)
        {
            var work = stage();
            if (!work.IsCompleted)
            {
                // A store that waits without a thread: whoever it wakes calls this one again.
                _ = HandOnAsync(work, thread);
                return;
            }
            if (work.Result) continue;
            EndIfClosed();
            return;
        }
    }

    /// <summary>Waits for one piece of a stage's work, and leaves more of it to the stage's thread.</summary>
    async Task HandOnAsync(ValueTask<bool> work, Standby thread)
    {
        if (await work.ConfigureAwait(false)) thread.Call();
        else EndIfClosed();
    }

    void EndIfClosed()
    {
        lock (_lock)
        {
            if (!_isClosed || _isLed || _isSyncing) return;
        }
        _ended.TrySetResult();
    }

    /// <summary>
    /// Applies what has gathered. True when the caller is to lead on. Otherwise the lead was given up, or given to <paramref name="next"/>, or it waits for the sync.
    /// </summary>
    async ValueTask<bool> LeadAsync(Standby? next)
    {
        lock (_lock)
        {
            if (_isHeldBack = !MayLead) return false;
            // Swapped, not copied: the leader reads one list while writers fill the other.
            if (_gathered.Count <= _batchNow)
            {
                (_batch, _gathered) = (_gathered, _batch);
            }
            else
            {
                // What makes room goes first where there is none.
                if (_full is not null) _gathered = [.. _gathered.FindAll(static p => p.Write.IsForReserve), .. _gathered.FindAll(static p => !p.Write.IsForReserve)];
                _batch.AddRange(_gathered.GetRange(0, _batchNow));
                _gathered.RemoveRange(0, _batchNow);
            }
        }
        var started = Stopwatch.GetTimestamp();
        var error = await ApplyAsync(_batch).ConfigureAwait(false);
        if (error is HoldfastException { Error: HoldfastError.StoreFull })
        {
            // The store has room in reserve for what ends runs, if it comes alone.
            var ending = _batch.FindAll(static p => p.Write.IsForReserve);
            if (ending.Count > 0 && ending.Count < _batch.Count)
            {
                var again = await ApplyAsync(ending).ConfigureAwait(false);
                if (again is not null) error = again;
                else
                {
                    _batch.RemoveAll(ending.Contains);
                    HandOver(ending, started);
                }
            }
        }
        if (error is HoldfastException { Error: HoldfastError.StoreFull or HoldfastError.StoreUnavailable } full) return await HoldAsync(full).ConfigureAwait(false);
        if (error is not null)
        {
            Break(error);
            return false;
        }
        bool leadsOn, syncs;
        lock (_lock)
        {
            _full = null;
            _batchNow = (int)Math.Min(_batchMax, 2L * _batchNow);
            error = _broken;
            if (error is null)
            {
                _applied.Add(_batch, started);
                // Before the lead is given up: from then on it is the next leader's.
                _batch.Clear();
            }
            leadsOn = _isLed = _gathered.Count > 0;
            syncs = error is null && !_isSyncing;
            _isSyncing |= syncs;
        }
        if (error is not null)
        {
            // The sync before failed meanwhile: nobody knows what became of what was built on it.
            Break(error);
            return false;
        }
        if (leadsOn && next is not null)
        {
            next.Call();
            leadsOn = false;
        }
        if (!syncs) return leadsOn;
        // With more to apply, somebody else waits for the disk; with nothing, a hand-over would only cost.
        if (leadsOn) _syncer.Call();
        else if (await SyncAsync().ConfigureAwait(false)) _syncer.Call();
        return leadsOn;
    }

    /// <summary>
    /// Whether the next batch may be applied now. While one is synced, only if it is at least half of what the disk is still to be asked for, or a slow disk would make many
    /// small transactions. Under the lock.
    /// </summary>
    bool MayLead => !_isSyncing || 2 * _gathered.Count >= _syncing.Count + _applied.Count;

    /// <summary>Has a lead that was held back go on, if it may by now. Under the lock.</summary>
    void LetGoOn()
    {
        if (!_isHeldBack || !MayLead) return;
        _isHeldBack = false;
        _leader.Call();
    }

    /// <summary>What was applied out of turn is synced by the committer's own thread.</summary>
    void HandOver(List<PendingWrite> applied, long started)
    {
        Exception? broken;
        lock (_lock)
        {
            broken = _broken;
            if (broken is null) _applied.Add(applied, started);
            if (_isSyncing) return;
            _isSyncing = broken is null;
        }
        if (broken is null) _syncer.Call();
        else foreach (var pending in applied) pending.Fail(Unknown(broken));
    }

    /// <summary>Makes durable what was applied, and answers it. True when more was applied meanwhile, which is the caller's to sync.</summary>
    async ValueTask<bool> SyncAsync()
    {
        lock (_lock)
        {
            (_applied, _syncing) = (_syncing, _applied);
            LetGoOn();
        }
        try
        {
            await _store.SyncAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            BreakSync(error);
            return false;
        }
        _syncing.Answer(_metrics);
        lock (_lock)
        {
            _isSyncing = _applied.Count > 0;
            LetGoOn();
            return _isSyncing;
        }
    }

    /// <summary>Applies, and keeps the answers; or returns why nothing is known to be kept.</summary>
    async ValueTask<Exception?> ApplyAsync(List<PendingWrite> batch)
    {
        foreach (var pending in batch) _writes.Add(pending.Write);
        if (_results.Length < _writes.Count) _results = new WriteResult[_writes.Count];
        try
        {
            await _store.AppendAsync(_writes, _results).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return error;
        }
        finally
        {
            _writes.Clear();
        }
        for (var i = 0; i < batch.Count; i++) batch[i].Take(_results[i]);
        return null;
    }

    /// <summary>
    /// There is no room: nothing of the batch was kept. Writes of clients are refused, so that nothing is acknowledged; those of turns
    /// are kept and tried again, until a commit succeeds.
    /// </summary>
    async ValueTask<bool> HoldAsync(HoldfastException full)
    {
        List<PendingWrite> refused;
        bool probes;
        lock (_lock)
        {
            _full = full;
            // There may be room for half of it, and with more that comes never for all.
            _batchNow = Math.Max(1, _batch.Count / 2);
            // What asks for a run's end and has only just come still gets its try.
            refused = [.. _batch.FindAll(static p => MayBeGivenUp(p.Write)), .. _gathered.FindAll(p => IsRefused(p.Write, full))];
            _gathered = [.. _batch.FindAll(static p => !MayBeGivenUp(p.Write)), .. _gathered.FindAll(p => !IsRefused(p.Write, full))];
            _batch = [];
            if (_isClosed)
            {
                refused.AddRange(_gathered);
                _gathered = [];
            }
            // With nothing to try again, the next write that comes is the probe.
            probes = _isProbing = _isLed = _gathered.Count > 0;
            if (!probes) _full = null;
        }
        foreach (var pending in refused) pending.Fail(new HoldfastException(full.Error, full.Message, full));
        if (!probes) return false;
        _metrics.StoreIsFull(full);
        await Task.Delay(ProbeWait, _time).ConfigureAwait(false);
        lock (_lock)
        {
            _isProbing = false;
            // Given up meanwhile, if the engine stops.
            return _isLed;
        }
    }

    /// <summary>Nobody knows what became of the batch that was being applied.</summary>
    void Break(Exception error)
    {
        var isFirst = TakeNoMore(error, isOfSync: false);
        foreach (var pending in _batch) pending.Fail(Unknown(error));
        _batch.Clear();
        if (isFirst) _failed(error);
    }

    /// <summary>Nobody knows what became of all that was applied and not synced. A batch that is being applied now is told by its leader.</summary>
    void BreakSync(Exception error)
    {
        var isFirst = TakeNoMore(error, isOfSync: true);
        _syncing.Fail(Unknown(error));
        _applied.Fail(Unknown(error));
        if (isFirst) _failed(error);
    }

    /// <summary>True when it is the first time. In one piece: nobody may begin another sync, or lead, between the end of the one that failed and the word that it did.</summary>
    bool TakeNoMore(Exception error, bool isOfSync)
    {
        List<PendingWrite> waiting;
        bool isFirst;
        lock (_lock)
        {
            if (isOfSync) _isSyncing = false;
            if (!isOfSync || _isHeldBack) _isLed = _isHeldBack = false;
            isFirst = _broken is null;
            _broken ??= error;
            waiting = _gathered;
            _gathered = [];
        }
        foreach (var pending in waiting) pending.Fail(NotKept(error));
        return isFirst;
    }

    static bool MayBeGivenUp(StoreWrite write) => write is CreateRun or PostMail or RedeliverMail or PruneRuns or ClientTransaction;

    static bool IsRefused(StoreWrite write, HoldfastException full) => MayBeGivenUp(write) && !(write.IsForReserve && full.Error == HoldfastError.StoreFull);

    static HoldfastException Unknown(Exception error) => error as HoldfastException
        ?? new(HoldfastError.OutcomeUnknown, $"The store failed in the middle of a commit: {ErrorText.Sentence(ErrorText.MessageOf(error))} Whether it was kept shows after a restart.", error);

    /// <summary>What the store never got was certainly not kept, also where nobody knows what became of what it got.</summary>
    static HoldfastException NotKept(Exception? broken) => new(
        HoldfastError.NotRunning, $"It was not kept, because the engine {(broken is null ? "stops or has stopped." : $"has stopped: {ErrorText.Sentence(ErrorText.MessageOf(broken))}")} Do it again once an engine runs.", broken);
}
