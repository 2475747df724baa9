using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Tests.PublicApi;

/// <summary>Names of types as C# writes them, with what may be null.</summary>
static class ApiNames
{
    static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
        [typeof(char)] = "char", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    static readonly NullabilityInfoContext Nullability = new();

    public static string Of(ParameterInfo parameter)
    {
        lock (Nullability) return Of(parameter.ParameterType, Nullability.Create(parameter));
    }

    public static string Of(PropertyInfo property)
    {
        lock (Nullability) return Of(property.PropertyType, Nullability.Create(property));
    }

    public static string Of(FieldInfo field)
    {
        lock (Nullability) return Of(field.FieldType, Nullability.Create(field));
    }

    public static string Of(Type type) => Of(type, null);

    /// <summary>With its namespace and its own type parameters, as it is declared.</summary>
    public static string Full(Type type) => (type.DeclaringType is { } outer ? Full(outer) : type.Namespace) + "." + Simple(type) + Own(type, static a => Variance(a) + a.Name);

    public static string Arguments(MethodInfo method) => method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(static a => a.Name))}>" : "";

    public static string Constraints(MemberInfo member)
    {
        var arguments = member is Type type ? [.. type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0)] : ((MethodInfo)member).IsGenericMethodDefinition ? ((MethodInfo)member).GetGenericArguments() : [];
        return string.Concat(arguments.Select(ConstraintsOf).Where(static c => c.Length > 0).Select(static c => " where " + c));
    }

    public static bool IsReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false);

    static string ConstraintsOf(Type argument)
    {
        var how = argument.GenericParameterAttributes;
        List<string> parts = [];
        if (how.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) parts.Add("struct");
        else if (how.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint)) parts.Add("class");
        parts.AddRange(argument.GetGenericParameterConstraints().Where(static c => c != typeof(ValueType)).Select(Of));
        if (how.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !how.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)) parts.Add("new()");
        return parts.Count == 0 ? "" : $"{argument.Name} : {string.Join(", ", parts)}";
    }

    static string Variance(Type argument) =>
        argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.Covariant) ? "out " : argument.GenericParameterAttributes.HasFlag(GenericParameterAttributes.Contravariant) ? "in " : "";

    static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef) return Of(type.GetElementType()!, nullability?.ElementType ?? nullability);
        if (Nullable.GetUnderlyingType(type) is { } value) return Of(value, nullability?.GenericTypeArguments.FirstOrDefault()) + "?";
        var mark = nullability is { ReadState: NullabilityState.Nullable } or { ReadState: NullabilityState.Unknown, WriteState: NullabilityState.Nullable } && !type.IsValueType ? "?" : "";
        if (type.IsArray) return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        if (type.IsPointer) return Of(type.GetElementType()!, null) + "*";
        if (Keywords.TryGetValue(type, out var keyword)) return keyword + mark;
        // Reflection says of every type parameter without a constraint that it may be null, whatever was written.
        if (type.IsGenericParameter) return type.Name;
        var arguments = type.GetGenericArguments();
        var from = type.DeclaringType is { } outer && !type.IsGenericParameter ? outer.GetGenericArguments().Length : 0;
        var prefix = type.DeclaringType is { } declaring ? Of(declaring.IsGenericTypeDefinition && !type.ContainsGenericParameters ? declaring.MakeGenericType(arguments[..from]) : declaring, null) + "." : "";
        var own = arguments.Skip(from).Select((argument, i) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(from + i))).ToList();
        return prefix + Simple(type) + (own.Count == 0 ? "" : $"<{string.Join(", ", own)}>") + mark;
    }

    static string Own(Type type, Func<Type, string> name)
    {
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select(name).ToList();
        return own.Count == 0 ? "" : $"<{string.Join(", ", own)}>";
    }

    static string Simple(Type type) => type.Name.Split('`')[0];
}
