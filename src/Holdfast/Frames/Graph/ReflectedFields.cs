using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>
/// What <see cref="FieldAccess"/> compiles, by reflection. A struct is worked on in a box and copied back, because reflection reaches the fields of boxes only.
/// </summary>
static class ReflectedFields
{
    public static WriteFields<T> Writer<T>(IReadOnlyList<FieldInfo> fields, bool keepsReadOnly)
    {
        var all = Fields(fields, keepsReadOnly);
        return (GraphWriter writer, ref T value, ulong[]? live) =>
        {
            object owner = value!;
            for (var i = 0; i < all.Length; i++)
                if (FieldAccess.IsLive(live, i)) all[i].Write(writer, owner);
            // Writing an enumerator may move it.
            if (typeof(T).IsValueType) value = (T)owner;
        };
    }

    public static ReadFields<T> Reader<T>(IReadOnlyList<FieldInfo> fields, bool keepsReadOnly)
    {
        var all = Fields(fields, keepsReadOnly);
        return (GraphReader reader, ref T value, ulong[]? live) =>
        {
            object owner = value!;
            for (var i = 0; i < all.Length; i++)
                if (FieldAccess.IsLive(live, i)) all[i].Read(reader, owner);
            if (typeof(T).IsValueType) value = (T)owner;
        };
    }

    public static Get<T, TField> Getter<T, TField>(FieldInfo field) => (ref T target) => (TField)field.GetValue(target)!;

    public static Set<T, TField> Setter<T, TField>(FieldInfo field) => (ref T target, TField value) =>
    {
        object owner = target!;
        field.SetValue(owner, value);
        if (typeof(T).IsValueType) target = (T)owner;
    };

    static ReflectedField[] Fields(IReadOnlyList<FieldInfo> fields, bool keepsReadOnly) => [.. fields.Select(field =>
        (ReflectedField)Activator.CreateInstance((field.FieldType.IsValueType ? typeof(ReflectedValue<>) : typeof(ReflectedReference<>)).MakeGenericType(field.FieldType), field, keepsReadOnly && field.IsInitOnly)!)];
}

/// <summary>One field of an object or box.</summary>
abstract class ReflectedField
{
    public abstract void Write(GraphWriter writer, object owner);

    public abstract void Read(GraphReader reader, object owner);
}

sealed class ReflectedValue<TField>(FieldInfo field, bool keeps) : ReflectedField
{
    // A leaf's value is not touched by writing it.
    readonly bool _isLeaf = keeps || Codecs.IsLeaf(typeof(TField));

    public override void Write(GraphWriter writer, object owner)
    {
        var value = (TField)field.GetValue(owner)!;
        Codec<TField>.Write(writer, ref value);
        if (!_isLeaf) field.SetValue(owner, value);
    }

    public override void Read(GraphReader reader, object owner)
    {
        var value = (TField)field.GetValue(owner)!;
        Codec<TField>.Read(reader, ref value);
        field.SetValue(owner, value);
    }
}

sealed class ReflectedReference<TField>(FieldInfo field, bool keeps) : ReflectedField where TField : class
{
    public override void Write(GraphWriter writer, object owner)
    {
        var value = field.GetValue(owner);
        if (keeps) writer.WriteReferenceOrKeep(value);
        else writer.WriteReference(value);
    }

    public override void Read(GraphReader reader, object owner) =>
        field.SetValue(owner, keeps ? reader.ReadReferenceOrKeep((TField?)field.GetValue(owner)!) : reader.ReadReference<TField>());
}
