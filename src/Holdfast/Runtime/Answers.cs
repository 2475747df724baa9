using Holdfast.Kernel;

namespace Holdfast.Runtime;

/// <summary>A caller of an update, in this process.</summary>
sealed class AnswerWaiter(string call, Executor executor)
{
    public string Call { get; } = call;

    public TaskCompletionSource<Outcome> Answer { get; } = new(executor.Completion);
}

/// <summary>Who waits for the answer to which update. Thread-safe.</summary>
sealed class Answers(Executor executor)
{
    readonly Dictionary<RunId, List<AnswerWaiter>> _waiting = [];
    readonly Lock _lock = new();

    /// <summary>Completes when the update is answered. Ask before the update is posted: it may be answered at once.</summary>
    public AnswerWaiter Wait(RunId run, string call)
    {
        var waiter = new AnswerWaiter(call, executor);
        lock (_lock)
        {
            if (!_waiting.TryGetValue(run, out var waiters)) _waiting.Add(run, waiters = []);
            waiters.Add(waiter);
        }
        return waiter;
    }

    /// <summary>This caller waits no more.</summary>
    public void Forget(RunId run, AnswerWaiter waiter) => Take(run, waiter.Equals);

    public void Complete(RunId run, string call, Outcome outcome)
    {
        foreach (var waiter in Take(run, w => w.Call == call)) waiter.Answer.TrySetResult(outcome);
    }

    /// <summary>The run has ended: what was not answered by then never will be.</summary>
    public void End(RunId run)
    {
        foreach (var waiter in Take(run, static _ => true)) waiter.Answer.TrySetException(Ended(run));
    }

    public void FailAll(Exception error)
    {
        RunId[] runs;
        lock (_lock) runs = [.. _waiting.Keys];
        foreach (var run in runs)
            foreach (var waiter in Take(run, static _ => true)) waiter.Answer.TrySetException(error);
    }

    public static HoldfastException Ended(RunId run) => new(HoldfastError.RunFinished, $"Run {run} has ended; it takes no more messages.");

    List<AnswerWaiter> Take(RunId run, Predicate<AnswerWaiter> wanted)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 || !_waiting.TryGetValue(run, out var waiters)) return [];
            var taken = waiters.FindAll(wanted);
            waiters.RemoveAll(wanted);
            if (waiters.Count == 0) _waiting.Remove(run);
            return taken;
        }
    }
}
