using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Agents.Records;

/// <summary>What of a class, struct or record is set, and by what.</summary>
static class RecordShape
{
    /// <summary>The constructor that is called; null for a struct without one.</summary>
    public static ConstructorInfo? ConstructorOf(Type type)
    {
        var all = type.GetConstructors();
        if (Array.Find(all, static c => c.IsDefined(typeof(JsonConstructorAttribute))) is { } chosen) return chosen;
        if (all.Length == 1) return all[0];
        if (Array.Find(all, static c => c.GetParameters().Length == 0) is { } plain) return plain;
        return all.Length == 0 && type.IsValueType ? null : throw new FormatException($"{type.Name} has no single public constructor; mark one with [JsonConstructor]");
    }

    /// <summary>Refuses a type that says of itself what the gate would pass over.</summary>
    public static void RefuseWhatNobodyChecks(Type type)
    {
        if (typeof(IValidatableObject).IsAssignableFrom(type)) throw new FormatException($"{type.Name} is an IValidatableObject, which the gate does not ask; use Tool.Require");
        if (type.GetCustomAttributes<ValidationAttribute>().FirstOrDefault() is { } attribute) throw new FormatException($"{type.Name} has [{attribute.GetType().Name}], which the gate does not check; use Tool.Require");
        if (type.GetFields(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault() is { } field) throw new FormatException($"{type.Name} has the public field '{field.Name}', which would never be set; make it a property");
    }

    /// <summary>The properties in their order, each with the parameter that sets it.</summary>
    public static IEnumerable<(PropertyInfo Property, ParameterInfo? Parameter)> PropertiesOf(Type type, ConstructorInfo? constructor)
    {
        var parameters = constructor?.GetParameters() ?? [];
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0).ToList();
        foreach (var parameter in parameters)
        {
            if (!properties.Exists(p => IsSetBy(p, parameter)))
                throw new FormatException($"the constructor of {type.Name} takes '{parameter.Name}', and there is no property of that name and type to read it from");
        }
        return
            from property in properties
            let parameter = Array.Find(parameters, p => IsSetBy(property, p))
            where parameter is not null || property.SetMethod is { IsPublic: true }
            select (property, parameter);
    }

    public static bool IsRequired(PropertyInfo property) => property.IsDefined(typeof(RequiredMemberAttribute));

    public static string JsonName(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    /// <summary>What a constructor is given for a value that is not there.</summary>
    public static object? MissingOf(Type type, ParameterInfo? parameter)
    {
        var none = type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : null;
        if (parameter is not { HasDefaultValue: true, DefaultValue: { } missing }) return Nullable.GetUnderlyingType(type) is null ? none : null;
        var enumType = Nullable.GetUnderlyingType(type) ?? type;
        return enumType.IsEnum ? Enum.ToObject(enumType, missing) : missing;
    }

    static bool IsSetBy(PropertyInfo property, ParameterInfo parameter) => property.PropertyType == parameter.ParameterType && string.Equals(property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase);
}
