using System.Globalization;

namespace Holdfast.Frames.Graph;

/// <summary>The framework's comparers, as a closed list. They are singletons and come back as such.</summary>
static class Comparers
{
    /// <summary>The default comparer is what a collection has anyway, and is not written.</summary>
    public static object? ToSave<T>(IEqualityComparer<T>? comparer) => ReferenceEquals(comparer, EqualityComparer<T>.Default) ? null : comparer;

    public static object? ToSave<T>(IComparer<T>? comparer) => ReferenceEquals(comparer, Comparer<T>.Default) ? null : comparer;

    /// <summary>Whether the comparer runs no code of the user's beyond the keys' own.</summary>
    public static bool IsKnown(object comparer) => comparer is StringComparer or ReferenceEqualityComparer || IsDefault(comparer);

    /// <summary>The public class under whose name a comparer of one of the runtime's private classes is saved.</summary>
    public static Type? SavedAs(Type type)
    {
        if (!KnownTypes.IsFramework(type.Assembly)) return null;
        if (typeof(StringComparer).IsAssignableFrom(type)) return typeof(StringComparer);
        if (type.BaseType is not { IsConstructedGenericType: true } parent) return null;
        var definition = parent.GetGenericTypeDefinition();
        if (definition == typeof(EqualityComparer<>)) return type.Name.StartsWith("Delegate", StringComparison.Ordinal) ? null : parent;
        if (definition != typeof(Comparer<>)) return null;
        return type.Name.StartsWith("ComparisonComparer", StringComparison.Ordinal) ? typeof(CreatedComparer<>).MakeGenericType(parent.GetGenericArguments()) : parent;
    }

    static bool IsDefault(object comparer) =>
        SavedAs(comparer.GetType()) is { } type && (type.GetGenericTypeDefinition() == typeof(EqualityComparer<>) || type.GetGenericTypeDefinition() == typeof(Comparer<>));
}

/// <summary>Stands for an object of which there is one.</summary>
sealed class SingletonPlan(object instance) : Plan
{
    public override bool HasBody => false;

    public override object ReadHeader(GraphReader reader, WireType type) => instance;
}

sealed class DefaultEqualityPlan<T> : Plan
{
    public override bool HasBody => false;

    public override object ReadHeader(GraphReader reader, WireType type) => EqualityComparer<T>.Default;
}

sealed class DefaultComparerPlan<T> : Plan
{
    public override bool HasBody => false;

    public override object ReadHeader(GraphReader reader, WireType type) => Comparer<T>.Default;
}

/// <summary>The name under which the result of <see cref="Comparer{T}.Create"/> is saved.</summary>
sealed class CreatedComparer<T>;

/// <summary>A comparer made of a lambda: its delegate is looked at like any other.</summary>
sealed class CreatedComparerPlan<T> : Plan<Comparer<T>>
{
    static readonly Type Made = Comparer<T>.Create(static (_, _) => 0).GetType();
    static readonly System.Reflection.FieldInfo Comparison = Layout.Field(Made, typeof(Comparison<T>), "_comparison");

    protected override void WriteBody(GraphWriter writer, Comparer<T> value) => writer.WriteReference(Comparison.GetValue(value));

    public override object ReadHeader(GraphReader reader, WireType type) => System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(Made);

    protected override void ReadBody(GraphReader reader, Comparer<T> value) =>
        Comparison.SetValue(value, reader.ReadReference<Comparison<T>>() ?? throw GraphErrors.Corrupt("a comparer has no comparison"));
}

sealed class StringComparerPlan : Plan<StringComparer>
{
    const byte Ordinal = 0, OrdinalIgnoreCase = 1, Invariant = 2, InvariantIgnoreCase = 3, Cultural = 4;

    public override bool HasBody => false;

    protected override void WriteHeader(GraphWriter writer, StringComparer value)
    {
        if (StringComparer.IsWellKnownOrdinalComparer(value, out var ignoreCase))
        {
            writer.WriteByte(ignoreCase ? OrdinalIgnoreCase : Ordinal);
        }
        else if (ReferenceEquals(value, StringComparer.InvariantCulture) || ReferenceEquals(value, StringComparer.InvariantCultureIgnoreCase))
        {
            writer.WriteByte(ReferenceEquals(value, StringComparer.InvariantCulture) ? Invariant : InvariantIgnoreCase);
        }
        else if (StringComparer.IsWellKnownCultureAwareComparer(value, out var info, out var options))
        {
            writer.WriteByte(Cultural);
            writer.WriteText(info.Name);
            writer.WriteUnsigned((uint)options);
        }
        else
        {
            throw new NotSavableException(value, value.GetType(), "Use one of StringComparer's own, or a comparer class of the workflow's.");
        }
    }

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        var kind = reader.ReadByte();
        return kind switch
        {
            Ordinal => StringComparer.Ordinal,
            OrdinalIgnoreCase => StringComparer.OrdinalIgnoreCase,
            Invariant => StringComparer.InvariantCulture,
            InvariantIgnoreCase => StringComparer.InvariantCultureIgnoreCase,
            Cultural => StringComparer.Create(CulturePlan.Find(reader.ReadText()), (CompareOptions)reader.ReadUnsigned()),
            _ => throw GraphErrors.Corrupt("a comparer of strings is unknown"),
        };
    }
}
