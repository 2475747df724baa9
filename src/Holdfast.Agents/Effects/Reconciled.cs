namespace Holdfast.Agents;

/// <summary>What the world says of a call that was cut off. Make one with <see cref="Reconciled"/>.</summary>
public sealed class Reconciled<TResult>
{
    internal Reconciled(bool? happened, TResult? result) => (Happened, Result) = (happened, result);

    /// <summary>Whether it happened; null when nobody can say yet.</summary>
    internal bool? Happened { get; }

    internal TResult? Result { get; }
}

/// <summary>The answers that a tool's reconciliation can give.</summary>
public static class Reconciled
{
    /// <summary>It happened, with this result. It does not run again.</summary>
    public static Reconciled<TResult> Happened<TResult>(TResult result) => new(true, result);

    /// <summary>It did not happen, and what was sent cannot happen later either. It runs again.</summary>
    public static Reconciled<TResult> DidNotHappen<TResult>() => new(false, default);

    /// <summary>Nobody can say. The call stays in doubt, and the world is asked again later.</summary>
    public static Reconciled<TResult> Unknown<TResult>() => new(null, default);
}
