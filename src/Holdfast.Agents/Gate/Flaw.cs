namespace Holdfast.Agents;

/// <summary>One thing that a proposal's author can mend.</summary>
/// <param name="Pointer">Where, as a JSON pointer into the arguments; empty for the whole of them.</param>
/// <param name="What">What must hold there. It repeats no value of the proposal.</param>
public sealed record Flaw(string Pointer, string What)
{
    /// <summary>Both in one line, as a model is told.</summary>
    public override string ToString() => Pointer.Length == 0 ? What : $"{Pointer} {What}";
}
