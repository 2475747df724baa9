namespace Holdfast.Agents;

/// <summary>What a model costs, in whatever money you count in, for each million tokens.</summary>
/// <param name="Input">A million tokens of requests.</param>
/// <param name="Output">A million tokens of answers.</param>
/// <param name="CachedInput">A million tokens of requests that the provider had in its cache; null if they cost as much as others.</param>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CachedInput = null)
{
    const decimal Million = 1_000_000;

    /// <summary>What a call cost; null where the provider did not say what it took. If only the part from the cache is unknown, all input counts in full.</summary>
    /// <param name="usage">What it took.</param>
    public decimal? CostOf(Usage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (usage is not { InputTokens: { } input, OutputTokens: { } output }) return null;
        var cached = usage.CachedTokens ?? 0;
        return (((input - cached) * Input) + (cached * (CachedInput ?? Input)) + (output * Output)) / Million;
    }
}
