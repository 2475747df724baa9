namespace Holdfast.Agents;

/// <summary>A record that a model answered with.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="Value">The record: it fits its schema, and every attribute on it holds.</param>
/// <param name="Replies">All answers up to that one, which has cost what all of them cost.</param>
public sealed record ModelAnswer<T>(T Value, IReadOnlyList<ModelReply> Replies)
    where T : notnull
{
    /// <summary>What all answers together took.</summary>
    public Usage Usage => Replies.Select(static r => r.Usage).Aggregate(static (sum, next) => sum + next);
}
