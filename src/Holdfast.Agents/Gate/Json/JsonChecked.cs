using System.Text.Json;

namespace Holdfast.Agents.Json;

/// <summary>Reads what a gate is made of as strictly as what it judges: no name twice, and no half of a surrogate pair, which would be an exception wherever the text is asked for.</summary>
static class JsonChecked
{
    /// <param name="utf8">The text.</param>
    /// <param name="told">What is wrong, for whoever wrote it.</param>
    /// <exception cref="GateFormatException">It is not JSON.</exception>
    public static JsonDocument Parse(byte[] utf8, Func<JsonProblem, string> told)
    {
        var problem = new JsonTape().Load(utf8);
        return problem.IsNone ? JsonDocument.Parse(utf8) : throw new GateFormatException(told(problem), "");
    }
}
