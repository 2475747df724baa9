using System.Linq.Expressions;
using System.Reflection;
using Holdfast.Agents.Schemas;

namespace Holdfast.Agents.Records;

/// <summary>Plans how C# types stand in JSON. What has no one clear form is refused here, when the tool is made.</summary>
sealed class Planner
{
    readonly NullabilityInfoContext _nullability = new();
    readonly Stack<Type> _around = new();

    /// <exception cref="ArgumentException">The type, or one in it, has no JSON form that the gate knows; the message names the way to it.</exception>
    public static TypePlan Of(Type type)
    {
        try
        {
            var plan = new Planner().PlanRecord(type, false, Constraints.DescriptionOf(type));
            return plan;
        }
        catch (FormatException refused)
        {
            throw new ArgumentException($"{refused.Message}.");
        }
    }

    /// <summary>The arguments of a method, but for those that whoever calls it gives.</summary>
    /// <exception cref="ArgumentException">A parameter has no JSON form that the gate knows; the message names it.</exception>
    public static TypePlan Of(MethodInfo method, IReadOnlyList<ParameterInfo> parameters)
    {
        try
        {
            return new Planner().PlanArguments(method, parameters);
        }
        catch (FormatException refused)
        {
            throw new ArgumentException($"{refused.Message}.");
        }
    }

    TypePlan PlanArguments(MethodInfo method, IReadOnlyList<ParameterInfo> parameters)
    {
        if (parameters.Count > ObjectSchema.PropertiesMax) throw new FormatException($"{method.Name} has more than {ObjectSchema.PropertiesMax} parameters");
        var properties = parameters.Select((parameter, i) => PlanPlace(new ArgumentPlace(parameter, i), _nullability.Create(parameter), () => Constraints.Of(parameter), parameter, isRequired: true)).ToArray();
        return Object(typeof(MethodArguments), method.Name, MethodArguments.Create(parameters), properties, isNullable: false, Constraints.DescriptionOf(method));
    }

    TypePlan Plan(Type type, NullabilityInfo nullability, Constraints constraints)
    {
        var underlying = Nullable.GetUnderlyingType(type);
        var isNullable = underlying is not null || (!type.IsValueType && nullability.ReadState != NullabilityState.NotNull);
        var plan = PlanValue(underlying ?? type, nullability, constraints, isNullable);
        if (!isNullable) return plan;
        var converter = underlying is null ? typeof(OptionalConverter<>) : typeof(NullableConverter<>);
        return plan with { Type = type, Converter = Make(converter, [plan.Type], plan.Converter) };
    }

    TypePlan PlanValue(Type type, NullabilityInfo nullability, Constraints constraints, bool isNullable)
    {
        if (Scalars.Plan(type, constraints, isNullable) is { } scalar) return scalar;
        if (constraints.HasRange || constraints.Pattern is not null) throw new FormatException($"has a [Range] or a [RegularExpression], which {type.Name} cannot have");
        if (ItemsOf(type) is { } items)
        {
            var inner = Plan(items, type.IsArray ? nullability.ElementType! : nullability.GenericTypeArguments[0], Constraints.None);
            var converter = type.IsArray ? Make(typeof(ArrayConverter<>), [items], inner.Converter) : Make(typeof(ListConverter<,>), [type, items], inner.Converter);
            return new(type, new ListSchema(inner.Schema) { IsNullable = isNullable, Description = constraints.Description, MinItems = constraints.MinLength, MaxItems = constraints.MaxLength }, converter) { Items = inner, MayMisfit = inner.MayMisfit };
        }
        if (constraints.HasLength) throw new FormatException($"has a length, which {type.Name} cannot have");
        if (ValuesOf(type) is { } values)
        {
            var inner = Plan(values, nullability.GenericTypeArguments[1], Constraints.None);
            return new(type, new MapSchema(inner.Schema) { IsNullable = isNullable, Description = constraints.Description }, Make(typeof(MapConverter<,>), [type, values], inner.Converter)) { MayMisfit = inner.MayMisfit };
        }
        return PlanRecord(type, isNullable, constraints.Description ?? Constraints.DescriptionOf(type));
    }

    TypePlan PlanRecord(Type type, bool isNullable, string? description)
    {
        if (!IsRecord(type)) throw new FormatException($"{type.Name} has no JSON form that the gate knows; use a record of texts, numbers, dates, enums, lists, dictionaries with string keys, and records");
        if (_around.Contains(type)) throw new FormatException($"{type.Name} contains itself, so that its JSON would have no bound");
        RecordShape.RefuseWhatNobodyChecks(type);
        _around.Push(type);
        var constructor = RecordShape.ConstructorOf(type);
        var properties = RecordShape.PropertiesOf(type, constructor).Select(pair => PlanProperty(pair.Property, pair.Parameter)).ToArray();
        _around.Pop();
        if (properties.Length > ObjectSchema.PropertiesMax) throw new FormatException($"{type.Name} has more than {ObjectSchema.PropertiesMax} properties");
        Expression Create(IEnumerable<Expression> values) => constructor is null ? Expression.New(type) : Expression.New(constructor, values);
        return Object(type, type.Name, Create, properties, isNullable, description);
    }

    static TypePlan Object(Type type, string name, Func<IEnumerable<Expression>, Expression> create, PropertyPlan[] properties, bool isNullable, string? description)
    {
        if (properties.GroupBy(static p => p.Name).FirstOrDefault(static g => g.Count() > 1) is { } twice) throw new FormatException($"{name} has two properties that are '{twice.Key}' in JSON");
        var schema = new ObjectSchema([.. properties.Select(static p => new PropertySchema(p.Name, p.Plan.Schema, p.IsRequired))]) { IsNullable = isNullable, Description = description };
        return new(type, schema, Make(typeof(RecordConverter<>), [type], create, properties, schema.Names)) { Properties = properties, MayMisfit = properties.Any(static p => p.MayMisfit) };
    }

    PropertyPlan PlanProperty(PropertyInfo property, ParameterInfo? parameter) => PlanPlace(
        new PropertyPlace(property), _nullability.Create(property), () => Constraints.Of(property, parameter), parameter, parameter is not null || RecordShape.IsRequired(property));

    /// <param name="place">Where the value is.</param>
    /// <param name="nullability">Whether it may be null.</param>
    /// <param name="constraints">What it must be.</param>
    /// <param name="parameter">What it is handed over with; null if it is set afterwards.</param>
    /// <param name="isRequired">Whether it must be there, if it may not be null and has no default.</param>
    PropertyPlan PlanPlace(ValuePlace place, NullabilityInfo nullability, Func<Constraints> constraints, ParameterInfo? parameter, bool isRequired)
    {
        try
        {
            var found = constraints();
            var plan = Plan(place.Type, nullability, found);
            if (plan.Schema.Impossible is { } why) throw new FormatException(why);
            return new(found.Name ?? RecordShape.JsonName(place.Name), place, parameter, plan, isRequired && !plan.Schema.IsNullable && parameter is not { HasDefaultValue: true }, RecordShape.MissingOf(place.Type, parameter));
        }
        catch (FormatException refused) when (!refused.Message.StartsWith(place.Owner + ".", StringComparison.Ordinal))
        {
            throw new FormatException($"{place.Owner}.{place.Name}{(refused.Message.StartsWith("has ", StringComparison.Ordinal) ? " " : ": ")}{refused.Message}");
        }
    }

    static bool IsRecord(Type type) =>
        !type.IsAbstract && !type.IsPrimitive && !type.IsByRefLike && !type.IsPointer && !type.IsGenericTypeDefinition && !typeof(Delegate).IsAssignableFrom(type) && type.Namespace?.Split('.')[0] != "System";

    static Type? ItemsOf(Type type)
    {
        if (type.IsArray) return type.GetArrayRank() == 1 ? type.GetElementType() : null;
        if (!type.IsGenericType || type.GetGenericArguments() is not [var item]) return null;
        return type == typeof(List<>).MakeGenericType(item) || (type.IsInterface && type.IsAssignableFrom(typeof(List<>).MakeGenericType(item))) ? item : null;
    }

    static Type? ValuesOf(Type type)
    {
        if (!type.IsGenericType || type.GetGenericArguments() is not [var key, var value] || key != typeof(string)) return null;
        return type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, value)) && (type.IsInterface || type == typeof(Dictionary<,>).MakeGenericType(key, value)) ? value : null;
    }

    static Converter Make(Type generic, Type[] arguments, params object?[] values) => (Converter)Activator.CreateInstance(generic.MakeGenericType(arguments), values)!;
}
