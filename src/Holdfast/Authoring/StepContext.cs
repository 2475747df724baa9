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

    /// <summary>Which attempt this is, from 1. Attempts that were cut off by the end of a process count here.</summary>
    public int Attempt => _attempt.Number;

    /// <summary>Run and op as text: the same for every attempt of the step, and of no other step anywhere. Pass it to services that apply a key once.</summary>
    public string IdempotencyKey => $"{RunId}-{Op}";

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
        details = _attempt.Json.Read<T>(kept, $"The details of step '{_attempt.Step.Label}'");
        return true;
    }

    /// <summary>The value of a secret. It stays within this attempt: a result or exception that contains it is not kept as it is.</summary>
    /// <param name="secret">The secret.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.UnknownSecret"/>: nothing is registered that gives secrets of this type.</exception>
    public Task<T> RevealAsync<T>(Secret<T> secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return _attempt.RevealAsync(secret);
    }

    /// <summary>Signalled when the step times out, when its scope is cancelled, and when the process stops.</summary>
    public CancellationToken CancellationToken => _attempt.Token;
}

/// <summary>What a transaction step works on. Valid only while the step runs; not thread-safe.</summary>
public sealed class StepTransaction
{
    internal StepTransaction(System.Data.Common.DbConnection connection, RunId run, long op)
    {
        Connection = connection;
        RunId = run;
        Op = op;
    }

    /// <summary>The store's own connection, inside the transaction that commits the step's result. Its commands need no transaction object; do not commit or roll back.</summary>
    public System.Data.Common.DbConnection Connection { get; }

    /// <summary>The run.</summary>
    public RunId RunId { get; }

    /// <summary>The step's number in its run.</summary>
    public long Op { get; }

    /// <summary>Run and op as text: the same for every attempt of the step, and of no other step anywhere.</summary>
    public string IdempotencyKey => $"{RunId}-{Op}";
}
