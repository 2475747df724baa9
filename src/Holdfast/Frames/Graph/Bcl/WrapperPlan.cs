using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>Objects that are a view of one other object, which they keep in one field.</summary>
sealed class WrapperPlan(Type type, string field) : Plan
{
    readonly FieldInfo _inner = Layout.Field(type, field);

    public override void WriteBody(GraphWriter writer, object value) => writer.WriteReference(_inner.GetValue(value));

    public override object ReadHeader(GraphReader reader, WireType wire) => RuntimeHelpers.GetUninitializedObject(type);

    public override void ReadBody(GraphReader reader, object value)
    {
        var inner = reader.ReadReference();
        if (!_inner.FieldType.IsInstanceOfType(inner)) throw GraphErrors.Corrupt($"a {type} has lost what it wraps");
        _inner.SetValue(value, inner);
    }
}

/// <summary>The enumerator that arrays give as <see cref="IEnumerator{T}"/>, and wrappers of arrays with them.</summary>
sealed class ArrayEnumeratorPlan<TEnumerator, T> : Plan<TEnumerator> where TEnumerator : class
{
    static readonly Cursor<TEnumerator, T[], T> Cursor = new("_array", "_index", current: null, offset: -1);
    static readonly Set<TEnumerator, int> SetEnd = Layout.Setter<TEnumerator, int>("_endIndex");

    protected override void WriteBody(GraphWriter writer, TEnumerator value) => Cursor.Write(writer, ref value);

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(typeof(TEnumerator));

    protected override void ReadBody(GraphReader reader, TEnumerator value) => SetEnd(ref value, Cursor.Read(reader, ref value)?.Length ?? 0);
}

/// <summary>The enumerator that immutable arrays give as <see cref="IEnumerator{T}"/>.</summary>
sealed class ImmutableArrayEnumeratorPlan<TEnumerator, T> : Plan<TEnumerator> where TEnumerator : class
{
    static readonly Cursor<TEnumerator, T[], T> Cursor = new("_array", "_index", current: null, offset: -1);

    protected override void WriteBody(GraphWriter writer, TEnumerator value) => Cursor.Write(writer, ref value);

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(typeof(TEnumerator));

    protected override void ReadBody(GraphReader reader, TEnumerator value) => Cursor.Read(reader, ref value);
}

static class ImmutableArrayEnumeratorCodec<T>
{
    static readonly Cursor<System.Collections.Immutable.ImmutableArray<T>.Enumerator, T[], T> Cursor = new("_array", "_index", current: null, offset: -1);

    public static void Write(GraphWriter writer, ref System.Collections.Immutable.ImmutableArray<T>.Enumerator value) => Cursor.Write(writer, ref value);

    public static void Read(GraphReader reader, ref System.Collections.Immutable.ImmutableArray<T>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
    }
}

/// <summary>The enumerator that an empty dictionary gives as <see cref="IEnumerator{T}"/>: there is one for each type.</summary>
sealed class EmptyEnumeratorPlan<T> : Plan
{
    public override bool HasBody => false;

    public override object ReadHeader(GraphReader reader, WireType type) => ((IEnumerable<T>)new Dictionary<int, T>().Values).GetEnumerator();
}

/// <summary>The enumerator of a string's characters.</summary>
sealed class CharEnumeratorPlan : Plan<CharEnumerator>
{
    static readonly Cursor<CharEnumerator, string, char> Cursor = new("_str", "_index", current: null, offset: -1);

    protected override void WriteBody(GraphWriter writer, CharEnumerator value) => Cursor.Write(writer, ref value);

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(typeof(CharEnumerator));

    protected override void ReadBody(GraphReader reader, CharEnumerator value) => Cursor.Read(reader, ref value);
}
