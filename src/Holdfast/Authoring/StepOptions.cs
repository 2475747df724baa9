namespace Holdfast;

/// <summary>How one step is run. Immutable: derive with <c>with</c>.</summary>
public sealed record StepOptions
{
    /// <summary>What people read in journals and metrics; never identity.</summary>
    /// <value>Null: the name of the method that the step's lambda calls.</value>
    public string? Label { get; init; }

    /// <summary>When and how often a failed attempt is followed by another.</summary>
    /// <value><see cref="RetryPolicy.Default"/>: ten attempts over about three minutes, then the exception reaches the workflow.</value>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>How long one attempt may take before its token is signalled and it counts as failed with <see cref="TimeoutException"/>. Starting a step with zero or less throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    /// <value>Null: no limit. An attempt that hangs then keeps the run waiting for ever.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// How long an attempt may go without a <see cref="StepContext.Heartbeat"/> before its token is signalled and it counts as failed with <see cref="TimeoutException"/>. A long attempt that
    /// hangs is found long before its <see cref="Timeout"/>.
    /// </summary>
    /// <value>Null: nobody listens. Nor for a silence of more than seven weeks, which no timer can wait for.</value>
    public TimeSpan? HeartbeatTimeout { get; init; }

    /// <summary>
    /// The step is never repeated once its intent is durable. After a crash nobody can know whether it happened: it is <i>in doubt</i>, and the
    /// run waits until <c>ResolveInDoubtAsync</c> decides. A failure of the attempt itself is not retried either.
    /// </summary>
    /// <value>False: the step runs again, with the same idempotency key, until a result is committed.</value>
    public bool AtMostOnce { get; init; }

    /// <summary>
    /// With <see cref="AtMostOnce"/>: a step that was cut off fails with <see cref="StepInDoubtException"/>, and the workflow finds out what became of it, instead of waiting for <c>ResolveInDoubtAsync</c>.
    /// Starting a step with this alone throws <see cref="ArgumentException"/>.
    /// So does a call with an <see cref="IdempotencyKey"/>, while the handler of another one with the same key goes on in the process though it was given up: it is not entered beside it.
    /// </summary>
    /// <value>False.</value>
    public bool FailsInDoubt { get; init; }

    /// <summary>
    /// The key that every attempt carries as <see cref="StepContext.IdempotencyKey"/>, for a step that carries out something which has a key already, such as an order. Whoever gives it sees to it that nothing else has
    /// the same. Starting a step with an empty one throws <see cref="ArgumentException"/>.
    /// </summary>
    /// <value>Null: run and op as text.</value>
    public string? IdempotencyKey { get; init; }
}

/// <summary>When and how often a failed attempt is followed by another. Immutable: derive with <c>with</c>.</summary>
public sealed record RetryPolicy
{
    /// <summary>Ten attempts: waits of 0.5 s, doubled up to one minute, a fifth of each drawn by lot.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>One attempt only. A step that was cut off by the end of the process runs again all the same; <see cref="StepOptions.AtMostOnce"/> prevents that.</summary>
    public static RetryPolicy None { get; } = new() { MaxAttempts = 1 };

    /// <summary>The wait after the first attempt.</summary>
    /// <value>0.5 s.</value>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What each further wait is multiplied by; at least 1.</summary>
    /// <value>2.</value>
    public double Factor { get; init; } = 2;

    /// <summary>The longest wait.</summary>
    /// <value>One minute.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of each wait that is drawn by lot, from 0 to 1, so that many runs do not retry in step.</summary>
    /// <value>0.2: a wait of 10 s becomes one between 8 s and 10 s.</value>
    public double Jitter { get; init; } = 0.2;

    /// <summary>How many attempts in all; 0 for no limit. Attempts cut off by the end of a process do not count.</summary>
    /// <value>10.</value>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>No attempt starts later than this after the first.</summary>
    /// <value>Null: no limit.</value>
    public TimeSpan? MaxElapsed { get; init; }

    /// <summary>Exception types that end the step at once, they and all that derive from them. Starting a step with any other type here throws <see cref="ArgumentException"/>.</summary>
    /// <value>None.</value>
    public IReadOnlyList<Type> NonRetryable { get; init; } = [];

    internal Kernel.RetryRule ToRule()
    {
        if (ReferenceEquals(this, Default)) return Kernel.RetryRule.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Factor, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxAttempts);
        if (Jitter is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Jitter), Jitter, "A share lies between 0 and 1.");
        foreach (var type in NonRetryable)
            if (type?.IsAssignableTo(typeof(Exception)) != true) throw new ArgumentException($"NonRetryable names {type?.ToString() ?? "null"}, which is no type of exception.", nameof(NonRetryable));
        return new(FirstDelay, Factor, MaxDelay, Jitter, MaxAttempts, MaxElapsed, [.. NonRetryable.Select(static t => t.FullName!)]);
    }
}
