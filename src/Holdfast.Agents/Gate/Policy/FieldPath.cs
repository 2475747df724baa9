using System.Linq.Expressions;
using System.Text.Json;
using Holdfast.Agents.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents.Policies;

/// <summary>A field of a record as a rule names it, with dots for records within. What may be null on the way there is looked at first.</summary>
sealed class FieldPath
{
    readonly string _path;
    readonly TypePlan _plan;
    readonly Expression _value;
    readonly List<Expression> _isThere;

    FieldPath(string path, TypePlan plan, Expression value, List<Expression> isThere) => (_path, _plan, _value, _isThere) = (path, plan, value, isThere);

    public static FieldPath Find(string path, string at, Expression record, TypePlan plan)
    {
        var isThere = new List<Expression>();
        var value = record;
        foreach (var name in path.Split('.'))
        {
            var property = plan.Properties.FirstOrDefault(p => p.Name == name)
                ?? throw new GateFormatException($"there is no field '{name}'{HintOf(name, plan)}", at);
            value = property.Place.In(value);
            plan = property.Plan;
            if (!plan.Schema.IsNullable) continue;
            isThere.Add(Expression.NotEqual(value, Expression.Constant(null, value.Type)));
            if (Nullable.GetUnderlyingType(value.Type) is not null) value = Expression.Property(value, "Value");
        }
        return new(path, plan, value, isThere);
    }

    static string HintOf(string name, TypePlan plan) =>
        plan.Properties.Count == 0 ? "; the value before it has no fields"
        : plan.Properties.FirstOrDefault(p => p.Name.StartsWith($"{name}.", StringComparison.Ordinal)) is { } dotted ? $"; '{dotted.Name}' has a dot in its name, and only a rule in C# can be about it"
        : NearNames.Of(name, plan.Properties.Select(static p => p.Name));

    /// <summary>A comparison with a literal. With a value that is not there every comparison is false, and so != is true.</summary>
    public Expression Compare(string op, JsonElement literal, string at)
    {
        var (opAt, literalAt) = ($"{at}/1", $"{at}/2");
        if (literal.ValueKind == JsonValueKind.Null) return CompareNull(op, opAt, literalAt);
        return op switch
        {
            "==" => There(Equal(literal, literalAt, opAt)),
            "!=" => Expression.Not(There(Equal(literal, literalAt, opAt))),
            "in" => There(In(literal, literalAt, opAt)),
            "contains" => There(Contains(literal, literalAt, opAt)),
            _ => There(Expression.MakeBinary(OrderOf(op, opAt), _value, Literals.Read(literal, _plan, literalAt))),
        };
    }

    Expression Equal(JsonElement literal, string literalAt, string opAt)
    {
        CheckScalar(opAt);
        return Expression.Equal(_value, Literals.Read(literal, _plan, literalAt));
    }

    /// <summary>Looked up in a set: a list may be as long as a register of all that is embargoed.</summary>
    Expression In(JsonElement literals, string literalAt, string opAt)
    {
        if (literals.ValueKind != JsonValueKind.Array || literals.GetArrayLength() == 0) throw new GateFormatException("must be a list of literals", literalAt);
        CheckScalar(opAt);
        var values = Array.CreateInstance(_value.Type, literals.GetArrayLength());
        foreach (var (index, literal) in literals.EnumerateArray().Index())
        {
            var at = JsonPointer.Append(literalAt, index);
            if (literal.ValueKind == JsonValueKind.Null) throw OnlyEqual(at);
            values.SetValue(Literals.Read(literal, _plan, at).Value, index);
        }
        var set = Activator.CreateInstance(typeof(HashSet<>).MakeGenericType(_value.Type), [values])!;
        return Expression.Call(Expression.Constant(set), nameof(HashSet<>.Contains), null, _value);
    }

    void CheckScalar(string opAt)
    {
        if (!IsScalar(_plan)) throw new GateFormatException($"'{_path}' is {(_plan.Items is null ? "an object; name a field of it" : "a list; ask whether it contains something")}", opAt);
    }

    static GateFormatException OnlyEqual(string at) => new("null is only compared with == and !=", at);

    Expression Contains(JsonElement literal, string literalAt, string opAt)
    {
        if (_plan.Items is not { } items || !IsScalar(items)) throw new GateFormatException($"'{_path}' is no list of texts, numbers or words", opAt);
        return Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [items.Type], _value, Expression.Convert(Literals.Read(literal, items, literalAt), items.Type));
    }

    Expression CompareNull(string op, string opAt, string literalAt)
    {
        if (op is not ("==" or "!=")) throw OnlyEqual(opAt);
        if (_isThere.Count == 0) throw new GateFormatException($"'{_path}' is never null", literalAt);
        var isThere = _isThere.Aggregate(Expression.AndAlso);
        return op == "!=" ? isThere : Expression.Not(isThere);
    }

    ExpressionType OrderOf(string op, string opAt)
    {
        ExpressionType? order = op switch
        {
            "<" => ExpressionType.LessThan,
            "<=" => ExpressionType.LessThanOrEqual,
            ">" => ExpressionType.GreaterThan,
            ">=" => ExpressionType.GreaterThanOrEqual,
            _ => null,
        };
        if (order is null) throw new GateFormatException($"there is no operator '{op}'; there are ==, !=, <, <=, >, >=, in, contains", opAt);
        var type = _value.Type;
        var isOrdered = type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || (!type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal);
        return isOrdered ? order.Value : throw new GateFormatException($"'{_path}' is no number and no date, so it has no order", opAt);
    }

    Expression There(Expression comparison) => _isThere.Append(comparison).Aggregate(Expression.AndAlso);

    static bool IsScalar(TypePlan plan) => plan.Schema.Type is not ("object" or "array");
}
