using System.Linq.Expressions;
using System.Text.Json;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents.Policies;

/// <summary>Compiles the condition of a rule that was read as JSON to a predicate on the tool's record.</summary>
static class Condition
{
    /// <summary>More in one rule than anybody can read, and less than would be too deep to compile.</summary>
    const int CountMax = 1_000;

    static readonly string[] Words = ["and", "or", "not"];

    public static Func<TArguments, bool> Compile<TArguments>(JsonElement condition, TypePlan plan)
    {
        var record = Expression.Parameter(typeof(TArguments), "arguments");
        var left = CountMax;
        return Expression.Lambda<Func<TArguments, bool>>(Read(condition, "/when", record, plan, ref left), record).Compile();
    }

    static Expression Read(JsonElement condition, string at, Expression record, TypePlan plan, ref int left)
    {
        if (left-- == 0) throw new GateFormatException($"a rule has at most {CountMax} conditions; make several rules of it, or compare a field with a list by \"in\", which may be longer", at);
        if (condition.ValueKind == JsonValueKind.Array) return ReadComparison(condition, at, record, plan);
        if (condition.ValueKind != JsonValueKind.Object || condition.EnumerateObject().ToList() is not [var only]) throw Shape(at);
        var inner = JsonPointer.Append(at, only.Name);
        switch (only.Name)
        {
            case "not": return Expression.Not(Read(only.Value, inner, record, plan, ref left));
            case "and": return Joined(All(only.Value, inner, record, plan, ref left), Expression.AndAlso);
            case "or": return Joined(All(only.Value, inner, record, plan, ref left), Expression.OrElse);
            default: throw new GateFormatException($"there is no '{only.Name}'{NearNames.Of(only.Name, Words)}", inner);
        }
    }

    static Expression[] All(JsonElement conditions, string at, Expression record, TypePlan plan, ref int left)
    {
        if (conditions.ValueKind != JsonValueKind.Array || conditions.GetArrayLength() == 0) throw new GateFormatException("must be a list of conditions", at);
        var all = new List<Expression>();
        foreach (var (index, condition) in conditions.EnumerateArray().Index()) all.Add(Read(condition, JsonPointer.Append(at, index), record, plan, ref left));
        return [.. all];
    }

    /// <summary>In the order in which they stand, as a tree that is as deep as their number has digits: what compiles it goes down to its leaves.</summary>
    static Expression Joined(ReadOnlySpan<Expression> parts, Func<Expression, Expression, Expression> join) =>
        parts.Length == 1 ? parts[0] : join(Joined(parts[..(parts.Length / 2)], join), Joined(parts[(parts.Length / 2)..], join));

    static Expression ReadComparison(JsonElement condition, string at, Expression record, TypePlan plan)
    {
        if (condition.GetArrayLength() != 3 || condition[0].ValueKind != JsonValueKind.String || condition[1].ValueKind != JsonValueKind.String) throw Shape(at);
        return FieldPath.Find(condition[0].GetString()!, $"{at}/0", record, plan).Compare(condition[1].GetString()!, condition[2], at);
    }

    static GateFormatException Shape(string at) => new("""a condition is a list as ["field", "==", literal], or an object that has one of "and", "or", "not" and nothing else""", at);
}
