namespace Holdfast.Agents;

/// <summary>What a call took, as its provider counts. What the provider did not say is null, and null is not zero.</summary>
/// <param name="InputTokens">Tokens of the request, those from the provider's cache among them.</param>
/// <param name="OutputTokens">Tokens of the answer.</param>
/// <param name="CachedTokens">How many of the input tokens came from the cache.</param>
public sealed record Usage(long? InputTokens, long? OutputTokens, long? CachedTokens)
{
    /// <summary>Nothing is known.</summary>
    public static Usage Unknown { get; } = new(null, null, null);

    /// <summary>Both together; a sum with something unknown is unknown.</summary>
    /// <param name="one">The one.</param>
    /// <param name="other">The other.</param>
    public static Usage operator +(Usage one, Usage other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new(one.InputTokens + other.InputTokens, one.OutputTokens + other.OutputTokens, one.CachedTokens + other.CachedTokens);
    }

    /// <summary>What a provider said, without what cannot be: less than nothing, a request without a token, as servers say that do not count, more from the cache than there was, or more than can be added up.</summary>
    internal static Usage Plausible(long? input, long? output, long? cached)
    {
        var (knownInput, knownOutput) = (input is > 0 and <= Spending.CountedMax ? input : null, output is >= 0 and <= Spending.CountedMax ? output : null);
        return new(knownInput, knownOutput, cached >= 0 && cached <= knownInput ? cached : null);
    }
}
