using System.Collections.Concurrent;
using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>A static member, as people write it.</summary>
readonly record struct StaticMember(Type Holder, string Name)
{
    public override string ToString() => $"{Name} of {Holder}";
}

/// <summary>
/// The objects of one type that static read-only members of it hold, such as the members of a "smart enum" or a sentinel. They mean themselves
/// wherever they are met, so a snapshot names them. Only objects that never change: what changes belongs to whoever holds it.
/// </summary>
sealed class Singletons
{
    const BindingFlags Declared = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    readonly Type _type;
    readonly Dictionary<StaticMember, FieldInfo> _members = [];
    readonly Dictionary<object, List<StaticMember>> _held = new(ReferenceEqualityComparer.Instance);

    Singletons(Type type, IEnumerable<Type> holders)
    {
        _type = type;
        foreach (var holder in holders)
            foreach (var field in holder.GetFields(Declared).OrderBy(static field => field.MetadataToken))
            {
                if (field.FieldType.IsValueType || !field.FieldType.IsAssignableFrom(type)) continue;
                var member = new StaticMember(holder, FieldSet.SavedName(field.Name));
                _members[member] = field;
                if (ValueOf(field) is not { } value || value.GetType() != type || WhyNot(field, value) is not null) continue;
                if (_held.TryGetValue(value, out var names)) names.Add(member);
                else _held.Add(value, [member]);
            }
    }

    /// <summary>Looks for objects of a type in it, in its base classes and in the classes around it.</summary>
    public static Singletons? Of(Type type) => Among(type, Holders(type));

    /// <summary>Looks for objects of a type in some classes; null where none of them has a member for one.</summary>
    public static Singletons? Among(Type type, IEnumerable<Type> holders) => new Singletons(type, holders) is { _members.Count: > 0 } some ? some : null;

    /// <summary>The members that hold this very object; null for most objects.</summary>
    public IReadOnlyList<StaticMember>? MembersOf(object value) => _held.GetValueOrDefault(value);

    /// <summary>Whether there is such a member, whatever it holds.</summary>
    public bool Has(StaticMember member) => _members.ContainsKey(member);

    /// <summary>The object that a member holds, or why a saved object cannot be taken for it.</summary>
    public object? Find(StaticMember member, out string? problem)
    {
        var field = _members[member];
        var value = ValueOf(field);
        problem = value is null || value.GetType() != _type ? $"The static member {member} holds no {_type} any more" : WhyNot(field, value);
        return value;
    }

    static string? WhyNot(FieldInfo field, object value)
    {
        var member = new StaticMember(field.DeclaringType!, FieldSet.SavedName(field.Name));
        if (!field.IsInitOnly || field.IsDefined(typeof(ThreadStaticAttribute))) return $"The static member {member} is not read-only any more";
        return Unchanging.Is(value) ? null : $"What the static member {member} holds may change now";
    }

    static object? ValueOf(FieldInfo field)
    {
        try
        {
            return field.GetValue(null);
        }
        catch (Exception error) when (error is TypeInitializationException or TargetInvocationException)
        {
            // Whoever uses the class will hear of it; nothing that is saved can come from there.
            return null;
        }
    }

    static IEnumerable<Type> Holders(Type type)
    {
        for (var level = type; level is not null && !KnownTypes.IsFramework(level.Assembly); level = level.BaseType)
            for (var around = level; around is not null; around = around.DeclaringType)
                if (!around.ContainsGenericParameters) yield return around;
    }
}

/// <summary>Whether an object, and all that it refers to, stays as it is: read-only fields all the way down.</summary>
static class Unchanging
{
    // What is larger than this is a table, and no member of an enumeration.
    const int ObjectsMax = 10_000;

    static readonly HashSet<Type> Known = [typeof(object), typeof(string), typeof(Uri), typeof(Version), typeof(TimeZoneInfo), typeof(System.Globalization.CultureInfo), typeof(System.Text.RegularExpressions.Regex)];

    static readonly ConcurrentDictionary<Type, bool> ReadOnly = new();

    public static bool Is(object value)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object?>([value]);
        while (open.TryPop(out var one))
        {
            if (one is null or Type || Known.Contains(one.GetType()) || Codecs.IsLeaf(one.GetType())) continue;
            if (!seen.Add(one)) continue;
            if (seen.Count > ObjectsMax || Parts(one) is not { } parts) return false;
            foreach (var part in parts) open.Push(part);
        }
        return true;
    }

    /// <summary>What the object refers to; null if something else may stand there later.</summary>
    static IEnumerable<object?>? Parts(object value)
    {
        var type = value.GetType();
        return value switch
        {
            Delegate called => called.GetInvocationList().Select(static one => one.Target is { } target && !DelegatePlan.IsEmptyClosure(target.GetType()) ? target : null),
            // The compiler makes an array for a list that nobody may change, and nobody keeps counters in one that a constant object has.
            Array array => array.GetType().GetElementType()!.IsPrimitive ? [] : array.Cast<object?>(),
            System.Collections.IEnumerable items when type.Namespace == "System.Collections.Immutable" && !type.IsValueType => items.Cast<object?>(),
            _ when type.IsValueType || ReadOnly.GetOrAdd(type, HasReadOnlyFields) => FieldSet.Of(type).Fields.Select(field => field.GetValue(value)),
            _ => null,
        };
    }

    static bool HasReadOnlyFields(Type type) =>
        !KnownTypes.IsFramework(type.Assembly) && !typeof(Workflow).IsAssignableFrom(type) && Plans.For(type)?.GetType() is { IsGenericType: true } plan && plan.GetGenericTypeDefinition() == typeof(ClassPlan<>)
        && FieldSet.Of(type).Fields.All(Code.SettledFields.Contain);
}
