using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>What the codec knows of the framework's types.</summary>
static class KnownTypes
{
    static readonly HashSet<Type> Fieldwise =
    [
        typeof(KeyValuePair<,>), typeof(ValueTuple), typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>),
        typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>), typeof(ValueTuple<,,,,,,,>),
        typeof(Index), typeof(Range), typeof(ArraySegment<>), typeof(System.Collections.Immutable.ImmutableArray<>),
    ];

    /// <summary>Whether an assembly belongs to .NET itself or its Microsoft.* libraries, whose types are saved from a closed list only.</summary>
    public static bool IsFramework(Assembly assembly)
    {
        var name = assembly.GetName().Name ?? "";
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
        if (typeof(System.Collections.IEnumerator).IsAssignableFrom(type) || (type.Namespace?.StartsWith("System.Linq", StringComparison.Ordinal) == true && typeof(System.Collections.IEnumerable).IsAssignableFrom(type)))
            return "It is a lazy sequence; end the query with .ToList() before the await.";
        if (typeof(Task).IsAssignableFrom(type)) return "A task lives in this process only; do the call in a step and await that.";
        if (typeof(Stream).IsAssignableFrom(type)) return "A stream lives in this process only; read it inside a step and keep the bytes.";
        if (typeof(IDisposable).IsAssignableFrom(type)) return "It holds something of this process; open and close it inside a step, or let the constructor inject it.";
        return "Keep plain data across an await instead, or let the constructor inject it.";
    }
}
