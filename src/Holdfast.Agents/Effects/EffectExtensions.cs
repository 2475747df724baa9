namespace Holdfast.Agents;

/// <summary>Binds tools to the code that carries them out, with the word for what that code does to the world.</summary>
public static class EffectExtensions
{
    /// <summary>Code that computes.</summary>
    public static Effect Pure<TArguments, TResult>(this Tool<TArguments> tool, Func<TArguments, TResult> act, EffectOptions<TArguments>? options = null)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(act);
        return new Effect<TArguments, TResult>(tool, EffectKind.Pure, options ?? new(), (arguments, _) => Task.FromResult(act(arguments)));
    }

    /// <summary>Code that looks at the world and changes nothing.</summary>
    public static Effect ReadOnly<TArguments, TResult>(this Tool<TArguments> tool, Func<TArguments, EffectContext, Task<TResult>> act, EffectOptions<TArguments>? options = null)
        where TArguments : notnull => Make(tool, EffectKind.ReadOnly, act, options);

    /// <summary>Code that changes the world once for each <see cref="EffectContext.IdempotencyKey"/>. Whoever applies it has to recognise the key.</summary>
    public static Effect Idempotent<TArguments, TResult>(this Tool<TArguments> tool, Func<TArguments, EffectContext, Task<TResult>> act, EffectOptions<TArguments>? options = null)
        where TArguments : notnull => Make(tool, EffectKind.Idempotent, act, options);

    /// <summary>Code that changes the world each time, where the world can be asked whether it happened.</summary>
    /// <param name="tool">The tool.</param>
    /// <param name="act">Carries it out.</param>
    /// <param name="ask">Asks whether the call with this key happened. Called after a crash or a failure in the middle, before anything else.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    public static Effect Reconcilable<TArguments, TResult>(
        this Tool<TArguments> tool, Func<TArguments, EffectContext, Task<TResult>> act, Func<TArguments, EffectContext, Task<Reconciled<TResult>>> ask, EffectOptions<TArguments>? options = null)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(act);
        ArgumentNullException.ThrowIfNull(ask);
        return new Effect<TArguments, TResult>(tool, EffectKind.Reconcilable, options ?? new(), act, ask);
    }

    /// <summary>Code that changes the world each time, where nobody can be asked. Cut off in the middle, it is in doubt.</summary>
    public static Effect AtMostOnce<TArguments, TResult>(this Tool<TArguments> tool, Func<TArguments, EffectContext, Task<TResult>> act, EffectOptions<TArguments>? options = null)
        where TArguments : notnull => Make(tool, EffectKind.AtMostOnce, act, options);

    /// <summary>
    /// A handler that is registered with <c>AddStep</c>, by its name: it takes the arguments as they are in JSON. Not for reconcilable tools. The handler's <see cref="StepContext.IdempotencyKey"/> is the call's, as
    /// <see cref="EffectContext.IdempotencyKey"/> is for other code: the same however often this call is tried.
    /// </summary>
    /// <param name="tool">The tool.</param>
    /// <param name="kind">What the handler does to the world.</param>
    /// <param name="handler">The handler's name.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">The kind is <see cref="EffectKind.Reconcilable"/>.</exception>
    public static Effect Calls<TArguments>(this Tool<TArguments> tool, EffectKind kind, string handler, EffectOptions<TArguments>? options = null)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentException.ThrowIfNullOrWhiteSpace(handler);
        if (kind == EffectKind.Reconcilable) throw new ArgumentException("A handler cannot be asked what it did. Let a tool with code of its own call it, or say what else it is.", nameof(kind));
        return new Effect<TArguments, object?>(tool, kind, options ?? new(), static (_, _) => throw new InvariantException("A handler is called by the run."), handler: handler);
    }

    static Effect<TArguments, TResult> Make<TArguments, TResult>(Tool<TArguments> tool, EffectKind kind, Func<TArguments, EffectContext, Task<TResult>> act, EffectOptions<TArguments>? options)
        where TArguments : notnull
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(act);
        return new(tool, kind, options ?? new(), act);
    }
}
