using System.Collections.Concurrent;

namespace Holdfast.Torture.Driving;

/// <summary>
/// Holds the steps of driven runs back until a driver lets them go one by one, so that a run always hears the same things in the same
/// order. Steps of runs that nobody drives pass at once. Thread-safe.
/// </summary>
sealed class StepGate : IDisposable
{
    static readonly ConcurrentDictionary<RunId, StepGate> Driven = new();

    readonly Lock _lock = new();
    readonly List<RunId> _runs = [];
    readonly List<Held> _held = [];

    public static Task EnterAsync(StepContext step, string what) => Driven.TryGetValue(step.RunId, out var gate) ? gate.HoldAsync(step, what) : Task.CompletedTask;

    /// <summary>Holds the steps of this run from now on.</summary>
    public void Drive(RunId run)
    {
        lock (_lock)
        {
            if (!_runs.Contains(run)) _runs.Add(run);
        }
        Driven[run] = this;
    }

    /// <summary>How many steps of a run are held.</summary>
    public int CountOf(RunId run)
    {
        lock (_lock) return _held.Count(held => held.Run == run);
    }

    /// <summary>Lets the first step go, by the age of its run and then by its op, and says which; null when none is held.</summary>
    public string? Release()
    {
        Held? first;
        int run;
        lock (_lock)
        {
            first = _held.OrderBy(held => _runs.IndexOf(held.Run)).ThenBy(static held => held.Op).FirstOrDefault();
            if (first is null) return null;
            _held.Remove(first);
            run = _runs.IndexOf(first.Run);
        }
        // The body of the step goes on right here.
        first.Go.TrySetResult();
        return $"run {run}, op {first.Op}: {first.What}";
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var run in _runs) Driven.TryRemove(run, out _);
        }
    }

    async Task HoldAsync(StepContext step, string what)
    {
        var held = new Held(step.RunId, step.Op, what, new());
        lock (_lock) _held.Add(held);
        await using var cancelled = step.CancellationToken.Register(() =>
        {
            lock (_lock) _held.Remove(held);
            held.Go.TrySetCanceled(step.CancellationToken);
        });
        await held.Go.Task;
    }

    sealed record Held(RunId Run, long Op, string What, TaskCompletionSource Go);
}
