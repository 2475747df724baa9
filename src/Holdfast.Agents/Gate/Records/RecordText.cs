using System.Diagnostics.CodeAnalysis;
using Holdfast.Agents.Json;

namespace Holdfast.Agents.Records;

/// <summary>Records as whole texts: what is not the call of a tool.</summary>
static class RecordText
{
    /// <param name="plan">The record's type.</param>
    /// <param name="utf8">The text.</param>
    /// <param name="what">What it is, for the problem.</param>
    /// <param name="value">The record.</param>
    /// <param name="problem">What is wrong otherwise, in words for a model: it repeats no value.</param>
    public static bool TryRead(TypePlan plan, byte[] utf8, string what, [NotNullWhen(true)] out object? value, [NotNullWhen(false)] out string? problem)
    {
        (value, problem) = (null, null);
        var tape = JsonTape.Rent();
        try
        {
            var unreadable = tape.Load(utf8);
            if (!unreadable.IsNone) problem = $"The {what} is not JSON that can be read: {unreadable}.";
            else
            {
                plan.Schema.Check(tape, 0);
                if (tape.Flaws.Count == 0) value = plan.Converter.ReadObject(tape, 0);
                if (tape.Flaws.Count == 0 && plan.MayMisfit) OwnSchema.Check(tape, plan, value);
                if (tape.Flaws.Count > 0) problem = $"The {what} is not what it must be:\n{string.Join('\n', tape.Flaws.ToArray().Select(static f => $"- {f}"))}\n";
            }
        }
        catch (Exception error)
        {
            problem = $"Making the {plan.Type.Name} of it threw {error.GetType().Name}.";
        }
        finally
        {
            tape.Return();
        }
        if (problem is null && value is null) problem = $"The {what} is nothing.";
        return problem is null;
    }

    public static byte[] Write(TypePlan plan, object value)
    {
        var writer = new CanonicalWriter();
        plan.Converter.WriteObject(writer, value);
        return writer.ToArray();
    }
}
