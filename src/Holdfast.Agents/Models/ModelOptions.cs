namespace Holdfast.Agents;

/// <summary>Settings of a request.</summary>
public sealed record ModelOptions
{
    /// <summary>How freely the model chooses its words; null for what its provider takes to be right. Not every model knows it.</summary>
    public float? Temperature { get; init; }

    /// <summary>How many tokens it may answer with; null for its provider's limit. It is what a budget can count on before the call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none, or less: nothing could be answered with it.</exception>
    public int? OutputTokensMax
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(OutputTokensMax), value, "A model needs at least one token to answer with. Say null for its provider's limit.");
    }

    /// <summary>What the text of the answer must be as JSON; null for free text. Providers take it for a wish, so check what comes: <see cref="ModelChain.AskAsync{T}"/> does.</summary>
    public JsonSchema? Answer { get; init; }
}
