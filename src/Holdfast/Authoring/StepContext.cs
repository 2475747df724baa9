namespace Holdfast;

/// <summary>What a step's attempt knows of itself. Thread-safe.</summary>
public sealed class StepContext
{
    readonly Runtime.Attempt _attempt;

    internal StepContext(Runtime.Attempt attempt) => _attempt = attempt;

    /// <summary>The run.</summary>
    public RunId RunId => _attempt.Run;

    /// <summary>The step's number in its run.</summary>
    public long Op => _attempt.Op;

    /// <summary>What people call the step.</summary>
    internal string Label => _attempt.Step.Label;

    /// <summary>Which attempt this is, from 1. Attempts that were cut off by the end of a process count here.</summary>
    public int Attempt => _attempt.Number;

    /// <summary>The same for every attempt of the step: run and op as text, which is of no other step anywhere, or the <see cref="StepOptions.IdempotencyKey"/> that it was given. Pass it to services that apply a key once.</summary>
    public string IdempotencyKey => _attempt.Step.KeyIn(RunId);

    /// <summary>
    /// Says that the attempt is alive. Cheap: nothing is written for it. After <see cref="StepOptions.HeartbeatTimeout"/> without one the attempt has failed.
    /// </summary>
    public void Heartbeat() => _attempt.Beat(null);

    /// <summary>Says that the attempt is alive, and how far it is: the next attempt finds it with <see cref="TryGetDetails{T}"/>.</summary>
    /// <param name="details">
    /// Where the next attempt may go on; travels as JSON. Kept when this attempt fails, with its failure. What an attempt said that is cut off by the end of
    /// the process is lost: the next one finds what the last failed attempt had said.
    /// </param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>: they cannot be written as JSON.</exception>
    public void Heartbeat<T>(T details) => _attempt.Beat(_attempt.Json.Write(details, typeof(T), $"The details of step '{_attempt.Step.Label}'"));

    /// <summary>What the last attempt that failed had said of how far it was; false when none did.</summary>
    /// <param name="details">The details.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidPayload"/>: they are of another type.</exception>
    public bool TryGetDetails<T>([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T details)
    {
        details = default;
        if (_attempt.Step.Heartbeat?.Details is not { } kept) return false;
        details = _attempt.ReadKept<T>(kept, $"The details of step '{_attempt.Step.Label}'", isBegun: true);
        return true;
    }

    /// <summary>Reads the argument of the handler that is about to be called.</summary>
    internal T ReadArgument<T>(ReadOnlyMemory<byte> utf8, string what) => _attempt.ReadKept<T>(utf8, what, isBegun: false);

    /// <summary>The value of a secret. It stays within this attempt: a result or exception that contains it is not kept as it is.</summary>
    /// <param name="secret">The secret.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.UnknownSecret"/>: nothing is registered that gives secrets of this type.</exception>
    public Task<T> RevealAsync<T>(Secret<T> secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return _attempt.RevealAsync(secret);
    }

    /// <summary>
    /// Does something in the store's own database while the step runs, in a commit of its own: what it did is durable when this returns. Of an attempt that has been given up,
    /// or whose process no longer owns the run, nothing is done. A later attempt finds what this one did; look for <see cref="IdempotencyKey"/>.
    /// </summary>
    /// <param name="work">
    /// Runs synchronously, and holds up every other commit meanwhile. Throw to undo what it did; the exception comes out here.
    /// What it did is kept once, but it may be called again, when somebody else's write undoes the transaction that both were in: what it did to the database is undone first. So let it have no effect outside of it.
    /// </param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: the store has no database. <see cref="HoldfastError.OwnershipLost"/>: the run goes on elsewhere.</exception>
    /// <exception cref="OperationCanceledException">The attempt has been given up.</exception>
    /// <exception cref="TimeoutException">It took longer than the store lets it hold up others, and was undone.</exception>
    public Task<T> TransactAsync<T>(Func<StepTransaction, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Runtime.StepCommit.DoAsync(_attempt, work);
    }

    /// <inheritdoc cref="TransactAsync{T}(Func{StepTransaction, T})"/>
    public Task TransactAsync(Action<StepTransaction> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return TransactAsync(transaction =>
        {
            work(transaction);
            return default(Nothing);
        });
    }

    /// <summary>
    /// Has something done in the store's own database inside the very commit that keeps this step's result: both are kept, or neither. If the attempt fails, it is not done.
    /// </summary>
    /// <param name="work">
    /// Runs synchronously, after the step's code, and holds up every other commit meanwhile; several run in the order in which they were given. Throwing undoes all of it
    /// and fails the attempt, though its code has run. It may be called again, as that of <see cref="TransactAsync{T}(Func{StepTransaction, T})"/> may be.
    /// </param>
    public void CommitWithResult(Action<StepTransaction> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        _attempt.CommitWithResult(work);
    }

    /// <summary>
    /// Waits for what other steps have to do first, such as the result of another run. Meanwhile the attempt takes no place of <see cref="HoldfastOptions.StepsInFlightMax"/>: where as many wait as there are places,
    /// nothing of what they wait for would begin. It has a place again before this returns, and its time goes on all the while.
    /// </summary>
    /// <param name="wait">Waits. What it throws comes out here.</param>
    public Task<T> StandAsideAsync<T>(Func<Task<T>> wait)
    {
        ArgumentNullException.ThrowIfNull(wait);
        return _attempt.StandAsideAsync(wait);
    }

    /// <summary>Signalled when the step times out, when its scope is cancelled, and when the process stops.</summary>
    public CancellationToken CancellationToken => _attempt.Token;
}
