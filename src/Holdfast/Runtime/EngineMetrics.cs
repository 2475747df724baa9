using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Holdfast.Runtime;

/// <summary>The engine's meter and activity source, both named <c>Holdfast</c>.</summary>
/// <remarks>Whoever listens is called on the engine's threads, in the middle of its work; what that throws is kept from it, as with a log.</remarks>
sealed class EngineMetrics : IDisposable
{
    public const string Name = "Holdfast";

    public static readonly ActivitySource Activities = new(Name);

    readonly Meter _meter;
    readonly Counter<long> _turns;
    readonly Counter<long> _steps;
    readonly Counter<long> _attemptsFailed;
    readonly Histogram<double> _stepDuration;
    readonly Histogram<int> _batch;
    readonly Histogram<double> _commit;
    readonly Histogram<int> _snapshot;
    readonly Counter<long> _inDoubt;
    readonly Counter<long> _parked;
    readonly Counter<long> _full;
    readonly Counter<long> _prunedRuns;
    readonly Counter<long> _prunedRows;

    public EngineMetrics(string name, Func<int> hotRuns, Func<int> attempts, Attention attention)
    {
        _meter = new(name);
        _turns = _meter.CreateCounter<long>("holdfast.turns", "{turn}", "Turns that were committed.");
        _steps = _meter.CreateCounter<long>("holdfast.steps", "{step}", "Attempts of steps that succeeded.");
        _attemptsFailed = _meter.CreateCounter<long>("holdfast.attempts.failed", "{attempt}", "Attempts of steps that failed.");
        _stepDuration = _meter.CreateHistogram<double>("holdfast.step.duration", "ms", "From the durable intent to the end of the attempt.");
        _batch = _meter.CreateHistogram<int>("holdfast.commit.writes", "{write}", "Writes that shared one commit.");
        _commit = _meter.CreateHistogram<double>("holdfast.commit.duration", "ms", "One commit, until it is on the disk.");
        _snapshot = _meter.CreateHistogram<int>("holdfast.snapshot.size", "By", "The encoded frames of a run.");
        _inDoubt = _meter.CreateCounter<long>("holdfast.steps.in_doubt", "{step}", "At-most-once steps that became in doubt.");
        _parked = _meter.CreateCounter<long>("holdfast.runs.parked", "{run}", "Runs that were parked for a person or a deploy.");
        _full = _meter.CreateCounter<long>("holdfast.store.full", "{commit}", "Commits that found no room.");
        _prunedRuns = _meter.CreateCounter<long>("holdfast.pruned.runs", "{run}", "Ended runs that retention removed.");
        _prunedRows = _meter.CreateCounter<long>("holdfast.pruned.rows", "{row}", "Rows that went with them.");
        _meter.CreateObservableGauge("holdfast.parked.now", attention.Parked, "{run}", "Runs that are parked now, by reason.");
        _meter.CreateObservableGauge("holdfast.in_doubt.now", attention.InDoubt, "{step}", "At-most-once steps that are in doubt now.");
        _meter.CreateObservableGauge("holdfast.runs.hot", hotRuns, "{run}", "Runs held in memory.");
        _meter.CreateObservableGauge("holdfast.attempts.running", attempts, "{attempt}", "Attempts of steps that run now.");
    }

    /// <summary>Whether anybody wants to see what this engine does.</summary>
    public bool IsTraced => Activities.HasListeners() && _meter.Name == Name;

    /// <summary>Begins an activity; null when nobody wants it, or whoever listens throws.</summary>
    public static Activity? Begin(string name, string? parent, KeyValuePair<string, object?>[] tags)
    {
        try
        {
            return Activities.StartActivity(name, ActivityKind.Internal, parent, tags: tags);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Ends it, without the exception's words, which may hold what does not belong into a trace.</summary>
    public static void End(Activity activity, bool succeeded)
    {
        try
        {
            if (!succeeded) activity.SetStatus(ActivityStatusCode.Error);
            activity.Dispose();
        }
        catch (Exception)
        {
            // The listener's affair.
        }
    }

    public void Turn(int snapshotBytes)
    {
        Add(_turns, 1);
        if (snapshotBytes > 0) Record(_snapshot, snapshotBytes);
    }

    public void AttemptEnded(bool succeeded, long startedTimestamp)
    {
        Add(succeeded ? _steps : _attemptsFailed, 1);
        if (_stepDuration.Enabled) Record(_stepDuration, Stopwatch.GetElapsedTime(startedTimestamp).TotalMilliseconds);
    }

    public void Committed(int writes, TimeSpan time)
    {
        Record(_batch, writes);
        Record(_commit, time.TotalMilliseconds);
    }

    public void InDoubt(int steps) => Add(_inDoubt, steps);

    public void Parked() => Add(_parked, 1);

    public void StoreIsFull(HoldfastException _) => Add(_full, 1);

    public void Pruned(Storage.Pruned pruned)
    {
        if (pruned.Runs > 0) Add(_prunedRuns, pruned.Runs);
        if (pruned.Rows > 0) Add(_prunedRows, pruned.Rows);
    }

    static void Add(Counter<long> counter, long value)
    {
        try
        {
            counter.Add(value);
        }
        catch (Exception)
        {
            // The listener's affair.
        }
    }

    static void Record<T>(Histogram<T> histogram, T value) where T : struct
    {
        try
        {
            histogram.Record(value);
        }
        catch (Exception)
        {
            // The listener's affair.
        }
    }

    public void Dispose() => _meter.Dispose();
}
