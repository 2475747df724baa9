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
            BytesMin(fields));
    }

    static int BytesMin(IReadOnlyList<System.Reflection.FieldInfo> fields) =>
        fields.Sum(static field => (int)typeof(Codec<>).MakeGenericType(field.FieldType).GetField(nameof(Codec<>.BytesMin))!.GetValue(null)!);
}
