namespace Holdfast.Agents;

/// <summary>
/// A tool that a handler carries out, which workflows run by its name, in this process or elsewhere. The engine keeps the call itself: it is tried again with the handler's own key, and one that must not be
/// repeated is in doubt there, for <c>ResolveInDoubtAsync</c>.
/// </summary>
sealed class CalledEffect<TArguments>(Tool<TArguments> tool, EffectKind kind, string handler, EffectOptions<TArguments> options) : Effect(tool, kind)
    where TArguments : notnull
{
    readonly Effect<TArguments, object?> _rest = new(tool, kind, options, static (_, _) => throw new InvariantException("A handler is called by the run."));

    internal override string? Handler => handler;

    internal override TimeSpan Timeout => options.Timeout;

    internal override RetryPolicy Retry => options.Retry;

    internal override IReadOnlyList<Rate> Rates => options.Rates;

    internal override Task<string> ActAsync(object arguments, EffectContext context) => throw new InvariantException("A handler is called by the run.");

    internal override Task<(bool? Happened, string Json)> AskAsync(object arguments, EffectContext context) => throw new InvariantException("A handler is called by the run.");

    internal override string? IdentityOf(RunId run, Call call) => _rest.IdentityOf(run, call);

    internal override Spending CostMaxOf(object arguments) => _rest.CostMaxOf(arguments);
}
