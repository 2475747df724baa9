using System.Linq.Expressions;
using System.Text;
using System.Text.Json;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents.Policies;

/// <summary>
/// Literals of rules, read as a field's own values are. One that the field's schema does not allow is refused: a rule with it would never, or always, be about
/// a call, and whoever wrote it thinks otherwise.
/// </summary>
static class Literals
{
    public static ConstantExpression Read(JsonElement literal, TypePlan plan, string at)
    {
        var tape = new JsonTape();
        var problem = tape.Load(Encoding.UTF8.GetBytes(literal.GetRawText()));
        if (!problem.IsNone) throw new GateFormatException($"the literal cannot be read: {problem}", at);
        plan.Schema.Check(tape, 0);
        var value = tape.Flaws.Count == 0 ? plan.Converter.ReadObject(tape, 0) : null;
        if (tape.Flaws.Count == 0 && plan.MayMisfit) OwnSchema.Check(tape, plan, value);
        if (tape.Flaws.Count > 0) throw new GateFormatException($"the literal {tape.Flaws.ToArray()[0].What}, as the field's values", at);
        return Expression.Constant(value, Nullable.GetUnderlyingType(plan.Type) ?? plan.Type);
    }
}
