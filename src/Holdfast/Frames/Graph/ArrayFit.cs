using System.Collections.Concurrent;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Whether a value is a <typeparamref name="T"/> to a person, too. To the runtime, numbers and enums in arrays differ by their size alone: an <c>int[]</c> is a
/// <c>uint[]</c>, and therefore an <c>IEnumerable&lt;uint&gt;</c>, so what was saved would be taken for other values.
/// </summary>
static class ArrayFit<T>
{
    // Null for nearly all types, which then cost no more than this question.
    static readonly ConcurrentDictionary<Type, bool>? Judged = ArrayFit.Concerns(typeof(T)) ? new() : null;

    /// <param name="value">Something of which the runtime says that it is one.</param>
    public static bool Is(T value) =>
        Judged is null || value!.GetType() is var type && (type == typeof(T) || Judged.GetOrAdd(type, static type => ArrayFit.Fits(type, typeof(T))));
}

static class ArrayFit
{
    /// <summary>Whether an array of other elements may be taken for one of the type.</summary>
    public static bool Concerns(Type wanted) => wanted.IsArray
        ? IsAmbiguous(wanted.GetElementType()!)
        : wanted.IsConstructedGenericType && (wanted.IsInterface || typeof(Delegate).IsAssignableFrom(wanted)) && Array.Exists(wanted.GetGenericArguments(), IsAmbiguous);

    /// <summary>Whether all that stands in a type is of the type that is wanted there, wherever that is a value type.</summary>
    /// <param name="type">A type of which the runtime says that it fits.</param>
    /// <param name="wanted">What is wanted.</param>
    public static bool Fits(Type type, Type wanted)
    {
        if (type == wanted || !Concerns(wanted)) return true;
        if (type.IsArray) return IsSame(type.GetElementType()!, wanted.IsArray ? wanted.GetElementType()! : wanted.GetGenericArguments()[0]);
        // Anything else has the interface with arguments of its own, which may be arrays.
        var definition = wanted.GetGenericTypeDefinition();
        return type.GetInterfaces().Append(type).Any(one =>
            one.IsConstructedGenericType && one.GetGenericTypeDefinition() == definition && wanted.IsAssignableFrom(one) && one.GetGenericArguments().Zip(wanted.GetGenericArguments()).All(static pair => IsSame(pair.First, pair.Second)));
    }

    static bool IsSame(Type one, Type other)
    {
        if (one.IsValueType || other.IsValueType) return one == other;
        // A parameter of a delegate varies the other way round.
        return other.IsAssignableFrom(one) ? Fits(one, other) : Fits(other, one);
    }

    static bool IsAmbiguous(Type element) => element.IsPrimitive || element.IsEnum || Concerns(element);
}
