using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Code;

/// <summary>
/// The names of tuple elements in the type of a field. They are no part of the type, but they say which value is which: where they are
/// exchanged, the code of today takes the one saved value for the other.
/// </summary>
static class TupleNames
{
    const string Mark = " as ";

    /// <summary>
    /// What says the names, to be put behind a field's type; empty where no tuple stands in it, as in most fields. A tuple without names says so, for what says nothing was written by an earlier build.
    /// </summary>
    public static string Behind(FieldInfo field) => HasTuple(field.FieldType)
        ? Mark + Text(field.FieldType, new(field.GetCustomAttribute<TupleElementNamesAttribute>()?.TransformNames ?? []))
        : "";

    /// <summary>A type as its field was described, and the same with the names in it; null without any.</summary>
    public static (string Type, string? Named) Split(string described) => described.IndexOf(Mark, StringComparison.Ordinal) is var at and >= 0
        ? (described[..at], described[(at + Mark.Length)..])
        : (described, null);

    /// <summary>Whether the names say the same of both, or one of them was written before names were.</summary>
    public static bool Agree(string saved, string now) =>
        Split(saved).Named is not { } before || (Split(now).Named is { } today && Elements(before) == Elements(today));

    /// <summary>Whether both describe the same type, with the same names as far as they were written down.</summary>
    public static bool IsSame(string saved, string now) => saved == now || (Split(saved).Type == Split(now).Type && Agree(saved, now));

    /// <summary>The tuples alone: what they stand in may be an interface as well as its class.</summary>
    static string Elements(string named) => named.IndexOf('(', StringComparison.Ordinal) is var first and >= 0 ? named[first..(named.LastIndexOf(')') + 1)] : "";

    static bool HasTuple(Type type) => type.HasElementType
        ? HasTuple(type.GetElementType()!)
        : type.IsGenericType && (IsTuple(type) || Array.Exists(type.GetGenericArguments(), HasTuple));

    static string Text(Type type, Queue<string?> names)
    {
        if (type.HasElementType) return Text(type.GetElementType()!, names) + "[]";
        if (!type.IsGenericType) return CodeWords.Short(CodeText.Names.Type(type));
        if (IsTuple(type)) return Tuple(type, names);
        var arguments = type.GetGenericArguments().Select(argument => Text(argument, names)).ToList();
        if (Nullable.GetUnderlyingType(type) is not null) return arguments[0] + "?";
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>";
    }

    /// <summary>The compiler names all the elements of a tuple first and then goes into each; what does not fit in seven is a tuple of its own, without names.</summary>
    static string Tuple(Type type, Queue<string?> names)
    {
        var own = Take(Count(type), names);
        var elements = new List<string>();
        for (var rest = type; ;)
        {
            var arguments = rest.GetGenericArguments();
            foreach (var argument in arguments.Take(7)) elements.Add(Text(argument, names));
            if (arguments.Length < 8 || !IsTuple(arguments[7])) break;
            rest = arguments[7];
            Take(Count(rest), names);
        }
        return $"({string.Join(", ", elements.Select((element, i) => own[i] is { } name ? $"{element} {name}" : element))})";
    }

    static List<string?> Take(int count, Queue<string?> names) => [.. Enumerable.Range(0, count).Select(_ => names.TryDequeue(out var name) ? name : null)];

    static int Count(Type type) => type.GetGenericArguments() is { Length: 8 } all && IsTuple(all[7]) ? 7 + Count(all[7]) : Math.Min(7, type.GetGenericArguments().Length);

    static bool IsTuple(Type type) => type.IsGenericType && type.GetGenericTypeDefinition().FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal);
}
