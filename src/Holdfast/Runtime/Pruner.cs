using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Removes ended runs that retention lets go, in small writes that go through the committer like every other one. After each write it waits as
/// long as the write took, so that at most every other commit carries one. Each removes as much at least as came since the one before, and when
/// it has fallen behind, they grow until it has not: so whatever the load is, more is removed than comes. Thread-safe.
/// </summary>
sealed class Pruner : IAsyncDisposable
{
    /// <summary>How many rows one write removes: a quarter of a millisecond of the commit that it shares; and when it has fallen behind. Unless more come than that.</summary>
    const int RowsMin = 128, RowsMany = 2048;

    /// <summary>How many rows one write removes at all: seconds of work, and more than all in flight can have left behind.</summary>
    const int RowsMax = 1 << 20;

    /// <summary>How many writes of one pruning are taken for having fallen behind.</summary>
    const int WritesMany = 16;

    /// <summary>Over how many writes is averaged what comes.</summary>
    const int WritesAveraged = 4;

    static readonly TimeSpan SweepMax = TimeSpan.FromMinutes(1);
    static readonly TimeSpan SweepMin = TimeSpan.FromSeconds(1);
    static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(1);
    static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(10);

    readonly Engine _engine;
    readonly ITimer _timer;

    readonly OneAtATime _one;

    int _rows = RowsMin;
    long _ended;

    public Pruner(Engine engine)
    {
        _engine = engine;
        _one = new(engine.Executor);
        _timer = engine.Time.CreateTimer(static p => _ = ((Pruner)p!).SweepAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sweeps from now on, first after one interval: a start has more urgent things to do.</summary>
    public void Start()
    {
        if (All().All(static r => r is { Age: null, CountMax: null })) return;
        var interval = Interval();
        _timer.Change(interval, interval);
    }

    /// <summary>One more run has ended, and will have to go some time.</summary>
    public void RunEnded() => Interlocked.Increment(ref _ended);

    /// <summary>Removes everything that the rules let go now.</summary>
    /// <param name="retention">The rule to use instead of those in the options; null for those.</param>
    /// <param name="workflow">The one workflow to look at; null for all.</param>
    /// <param name="cancellationToken">Stops between two writes; what was removed is gone.</param>
    public async Task<PruneReport> PruneAsync(Retention? retention, string? workflow, CancellationToken cancellationToken)
    {
        if (workflow is not null) await CheckAsync(workflow, cancellationToken).ConfigureAwait(false);
        await _one.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = _engine.Time.GetUtcNow();
            var options = _engine.Options;
            var rules = workflow is not null
                ? new Dictionary<string, PruneRule> { [workflow] = (retention ?? options.RetentionByWorkflow.GetValueOrDefault(workflow, options.Retention)).RuleAt(now) }
                : retention is null ? options.RetentionByWorkflow.ToDictionary(static r => r.Key, r => r.Value.RuleAt(now)) : [];
            var others = workflow is null ? (retention ?? options.Retention).RuleAt(now) : default;
            return await PruneAsync(others, rules, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Leave();
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    /// <summary>Refuses a workflow that nobody has, and of which there are no runs: of a misspelt one, that nothing was removed would look like the truth.</summary>
    async ValueTask CheckAsync(string workflow, CancellationToken cancellationToken)
    {
        if (_engine.Registry.Newest(workflow) is not null || _engine.Options.RetentionByWorkflow.ContainsKey(workflow)) return;
        if ((await _engine.Store.ListAsync(new() { Workflow = workflow, Limit = 1 }, cancellationToken).ConfigureAwait(false)).Count > 0) return;
        throw new HoldfastException(
            HoldfastError.UnknownWorkflow,
            $"Nothing was removed: no workflow '{workflow}' is registered here, and the store has no run of it; registered are {string.Join(", ", _engine.Registry.Near(workflow).Take(5).Select(static n => $"'{n}'").DefaultIfEmpty("none"))}. Correct the name.");
    }

    async Task<PruneReport> PruneAsync(PruneRule others, Dictionary<string, PruneRule> rules, CancellationToken cancellationToken)
    {
        long runs = 0, rows = 0;
        var (ended, coming) = (Volatile.Read(ref _ended), 0.0);
        for (var writes = 1; ; writes++)
        {
            _engine.ThrowIfNotRunning();
            var started = _engine.Time.GetTimestamp();
            var answer = await _engine.Committer.CommitAsync(new PruneRuns { Epoch = _engine.Epoch, Default = others, Rules = rules, RowsMax = (int)Math.Clamp(coming, _rows, RowsMax) }).ConfigureAwait(false);
            if (answer.Pruned is not { } pruned)
            {
                _engine.LostOwnership(default, answer);
                _engine.ThrowIfNotRunning();
                // What is refused for itself alone is refused the next time too: nobody waits for it in silence.
                throw answer.NotKept("Ended runs could not be removed");
            }
            runs += pruned.Runs;
            rows += pruned.Rows;
            _engine.Metrics.Pruned(pruned);
            if (pruned.IsDone)
            {
                if (writes < WritesMany) _rows = Math.Max(RowsMin, _rows / 2);
                return new(runs, rows);
            }
            // A fixed bound would be too little wherever a commit holds enough runs that end, as with thousands in flight on a slow disk: the file would grow for as long as that lasts.
            var before = ended;
            ended = Volatile.Read(ref _ended);
            if (runs > 0) coming += (((double)(ended - before) * rows / runs) - coming) / WritesAveraged;
            if (writes % WritesMany == 0) _rows = (int)Math.Min(Math.Clamp(2 * coming, RowsMany, RowsMax), _rows * 2);
            var took = _engine.Time.GetElapsedTime(started);
            await Task.Delay(took < PauseMin ? PauseMin : took > PauseMax ? PauseMax : took, _engine.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    async Task SweepAsync()
    {
        // The sweep before is not through yet, or somebody prunes by hand: the next one will do.
        if (_one.IsTaken) return;
        try
        {
            await PruneAsync(null, null, _engine.Stopping).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or HoldfastException { IsTransient: true } || _engine.Failure is not null)
        {
            // The engine stops, or there is no room: the next sweep tries again.
        }
        catch (Exception error)
        {
            _engine.NotePruneFailed(error);
        }
    }

    IEnumerable<Retention> All() => _engine.Options.RetentionByWorkflow.Values.Append(_engine.Options.Retention);

    TimeSpan Interval()
    {
        // Often enough that little more than was asked for is there, and seldom enough not to matter.
        var shortest = All().Min(static r => r.Age) ?? TimeSpan.MaxValue;
        var interval = shortest / 10;
        return interval < SweepMin ? SweepMin : interval > SweepMax ? SweepMax : interval;
    }
}
