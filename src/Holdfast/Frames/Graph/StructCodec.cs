using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>Structs made of their fields: the user's own, tuples, key-value pairs and the library's awaiters.</summary>
static class StructCodec
{
    public static (WriteValue<T>, ReadValue<T>, int) Create<T>()
    {
        var type = typeof(T);
        if (type.IsByRefLike) throw new NotSavableException(null, type, "Spans live on the stack; copy the data into an array.");
        if (KnownTypes.IsFramework(type.Assembly) && !KnownTypes.IsFieldwiseStruct(type))
            throw new NotSavableException(null, type, KnownTypes.HintFor(type));
        var fields = FieldSet.Of(type).Fields;
        var write = FieldAccess.Writer<T>(fields);
        var read = FieldAccess.Reader<T>(fields);
        return (
            (writer, ref value) => write(writer, ref value, null),
            (reader, ref value) =>
            {
                if (reader.Changed is { } changed && changed.TryGetValue(typeof(T), out var tolerant))
                {
                    object box = value!;
                    tolerant.ReadObject(reader, box);
                    value = (T)box;
                }
                else
                {
                    read(reader, ref value, null);
                }
            },
            fields.Sum(static field => BytesMin(field.FieldType)));
    }

    /// <summary>The least bytes that a value takes in what was saved.</summary>
    /// <param name="type">What stands there now, a struct or not.</param>
    /// <param name="changed">The structs that had other fields then.</param>
    public static int BytesMin(Type type, IReadOnlyDictionary<Type, TolerantReader> changed) =>
        changed.TryGetValue(type, out var tolerant) ? tolerant.BytesMin(changed)
        : Codecs.IsMadeOfFields(type) ? FieldSet.Of(type).Fields.Sum(field => BytesMin(field.FieldType, changed))
        : BytesMin(type);

    static int BytesMin(Type type) => (int)typeof(Codec<>).MakeGenericType(type).GetField(nameof(Codec<>.BytesMin))!.GetValue(null)!;
}
