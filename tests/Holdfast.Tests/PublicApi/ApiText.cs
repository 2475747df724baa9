using System.Globalization;
using System.Reflection;

namespace Holdfast.Tests.PublicApi;

/// <summary>The public API of an assembly as text: one line for each type, indented lines for its members, in an order of their own.</summary>
static class ApiText
{
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly)
    {
        foreach (var type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            yield return TypeLine(type);
            if (typeof(Delegate).IsAssignableFrom(type)) continue;
            foreach (var member in Members(type)) yield return "    " + member;
        }
    }

    static string TypeLine(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type)) return $"delegate {MethodText(type.GetMethod("Invoke")!, ApiNames.Full(type))}";
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => ApiNames.IsReadOnly(type) ? "readonly struct" : "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        var bases = type.GetInterfaces().Where(static i => i.IsVisible)
            .Where(i => type.BaseType is null || !type.BaseType.GetInterfaces().Contains(i)).Select(ApiNames.Of).Order(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum)) bases = bases.Prepend(ApiNames.Of(parent)).ToList().OrderBy(static _ => 0);
        var list = type.IsEnum ? (Enum.GetUnderlyingType(type) == typeof(int) ? "" : $" : {ApiNames.Of(Enum.GetUnderlyingType(type))}") : bases.Any() ? $" : {string.Join(", ", bases)}" : "";
        return $"{kind} {ApiNames.Full(type)}{list}{ApiNames.Constraints(type)}";
    }

    static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum) return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => $"{field.Name} = {Value(field.GetRawConstantValue())}");
        return type.GetMembers(Declared).Select(Line).OfType<string>().Order(StringComparer.Ordinal);
    }

    static string? Line(MemberInfo member) => member switch
    {
        // What the compiler names for itself cannot be called from C#.
        { Name: var name } when name.Contains('<', StringComparison.Ordinal) => null,
        ConstructorInfo { IsStatic: false } constructor when IsSeen(constructor) => $"{Access(constructor)}new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when IsSeen(method) => Modifiers(method) + MethodText(method, method.Name),
        MethodInfo method when IsSeen(method) && method.Name.StartsWith("op_", StringComparison.Ordinal) => Modifiers(method) + MethodText(method, method.Name),
        PropertyInfo property when Accessor(property) is { } accessor => Modifiers(accessor) + PropertyText(property),
        FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly =>
            $"{(field.IsPublic ? "" : "protected ")}{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{ApiNames.Of(field)} {field.Name}{(field.IsLiteral ? $" = {Value(field.GetRawConstantValue())}" : "")}",
        EventInfo @event when IsSeen(@event.AddMethod!) => $"{Modifiers(@event.AddMethod!)}event {ApiNames.Of(@event.EventHandlerType!)} {@event.Name}",
        _ => null,
    };

    static bool IsSeen(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    static MethodInfo? Accessor(PropertyInfo property) => IsSeen(property.GetMethod) ? property.GetMethod : IsSeen(property.SetMethod) ? property.SetMethod : null;

    static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    static string Modifiers(MethodInfo method)
    {
        var isNew = method.IsVirtual && method.GetBaseDefinition() == method;
        var how = method.DeclaringType!.IsInterface ? (method.IsAbstract ? "" : "virtual ")
            : method.IsAbstract ? "abstract "
            : method.IsVirtual && !isNew ? (method.IsFinal && !method.DeclaringType.IsSealed ? "sealed override " : "override ")
            : method.IsVirtual && !method.IsFinal ? "virtual "
            : "";
        return $"{Access(method)}{(method.IsStatic ? "static " : "")}{how}";
    }

    static string MethodText(MethodInfo method, string name) =>
        $"{ApiNames.Of(method.ReturnParameter)} {name}{ApiNames.Arguments(method)}({Parameters(method)}){ApiNames.Constraints(method)}";

    static string PropertyText(PropertyInfo property)
    {
        var setter = !IsSeen(property.SetMethod) ? ""
            : property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Any(static m => m.Name == "IsExternalInit") ? " init;"
            : property.SetMethod.IsPublic || property.GetMethod is not { IsPublic: true } ? " set;" : " protected set;";
        var isRequired = property.CustomAttributes.Any(static a => a.AttributeType.Name == "RequiredMemberAttribute");
        var name = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        return $"{(isRequired ? "required " : "")}{ApiNames.Of(property)} {name} {{{(IsSeen(property.GetMethod) ? " get;" : "")}{setter} }}";
    }

    static string Parameters(MethodBase method)
    {
        var list = string.Join(", ", method.GetParameters().Select(Parameter));
        return method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), inherit: false) ? $"this {list}" : list;
    }

    static string Parameter(ParameterInfo parameter)
    {
        var how = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        if (parameter.CustomAttributes.Any(static a => a.AttributeType.Name is "ParamArrayAttribute" or "ParamCollectionAttribute")) how = "params ";
        return $"{how}{ApiNames.Of(parameter)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Value(parameter.RawDefaultValue)}" : "")}";
    }

    static string Value(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
