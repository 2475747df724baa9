namespace Holdfast.Agents;

/// <summary>What a model is told, so that it can mend its proposal.</summary>
public sealed class Repair
{
    readonly string _heading;

    internal Repair(string heading, IReadOnlyList<Flaw> flaws, int attemptsLeft) => (_heading, Flaws, AttemptsLeft) = (heading, flaws, attemptsLeft);

    /// <summary>The reason as a text for the model. It repeats no value of the proposal, only names.</summary>
    public string Reason => Flaws.Count == 0 ? _heading : $"{_heading}\n{string.Join('\n', Flaws.Select(static f => $"- {f}"))}";

    /// <summary>The flaws one by one; none where the proposal could not be read at all.</summary>
    public IReadOnlyList<Flaw> Flaws { get; }

    /// <summary>How many attempts the model has after the one that it is asked for: hand it to the gate with the next proposal.</summary>
    public int AttemptsLeft { get; }
}
