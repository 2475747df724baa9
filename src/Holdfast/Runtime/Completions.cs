using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Who waits for the end of which run. Thread-safe.</summary>
sealed class Completions(Executor executor)
{
    readonly Dictionary<RunId, HashSet<Wait>> _waiting = [];
    readonly Lock _lock = new();

    /// <summary>How many runs somebody waits for.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Waits for the end of a run, until <see cref="Leave"/>. Ask the store afterwards whether it had ended before.</summary>
    public Wait Join(RunId run)
    {
        // A task for each: of all who wait for one task, only one would go on where it is completed, and the others in the pool, past the executor.
        var wait = new Wait(run, new(executor.Completion));
        lock (_lock)
        {
            if (!_waiting.TryGetValue(run, out var waits)) _waiting.Add(run, waits = []);
            waits.Add(wait);
        }
        return wait;
    }

    /// <summary>One who waited does not any more. With the last one, the run is forgotten: it may have no end in this process, or none at all.</summary>
    public void Leave(Wait wait)
    {
        lock (_lock)
            if (_waiting.TryGetValue(wait.Run, out var waits) && waits.Remove(wait) && waits.Count == 0) _waiting.Remove(wait.Run);
    }

    public void Complete(RunId run, RunOutcome outcome)
    {
        HashSet<Wait>? waits;
        lock (_lock) _waiting.Remove(run, out waits);
        if (waits is null) return;
        foreach (var wait in waits) wait.End.TrySetResult(outcome);
    }

    public void FailAll(Exception error)
    {
        Wait[] waits;
        lock (_lock)
        {
            waits = [.. _waiting.OrderBy(static w => w.Key).SelectMany(static w => w.Value)];
            _waiting.Clear();
        }
        foreach (var wait in waits) wait.End.TrySetException(error);
    }

    /// <summary>One who waits for a run.</summary>
    public sealed class Wait(RunId run, TaskCompletionSource<RunOutcome> end)
    {
        public RunId Run { get; } = run;

        public TaskCompletionSource<RunOutcome> End { get; } = end;
    }
}
