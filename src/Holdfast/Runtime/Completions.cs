using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Who waits for the end of which run. Thread-safe.</summary>
sealed class Completions(Executor executor)
{
    readonly Dictionary<RunId, Wait> _waiting = [];
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
        lock (_lock)
        {
            if (!_waiting.TryGetValue(run, out var wait)) _waiting.Add(run, wait = new(run, new(executor.Completion)));
            wait.Waiters++;
            return wait;
        }
    }

    /// <summary>One who waited does not any more. With the last one, the run is forgotten: it may have no end in this process, or none at all.</summary>
    public void Leave(Wait wait)
    {
        lock (_lock)
            if (--wait.Waiters == 0 && _waiting.TryGetValue(wait.Run, out var present) && present == wait) _waiting.Remove(wait.Run);
    }

    public void Complete(RunId run, RunOutcome outcome)
    {
        Wait? wait;
        lock (_lock) _waiting.Remove(run, out wait);
        wait?.End.TrySetResult(outcome);
    }

    public void FailAll(Exception error)
    {
        Wait[] waits;
        lock (_lock)
        {
            waits = [.. _waiting.Values.OrderBy(static w => w.Run)];
            _waiting.Clear();
        }
        foreach (var wait in waits) wait.End.TrySetException(error);
    }

    /// <summary>The wait of all who wait for one run.</summary>
    public sealed class Wait(RunId run, TaskCompletionSource<RunOutcome> end)
    {
        public RunId Run { get; } = run;

        public TaskCompletionSource<RunOutcome> End { get; } = end;

        public int Waiters { get; set; }
    }
}
