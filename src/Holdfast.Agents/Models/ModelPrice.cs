namespace Holdfast.Agents;

/// <summary>What a model costs, in whatever money you count in, for each million tokens.</summary>
/// <param name="Input">A million tokens of requests.</param>
/// <param name="Output">A million tokens of answers.</param>
/// <param name="CachedInput">A million tokens of requests that the provider had in its cache; null if they cost as much as others.</param>
/// <exception cref="ArgumentOutOfRangeException">One of them is less than nothing, or more than 1,000,000,000.</exception>
public sealed record ModelPrice(decimal Input, decimal Output, decimal? CachedInput = null)
{
    const decimal Million = 1_000_000;

    /// <summary>A million tokens of requests.</summary>
    public decimal Input { get; init => field = Checked(value, nameof(Input)); } = Checked(Input, nameof(Input));

    /// <summary>A million tokens of answers.</summary>
    public decimal Output { get; init => field = Checked(value, nameof(Output)); } = Checked(Output, nameof(Output));

    /// <summary>A million tokens of requests that the provider had in its cache; null if they cost as much as others.</summary>
    public decimal? CachedInput { get; init => field = CheckedIfAny(value, nameof(CachedInput)); } = CheckedIfAny(CachedInput, nameof(CachedInput));

    /// <summary>What a call cost; null where the provider did not say what it took. If only the part from the cache is unknown, all input counts as what costs more.</summary>
    /// <param name="usage">What it took.</param>
    public decimal? CostOf(Usage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (usage is not { InputTokens: { } input, OutputTokens: { } output }) return null;
        var cached = usage.CachedTokens ?? (CachedInput > Input ? input : 0);
        return (((input - cached) * Input) + (cached * (CachedInput ?? Input)) + (output * Output)) / Million;
    }

    static decimal? CheckedIfAny(decimal? price, string name) => price is { } there ? Checked(there, name) : null;

    /// <summary>What costs less than nothing would fill an account, and more than an account counts for one call nothing costs.</summary>
    static decimal Checked(decimal price, string name) =>
        price is >= 0 and <= Spending.MoneyMax ? price : throw new ArgumentOutOfRangeException(name, price, "A million tokens cost from nothing to 1,000,000,000. Say how much.");
}
