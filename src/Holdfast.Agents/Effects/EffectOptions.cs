namespace Holdfast.Agents;

/// <summary>Settings of a tool's code.</summary>
public sealed record EffectOptions<TArguments>
{
    /// <summary>How long one try may take. Default: one minute. After it, a tool that changes the world and knows no key is in doubt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// For how long what a try has sent may still take effect after the try was cut off: a request that timed out may lie in a queue, or be carried out at this moment. Before that the world is not asked whether it
    /// happened, for its no would not be the last word, neither for its run nor, once that has ended, for whoever asks in its place. Default: 10 seconds. Looked at for reconcilable tools only.
    /// </summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When a try that failed is followed by another. Default: that of steps. Tools that are in doubt after a failure are not tried again by it.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>
    /// What the call is about, such as the number of an invoice: of one thing the tool is carried out once, whoever proposes it again, in any run. Null: two calls of one run with equal
    /// arguments are the same call. A call that failed does not count. Not looked at for tools that change nothing.
    /// </summary>
    public Func<TArguments, string>? Identity { get; init; }

    /// <summary>Whether two calls with equal arguments are two calls. Default: no. Then the second one is refused.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>What the call may cost at most, besides one call and its time. It is reserved before; null reserves neither money nor tokens.</summary>
    public Func<TArguments, Spending>? CostMax { get; init; }

    /// <summary>How often it may be called. Default: as often as wanted.</summary>
    public IReadOnlyList<Rate> Rates { get; init; } = [];
}
