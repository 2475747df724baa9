using System.Linq.Expressions;
using System.Text.Json;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents.Policies;

/// <summary>Compiles the condition of a rule that was read as JSON to a predicate on the tool's record.</summary>
static class Condition
{
    static readonly string[] Words = ["and", "or", "not"];

    public static Func<TArguments, bool> Compile<TArguments>(JsonElement condition, TypePlan plan)
    {
        var record = Expression.Parameter(typeof(TArguments), "arguments");
        return Expression.Lambda<Func<TArguments, bool>>(Read(condition, "/when", record, plan), record).Compile();
    }

    static Expression Read(JsonElement condition, string at, Expression record, TypePlan plan)
    {
        if (condition.ValueKind == JsonValueKind.Array) return ReadComparison(condition, at, record, plan);
        if (condition.ValueKind != JsonValueKind.Object || condition.EnumerateObject().ToList() is not [var only]) throw Shape(at);
        var inner = JsonPointer.Append(at, only.Name);
        switch (only.Name)
        {
            case "not": return Expression.Not(Read(only.Value, inner, record, plan));
            case "and": return All(only.Value, inner, record, plan).Aggregate(Expression.AndAlso);
            case "or": return All(only.Value, inner, record, plan).Aggregate(Expression.OrElse);
            default: throw new GateFormatException($"there is no '{only.Name}'{NearNames.Of(only.Name, Words)}", inner);
        }
    }

    static List<Expression> All(JsonElement conditions, string at, Expression record, TypePlan plan)
    {
        if (conditions.ValueKind != JsonValueKind.Array || conditions.GetArrayLength() == 0) throw new GateFormatException("must be a list of conditions", at);
        return [.. conditions.EnumerateArray().Index().Select(c => Read(c.Item, JsonPointer.Append(at, c.Index), record, plan))];
    }

    static Expression ReadComparison(JsonElement condition, string at, Expression record, TypePlan plan)
    {
        if (condition.GetArrayLength() != 3 || condition[0].ValueKind != JsonValueKind.String || condition[1].ValueKind != JsonValueKind.String) throw Shape(at);
        return FieldPath.Find(condition[0].GetString()!, $"{at}/0", record, plan).Compare(condition[1].GetString()!, condition[2], at);
    }

    static GateFormatException Shape(string at) => new("""a condition is a list as ["field", "==", literal], or an object that has one of "and", "or", "not" and nothing else""", at);
}
