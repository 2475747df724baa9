using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>What the codec knows of the framework's types.</summary>
static class KnownTypes
{
    static readonly HashSet<Type> Fieldwise =
    [
        typeof(KeyValuePair<,>), typeof(ValueTuple), typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>),
        typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>),
        typeof(Index), typeof(Range), typeof(ArraySegment<>), typeof(ArraySegment<>.Enumerator),
        // Each holds one enumerator of its dictionary, which has a codec.
        typeof(OrderedDictionary<,>.KeyCollection.Enumerator), typeof(OrderedDictionary<,>.ValueCollection.Enumerator),
        typeof(System.Collections.Immutable.ImmutableArray<>),
    ];

    /// <summary>The structs that are saved by their fields, generic ones as definitions.</summary>
    public static IEnumerable<Type> FieldwiseStructs => Fieldwise;

    /// <summary>Whether an assembly belongs to .NET itself or its Microsoft.* libraries, whose types are saved from a closed list only.</summary>
    public static bool IsFramework(Assembly assembly) => Frameworks.GetValue(assembly, static assembly => new(IsFramework(assembly.GetName().Name ?? ""))).Value;

    // Asked of every loaded assembly for each unknown name in data; an assembly makes its name anew each time.
    static readonly ConditionalWeakTable<Assembly, StrongBox<bool>> Frameworks = [];

    static bool IsFramework(string name)
    {
        return name is "System" or "mscorlib" or "netstandard" or "WindowsBase"
            || name.StartsWith("System.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Data.", StringComparison.Ordinal);
    }

    public static bool IsFieldwiseStruct(Type type) => Fieldwise.Contains(type.IsGenericType ? type.GetGenericTypeDefinition() : type);

    /// <summary>What to do instead of keeping a value of this type across an await.</summary>
    public static string HintFor(Type type)
    {
        if (typeof(System.Collections.IEnumerable).IsAssignableFrom(type) && IsLazy(type)) return "It is a lazy sequence; end the query with .ToList() before the await.";
        if (typeof(Task).IsAssignableFrom(type) || Is(type, typeof(ValueTask<>)) || type == typeof(ValueTask)) return "A task lives in this process only; do the call in a step and await that.";
        if (typeof(Stream).IsAssignableFrom(type) || typeof(TextReader).IsAssignableFrom(type) || typeof(TextWriter).IsAssignableFrom(type)) return "A stream lives in this process only; read it inside a step and keep the bytes.";
        if (IsHandle(type)) return "Native handles mean nothing in another process.";
        if (type.Name.StartsWith("Lazy`", StringComparison.Ordinal)) return "Take its Value before the await.";
        if (typeof(Random).IsAssignableFrom(type)) return "Its state cannot be saved; draw the numbers in a step, or keep a seed.";
        if (typeof(Delegate).IsAssignableFrom(type)) return "Only methods whose address the workflows' own code takes are saved.";
        if (type.FullName is { } name && (name.StartsWith("System.Threading.Timer", StringComparison.Ordinal) || name.StartsWith("System.Timers.", StringComparison.Ordinal) || name.StartsWith("System.Threading.PeriodicTimer", StringComparison.Ordinal)))
            return "A timer lives in this process only; await Durable.Delay instead.";
        if (type.Namespace == "System.Threading") return "Locks, threads and tokens live in this process only; a run is one thread of its own, and cancels through scopes.";
        if (typeof(System.Text.Json.JsonDocument).IsAssignableFrom(type)) return "Keep RootElement.Clone() instead.";
        if (typeof(System.Collections.IEnumerator).IsAssignableFrom(type)) return "It is an enumerator of a kind that is not saved; loop over a list, a dictionary or an array, such as .ToList() makes of the collection.";
        if (type.Namespace == "System.Collections.Frozen") return "Keep a Dictionary, HashSet or their immutable kin, and freeze it again after the await.";
        if (type.Namespace == "System.Collections" || type.Namespace == "System.Collections.Specialized") return "Use a generic collection such as List<object> or Dictionary<string, object>.";
        if (type.Namespace is "System.Collections.Generic" or "System.Collections.Concurrent" or "System.Collections.Immutable" or "System.Collections.ObjectModel") return "Copy it into a List<T> or Dictionary<TKey, TValue> before the await.";
        if (typeof(IDisposable).IsAssignableFrom(type)) return "It holds something of this process; open and close it inside a step, or let the constructor inject it.";
        return "Keep plain data across an await instead, or let the constructor inject it.";
    }

    /// <summary>Whether the type is one of the two that hold addresses, which .NET counts among its primitive ones.</summary>
    public static bool IsHandle(Type type) => type == typeof(nint) || type == typeof(nuint);

    /// <summary>Queries of LINQ, and the iterators behind the framework's other methods that yield.</summary>
    static bool IsLazy(Type type) =>
        type.Namespace?.StartsWith("System.Linq", StringComparison.Ordinal) == true || (type.Name.StartsWith('<') && IsFramework(type.Assembly));

    static bool Is(Type type, Type definition) => type.IsConstructedGenericType && type.GetGenericTypeDefinition() == definition;
}
