using System.Diagnostics.Metrics;
using Holdfast.Kernel;

namespace Holdfast.Runtime;

/// <summary>
/// How many runs are parked, by reason, and how many steps are in doubt: what waits for a person now. Nothing is counted while nobody asks. Whoever asks gets
/// what was counted last, and has it counted anew when something has changed since: in pages, beside all other work, and never for more than a
/// twentieth of the time. Thread-safe.
/// </summary>
sealed class Attention(Engine engine) : IThreadPoolWorkItem
{
    const int Share = 20;

    static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);

    /// <summary>How the reasons begin that runs are parked for. Others are counted together, so that no text of a user's becomes a time series.</summary>
    static readonly string[] Reasons = ["suspect", Migration.Word, Damaged.Unreadable, Migration.Unloadable, "not savable", "misuse", "the store refused the turn"];

    readonly Lock _lock = new();
    Counted? _counted;
    long _ended;
    TimeSpan _pause;
    bool _isCounting;
    bool _isChanged = true;

    sealed record Counted(IReadOnlyDictionary<string, long> Parked, long InDoubt);

    /// <summary>A run was parked or goes on, or a step became in doubt or was decided.</summary>
    public void Changed() => Volatile.Write(ref _isChanged, true);

    public IEnumerable<Measurement<long>> Parked() => Last()?.Parked.Select(static p => new Measurement<long>(p.Value, new KeyValuePair<string, object?>("reason", p.Key))) ?? [];

    public IEnumerable<Measurement<long>> InDoubt() => Last() is { } counted ? [new(counted.InDoubt)] : [];

    Counted? Last()
    {
        lock (_lock)
        {
            if (_isCounting || !Volatile.Read(ref _isChanged) || engine.Failure is not null) return _counted;
            if (_counted is not null && engine.Time.GetElapsedTime(_ended) < _pause) return _counted;
            _isCounting = true;
        }
        engine.Executor.Run(this);
        return _counted;
    }

    void IThreadPoolWorkItem.Execute() => _ = CountAsync();

    async Task CountAsync()
    {
        // What changes from here on is not in this count, perhaps.
        Volatile.Write(ref _isChanged, false);
        var started = engine.Time.GetTimestamp();
        Counted? counted = null;
        try
        {
            counted = await CountAllAsync(engine.Stopping).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Changed();
            if (engine.Failure is null && !engine.Stopping.IsCancellationRequested) engine.NoteCountFailed(error);
        }
        lock (_lock)
        {
            _counted = counted ?? _counted;
            _ended = engine.Time.GetTimestamp();
            var took = engine.Time.GetElapsedTime(started, _ended) * Share;
            _pause = took > PauseMin ? took : PauseMin;
            _isCounting = false;
        }
    }

    async Task<Counted> CountAllAsync(CancellationToken cancellationToken)
    {
        var parked = Reasons.Append("other").ToDictionary(static r => r, static _ => 0L);
        var doubts = new HashSet<(RunId, long)>();
        await foreach (var (row, state) in LiveRows.ReadAsync(engine.Store, RunStatus.Running, cancellationToken).ConfigureAwait(false))
            foreach (var step in Kernel.InDoubt.StepsOf(state)) doubts.Add((row.Id, step.Id));
        await foreach (var (row, state) in LiveRows.ReadAsync(engine.Store, RunStatus.Parked, cancellationToken).ConfigureAwait(false))
        {
            foreach (var step in Kernel.InDoubt.StepsOf(state)) doubts.Add((row.Id, step.Id));
            parked[WordOf(row.Unreadable, state)]++;
        }
        return new(parked, doubts.Count);
    }

    /// <summary>Of a run that was set aside, the record may say nothing of it.</summary>
    static string WordOf(HoldfastException? unreadable, RunState? state)
    {
        if (unreadable is { Error: HoldfastError.PayloadUnreadable }) return Damaged.Unreadable;
        if (unreadable is not null || state?.ParkReason is not { } reason) return Migration.Unloadable;
        return Array.Find(Reasons, word => reason.StartsWith(word, StringComparison.Ordinal)) ?? "other";
    }
}
