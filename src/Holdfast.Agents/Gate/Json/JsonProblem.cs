namespace Holdfast.Agents.Json;

/// <summary>Why a text is not JSON, or nothing.</summary>
/// <param name="At">The byte at which it showed.</param>
/// <param name="What">A clause for the reader; null where the text is JSON.</param>
readonly record struct JsonProblem(int At, string? What)
{
    public bool IsNone => What is null;

    public override string ToString() => $"at byte {At}, {What}";
}
