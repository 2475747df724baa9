using Holdfast.Agents.Json;

namespace Holdfast.Agents.Records;

/// <summary>
/// Looks whether a value is what the schema of its own type says. JSON that fits may make one that is not: by what its type begins with where something is left out, or by the nearest number that there is.
/// </summary>
static class OwnSchema
{
    /// <summary>Notes on the tape what is wrong with a value. The tape holds its JSON afterwards.</summary>
    public static void Check(JsonTape tape, TypePlan plan, object? value)
    {
        var writer = new CanonicalWriter { MarksWhatHasNone = true };
        plan.Converter.WriteObject(writer, value);
        var problem = tape.Load(writer.ToArray());
        if (!problem.IsNone)
        {
            tape.Flaws.Add("", $"becomes something that is not JSON: {problem}");
            return;
        }
        tape.IsWhole = true;
        plan.Schema.Check(tape, 0);
    }

    /// <summary>Whether it is; no where the value's own code throws.</summary>
    public static bool Fits(TypePlan plan, object? value)
    {
        var tape = new JsonTape();
        try
        {
            Check(tape, plan, value);
        }
        catch (Exception)
        {
            return false;
        }
        return tape.Flaws.Count == 0;
    }
}
