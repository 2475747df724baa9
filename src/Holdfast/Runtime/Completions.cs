using System.Collections.Concurrent;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Who waits for the end of which run. Thread-safe.</summary>
sealed class Completions(Executor executor)
{
    readonly ConcurrentDictionary<RunId, TaskCompletionSource<RunOutcome>> _waiting = new();

    /// <summary>Completes when the run ends. Ask the store afterwards whether it had ended before.</summary>
    public Task<RunOutcome> WaitAsync(RunId run) =>
        _waiting.GetOrAdd(run, static (_, executor) => new(executor.Completion), executor).Task;

    public void Complete(RunId run, RunOutcome outcome)
    {
        if (_waiting.TryRemove(run, out var waiter)) waiter.TrySetResult(outcome);
    }

    public void FailAll(Exception error)
    {
        foreach (var (run, waiter) in _waiting.OrderBy(static w => w.Key))
            if (_waiting.TryRemove(run, out _)) waiter.TrySetException(error);
    }
}
