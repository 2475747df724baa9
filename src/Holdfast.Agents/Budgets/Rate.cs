namespace Holdfast.Agents;

/// <summary>
/// How often something may happen: <paramref name="Count"/> times at once after a rest, and from then on that many in each <paramref name="Time"/>, spread evenly. So within one <paramref name="Time"/> there may be up
/// to twice <paramref name="Count"/> less one. Everything that names the same rate shares it, in all runs, also after restarts.
/// </summary>
/// <param name="Name">What is counted, such as the name of a tool, of a principal or of a provider.</param>
/// <param name="Count">How many.</param>
/// <param name="Time">In which time.</param>
public sealed record Rate(string Name, int Count, TimeSpan Time)
{
    /// <summary>Far more than anybody spreads calls over, and far less than the calendar has.</summary>
    static readonly TimeSpan TimeMax = TimeSpan.FromDays(3_650);

    /// <summary>What is wrong with it, as the end of a sentence: it would let everything through, or nothing ever. Null for nothing.</summary>
    internal string? Problem =>
        string.IsNullOrWhiteSpace(Name) ? "a rate without a name. Say what is counted: everything that names the same rate shares it."
        : Count < 1 ? $"the rate '{Name}' of {Count} in {Time}, with which it could never be called. Count at least one."
        : Time <= TimeSpan.Zero ? $"the rate '{Name}' of {Count} in {Time}, which would bound nothing. Give it a time."
        : Time > TimeMax ? $"the rate '{Name}' of {Count} in {Time}, which is longer than the ten years that can be counted. What is to be done once has an Identity."
        : null;

    /// <summary>What is wrong with it beside another one, as the end of a sentence: they count in one place, and the larger one would find used up what the smaller one counts. Null for nothing.</summary>
    internal string? DiscordWith(Rate other) =>
        other.Name != Name || other == this ? null
        : $"the rate '{Name}' of {Count} in {Time} and of {other.Count} in {other.Time}. Everything that names the same rate shares it, and with two sizes one would lock the other out: give one of them another name.";
}
