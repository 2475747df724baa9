using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Frames.Graph;

namespace Holdfast.Hosting;

/// <summary>
/// Finds what of a type JSON would lose without a word: state that no public member carries, members that are written and cannot be read back, things
/// that are no values at all. Goes by the serializer's own contract of the type, so attributes and converters count. Thread-safe.
/// </summary>
sealed class JsonShape(JsonSerializerOptions options)
{
    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    static readonly Type[] NoValues =
    [
        typeof(Delegate), typeof(Stream), typeof(TextReader), typeof(TextWriter), typeof(Task), typeof(Durable), typeof(CancellationToken), typeof(WaitHandle), typeof(Exception), typeof(nint), typeof(nuint),
    ];

    /// <summary>Written from the top, read from the bottom: they would come back upside down.</summary>
    static readonly Type[] Reversed = [typeof(Stack<>), typeof(ConcurrentStack<>), typeof(System.Collections.Immutable.ImmutableStack<>), typeof(System.Collections.Immutable.IImmutableStack<>)];

    readonly ConcurrentDictionary<Type, string?> _problems = new();

    /// <summary>What of the type would be lost, with the member that holds it; null when it comes back whole.</summary>
    public string? Problem(Type type) => _problems.GetOrAdd(type, t => Look(t, t.Name, []));

    /// <summary>Refuses an object of a derived class where the base class is declared: only the base class's part of it would be written.</summary>
    public static void RefuseDerived(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.PolymorphismOptions is not null) return;
        var before = info.OnSerializing;
        info.OnSerializing = value =>
        {
            before?.Invoke(value);
            for (var type = value.GetType(); type is not null && type != info.Type; type = type.BaseType)
                if (type.GetFields(Declared).Length > 0)
                    throw new NotSupportedException($"A {value.GetType()} stands where a {info.Type} is declared, and what it adds would be lost. Name the class with [JsonDerivedType], or declare it.");
        };
    }

    string? Look(Type type, string path, HashSet<Type> seen)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsPointer || type.IsFunctionPointer || type.IsByRefLike) return $"{path} is a {type}, which is no value.";
        if (!seen.Add(type)) return null;
        JsonTypeInfo info;
        try
        {
            info = options.GetTypeInfo(type);
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            return $"{path}: {error.Message}";
        }
        // Whoever writes a converter answers for it.
        if (info.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly) return null;
        if (Array.Exists(NoValues, t => t.IsAssignableFrom(type))) return $"{path} is a {type}, which is no value. Carry what it is made of instead.";
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => Collection(info, path, seen),
            JsonTypeInfoKind.Object => Members(info, path, seen),
            _ => null,
        };
    }

    string? Collection(JsonTypeInfo info, string path, HashSet<Type> seen)
    {
        if (info.Type.IsGenericType && Array.IndexOf(Reversed, info.Type.GetGenericTypeDefinition()) >= 0) return $"{path} is a stack, which JSON would turn upside down. Carry a list.";
        for (var type = info.Type; type is not null && !KnownTypes.IsFramework(type.Assembly); type = type.BaseType)
            if (typeof(IEnumerable).IsAssignableFrom(type.BaseType) && type.GetFields(Declared).FirstOrDefault(static f => !IsLeftOut(f)) is { } field)
                return $"{path}.{NameOf(field)} stands in a collection, of which JSON carries the items alone. Put the collection into a property of the class.";
        return (info.KeyType is { } key ? Look(key, path + "[key]", seen) : null) ?? (info.ElementType is { } item ? Look(item, path + "[]", seen) : null);
    }

    string? Members(JsonTypeInfo info, string path, HashSet<Type> seen)
    {
        if (info.PolymorphismOptions is { } forms)
        {
            foreach (var form in forms.DerivedTypes)
                if (Look(form.DerivedType, $"{path}({form.DerivedType.Name})", seen) is { } problem) return problem;
        }
        if (info.Type.IsAbstract) return info.PolymorphismOptions is null ? $"{path} is a {info.Type}, and JSON does not tell of which class it was. Name the classes with [JsonDerivedType]." : null;
        var fills = (info.PreferredPropertyObjectCreationHandling ?? options.PreferredObjectCreationHandling) == JsonObjectCreationHandling.Populate;
        var carried = info.Properties.Where(p => IsCarried(p, fills)).ToList();
        if (info.CreateObject is null && !info.Type.IsValueType && !carried.Exists(static p => p.AssociatedParameter is not null))
            return $"{path} is a {info.Type}, which has no constructor that JSON could call. Give it a public one without parameters, or mark one with [JsonConstructor].";
        if (Lost(info, carried, path) is { } lost) return lost;
        foreach (var property in info.Properties)
        {
            if (property.Get is null || property.CustomConverter is not null || (property.AttributeProvider is MemberInfo member && IsLeftOut(member))) continue;
            if (Look(property.PropertyType, $"{path}.{Name(property)}", seen) is { } problem) return problem;
        }
        return null;
    }

    /// <summary>The first field that no member carries.</summary>
    static string? Lost(JsonTypeInfo info, List<JsonPropertyInfo> carried, string path)
    {
        // What a setter or a constructor of the type's own makes of what it gets cannot be seen from here: it may fill any private field.
        var hasOwnWay = carried.Exists(static p => p.AssociatedParameter is not null || (p.AttributeProvider is PropertyInfo property && !IsAuto(property)));
        for (var type = info.Type; type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Declared))
            {
                if (IsLeftOut(field)) continue;
                var name = NameOf(field);
                if (carried.Exists(p => Name(p) == name)) continue;
                if (info.Properties.FirstOrDefault(p => Name(p) == name) is { Get: not null })
                    return $"{path}.{name} would be written and could not be read back. Give it a public setter or init, a parameter of the constructor, or mark it with [JsonInclude]; with [JsonIgnore] if it may be lost.";
                if (IsAuto(field) || !hasOwnWay) return $"{path}.{name} is not public, so JSON leaves it out. Make it public, or mark it with [JsonInclude]; with [JsonIgnore] if it may be lost.";
            }
        }
        return null;
    }

    static bool IsCarried(JsonPropertyInfo property, bool fills) => property.IsExtensionData
        || (property.Get is not null && (property.Set is not null || property.AssociatedParameter is not null || (property.ObjectCreationHandling is { } handling ? handling == JsonObjectCreationHandling.Populate : fills)));

    static string Name(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;

    /// <summary>The name that people know a field by: the property's, if the compiler made the field for one.</summary>
    static string NameOf(FieldInfo field) => IsAuto(field) ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    static bool IsAuto(FieldInfo field) => field.Name.StartsWith('<') && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal);

    static bool IsAuto(PropertyInfo property) => property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Declared) is not null;

    /// <summary>Somebody has said that it may be lost.</summary>
    static bool IsLeftOut(FieldInfo field) =>
        IsLeftOut((MemberInfo)field) || (IsAuto(field) && field.DeclaringType!.GetProperty(NameOf(field), Declared) is { } property && IsLeftOut(property));

    static bool IsLeftOut(MemberInfo member) => member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };
}
