namespace Holdfast.Agents;

/// <summary>What is wrong with a proposal, up to as much as a model can use at once.</summary>
sealed class Flaws
{
    const int Max = 8;

    readonly List<Flaw> _flaws = [];

    public int Count => _flaws.Count;

    public bool IsFull => _flaws.Count == Max;

    public void Add(string pointer, string what)
    {
        if (!IsFull) _flaws.Add(new(pointer, what));
    }

    public void Clear() => _flaws.Clear();

    public Flaw[] ToArray() => [.. _flaws];
}
