using Holdfast.Kernel;
using Holdfast.Runtime;

namespace Holdfast.Testing;

/// <summary>Holds attempts of steps back until a driver lets them go, one by one, so that a run hears the same things in the same order. Thread-safe.</summary>
sealed class HeldSteps
{
    readonly Lock _lock = new();
    readonly List<RunId> _runs = [];
    readonly List<Held> _held = [];
    readonly List<Held> _going = [];

    /// <summary>Whether a step that was let go waits.</summary>
    public bool AnyWaits
    {
        get
        {
            lock (_lock) return _going.Exists(static held => held.Waits);
        }
    }

    /// <summary>Whether all attempts of a run that runs so many are held, or wait.</summary>
    public bool AreAll(RunId run, int running)
    {
        lock (_lock) return _held.Count(held => held.Attempt.Run == run) + _going.Count(held => held.Attempt.Run == run && held.Waits) == running;
    }

    /// <param name="attempt">The attempt.</param>
    /// <param name="engine">Its engine.</param>
    /// <param name="run">Runs it, once it is let go.</param>
    public async ValueTask<Outcome?> RunAsync(Attempt attempt, Engine engine, Func<Attempt, Engine, ValueTask<Outcome?>> run)
    {
        var held = new Held(attempt, new());
        lock (_lock)
        {
            if (!_runs.Contains(attempt.Run)) _runs.Add(attempt.Run);
            _held.Add(held);
        }
        await using var cancelled = attempt.Token.Register(() =>
        {
            lock (_lock) _held.Remove(held);
            held.Go.TrySetCanceled(attempt.Token);
        }).ConfigureAwait(false);
        await held.Go.Task.ConfigureAwait(false);
        try
        {
            return await run(attempt, engine).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock) _going.Remove(held);
        }
    }

    /// <summary>Lets the first attempt go, by the age of its run and then by its op, and says which; null when none is held.</summary>
    public string? Release()
    {
        Held? first;
        lock (_lock)
        {
            first = _held.OrderBy(held => _runs.IndexOf(held.Attempt.Run)).ThenBy(static held => held.Attempt.Op).FirstOrDefault();
            if (first is null) return null;
            _held.Remove(first);
            _going.Add(first);
        }
        // The body of the step goes on right here.
        first.Go.TrySetResult();
        return $"step '{first.Attempt.Step.Label}' (op {first.Attempt.Op})";
    }

    /// <summary>Takes those that were let go and have not ended for ones that wait.</summary>
    public void LetWait()
    {
        lock (_lock)
        {
            foreach (var held in _going) held.IsSlow = true;
        }
    }

    /// <summary>Forgets what a dead process held.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _held.Clear();
            _going.Clear();
        }
    }

    sealed class Held(Attempt attempt, TaskCompletionSource go)
    {
        public Attempt Attempt => attempt;

        public TaskCompletionSource Go => go;

        public bool IsSlow { get; set; }

        /// <summary>Of one that was given up, nobody waits for the code.</summary>
        public bool Waits => IsSlow && attempt.IsPresent;
    }
}
