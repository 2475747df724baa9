using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Frames.Code;
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

    /// <summary>Makes a type's contract say all that a value holds, and refuses objects of which it cannot say it.</summary>
    public static void Complete(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in info.Properties)
            if (ConditionOf(property) is JsonIgnoreCondition.WhenWritingDefault or JsonIgnoreCondition.WhenWritingNull)
                // What is left out comes back as whatever a new object has there.
                property.ShouldSerialize = static (_, _) => true;
        var before = info.OnSerializing;
        info.OnSerializing = value =>
        {
            before?.Invoke(value);
            var type = value.GetType();
            if (type != info.Type && info.PolymorphismOptions?.DerivedTypes.Any(form => form.DerivedType == type) != true)
                throw new NotSupportedException($"A {type} stands where a {info.Type} is declared, and would come back as one. Name the class with [JsonDerivedType] and a discriminator, or declare it.");
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
        if (!CanBeRead(info)) return $"{path} is a {info.Type}, which is written and cannot be read back. Carry a list, a set or a dictionary that can be made.";
        if (info.Type.IsGenericType && Array.IndexOf(Reversed, info.Type.GetGenericTypeDefinition()) >= 0) return $"{path} is a stack, which JSON would turn upside down. Carry a list.";
        for (var type = info.Type; type is not null && !KnownTypes.IsFramework(type.Assembly); type = type.BaseType)
            if (typeof(IEnumerable).IsAssignableFrom(type.BaseType) && type.GetFields(Declared).FirstOrDefault(static f => !IsLeftOut(f)) is { } field)
                return $"{path}.{NameOf(field)} stands in a collection, of which JSON carries the items alone. Put the collection into a property of the class.";
        return (info.KeyType is { } key ? Look(key, path + "[key]", seen) : null) ?? (info.ElementType is { } item ? Look(item, path + "[]", seen) : null);
    }

    /// <summary>Tried, with nothing in it: which collections it cannot make, the serializer says in no other way.</summary>
    bool CanBeRead(JsonTypeInfo info)
    {
        try
        {
            JsonSerializer.Deserialize(info.Kind == JsonTypeInfoKind.Dictionary ? "{}"u8 : "[]"u8, info.Type, options);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
        catch (Exception)
        {
            // Its own code, or a converter in it: that answers for itself when there is a value.
            return true;
        }
    }

    string? Members(JsonTypeInfo info, string path, HashSet<Type> seen)
    {
        if (info.Type == typeof(System.Text.StringBuilder)) return $"{path} is a StringBuilder, of which JSON carries the length and not the text. Carry a string.";
        if (info.PolymorphismOptions is { } forms)
        {
            foreach (var form in forms.DerivedTypes)
            {
                if (form.TypeDiscriminator is null && form.DerivedType != info.Type)
                    return $"{path}: {form.DerivedType.Name} has no discriminator, so it would come back as a {info.Type}. Give one to [JsonDerivedType].";
                if (Look(form.DerivedType, $"{path}({form.DerivedType.Name})", seen) is { } problem) return problem;
            }
        }
        var isWhole = path == info.Type.Name;
        if (info.Type.IsAbstract) return info.PolymorphismOptions is null ? $"{path} is {(!isWhole ? $"a {info.Type}" : info.Type.IsInterface ? "an interface" : "abstract")}, and JSON does not tell of which class it was. Name the classes with [JsonDerivedType]." : null;
        var fills = Fills(info);
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
        var fills = OwnWays(carried);
        for (var type = info.Type; type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Declared))
            {
                if (IsLeftOut(field) || carried.Exists(p => IsOf(p, field))) continue;
                var name = NameOf(field);
                if (info.Properties.FirstOrDefault(p => IsOf(p, field)) is { } property)
                    return !IsWritten(property)
                        ? $"{path}.{name} is not written. Make it readable, or mark it with [JsonInclude]; with [JsonIgnore] if it may be lost."
                        : $"{path}.{name} would be written and could not be read back. Give it a public setter or init, a parameter of the constructor, or mark it with [JsonInclude]; with [JsonIgnore] if it may be lost.";
                if (info.Properties.Any(p => Name(p) == name)) return $"{path}.{name} is hidden: that of {type} is not carried beside one of its name. Rename one of them, or mark that of {type} with [JsonIgnore] if it may be lost.";
                if (IsAuto(field) || !IsFilled(info.Type, field, fills)) return $"{path}.{name} is not public, so JSON leaves it out. Make it public, or mark it with [JsonInclude]; with [JsonIgnore] if it may be lost.";
            }
        }
        return null;
    }

    /// <summary>The constructor and the setters of the type's own through which values come in.</summary>
    static List<MethodBase> OwnWays(List<JsonPropertyInfo> carried)
    {
        var ways = new List<MethodBase>();
        foreach (var property in carried)
        {
            if (property.AssociatedParameter?.AttributeProvider is ParameterInfo { Member: ConstructorInfo constructor } && !ways.Contains(constructor)) ways.Add(constructor);
            if (property.AttributeProvider is PropertyInfo { SetMethod: { } setter } own && !IsAuto(own)) ways.Add(setter);
        }
        return ways;
    }

    /// <summary>Whether a private field follows from what comes in. What the framework's own types do is their affair.</summary>
    static bool IsFilled(Type type, FieldInfo field, List<MethodBase> ways) =>
        KnownTypes.IsFramework(field.DeclaringType!.Assembly) ? ways.Count > 0 : Initialisers.Carry(type, field, ways);

    /// <summary>Whether a member is the field, or the property that the compiler made it for. One that overrides a property stands for it.</summary>
    static bool IsOf(JsonPropertyInfo property, FieldInfo field)
    {
        if (Name(property) != NameOf(field)) return false;
        if (property.AttributeProvider is not MemberInfo member || member.DeclaringType == field.DeclaringType) return true;
        return IsAuto(field) && member is PropertyInfo one && field.DeclaringType!.GetProperty(one.Name, Declared) is { } other && Accessor(one)?.GetBaseDefinition() == Accessor(other)?.GetBaseDefinition();
    }

    static MethodInfo? Accessor(PropertyInfo property) => property.GetMethod ?? property.SetMethod;

    /// <summary>Leaves out what is worked out from the rest, as by <c>=></c>: it is not read back, and another build may work it out to something else.</summary>
    public static void LeaveOutComputed(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in info.Properties)
        {
            if (property.Get is null || property.Set is not null || property.IsExtensionData) continue;
            bool? isCarried = null;
            // Which of them a parameter of the constructor takes is known later.
            property.ShouldSerialize = (_, _) => isCarried ??= !IsComputed(info, property);
        }
    }

    /// <summary>Whether a member is written, if at all, and never read.</summary>
    public static bool IsComputed(JsonTypeInfo info, JsonPropertyInfo property) => property.Get is not null && !IsCarried(property, Fills(info));

    /// <summary>Somebody has said that it may be lost.</summary>
    public static bool IsLeftOut(JsonPropertyInfo property) => property.AttributeProvider is MemberInfo member && IsLeftOut(member);

    /// <summary>The field behind a member that the compiler or the reader of the code can see; null for a property with accessors of its own.</summary>
    public static FieldInfo? FieldOf(MemberInfo member) => member as FieldInfo ?? member.DeclaringType!.GetField($"<{member.Name}>k__BackingField", Declared);

    static bool Fills(JsonTypeInfo info) => (info.PreferredPropertyObjectCreationHandling ?? info.Options.PreferredObjectCreationHandling) == JsonObjectCreationHandling.Populate;

    static bool IsCarried(JsonPropertyInfo property, bool fills) => property.IsExtensionData
        || (IsWritten(property) && (property.Set is not null || property.AssociatedParameter is not null || (property.ObjectCreationHandling is { } handling ? handling == JsonObjectCreationHandling.Populate : fills)));

    static bool IsWritten(JsonPropertyInfo property) => property.Get is not null && ConditionOf(property) != JsonIgnoreCondition.WhenWriting;

    static JsonIgnoreCondition? ConditionOf(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { Condition: var condition }] ? condition : null;

    static string Name(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;

    /// <summary>The name that people know a field by: the property's, if the compiler made the field for one.</summary>
    static string NameOf(FieldInfo field) => IsAuto(field) ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    static bool IsAuto(FieldInfo field) => field.Name.StartsWith('<') && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal);

    static bool IsAuto(PropertyInfo property) => FieldOf(property) is not null;

    /// <summary>Somebody has said that it may be lost.</summary>
    static bool IsLeftOut(FieldInfo field) =>
        IsLeftOut((MemberInfo)field) || (IsAuto(field) && field.DeclaringType!.GetProperty(NameOf(field), Declared) is { } property && IsLeftOut(property));

    static bool IsLeftOut(MemberInfo member) => member.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };
}
