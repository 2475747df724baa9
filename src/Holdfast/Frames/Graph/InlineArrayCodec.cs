using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Inline arrays and fixed buffers by their elements: their one field stands for all of them. The compiler makes the former for interpolated
/// strings and collection expressions, and keeps them across the awaits inside.
/// </summary>
static class InlineArrayCodec<TArray, TElement> where TArray : struct
{
    public static void Write(GraphWriter writer, ref TArray value)
    {
        writer.WriteUnsigned((uint)Length);
        for (var i = 0; i < Length; i++) Codec<TElement>.Write(writer, ref At(ref value, i));
    }

    public static void Read(GraphReader reader, ref TArray value)
    {
        if (reader.Changed?.ContainsKey(typeof(TArray)) == true) throw GraphErrors.Migration($"The elements of {typeof(TArray)} have another type or name now, but a saved run holds some.");
        // The length is the type's, and no field tells of it: a changed one must not shift what follows.
        var length = reader.ReadUnsigned();
        if (length != (ulong)Length) throw GraphErrors.Migration($"{typeof(TArray)} holds {Length} elements, but a saved one holds {length}.");
        for (var i = 0; i < Length; i++) Codec<TElement>.Read(reader, ref At(ref value, i));
    }

    static int Length { get; } = Attribute.GetCustomAttribute(typeof(TArray), typeof(InlineArrayAttribute)) is InlineArrayAttribute { Length: var length }
        ? length
        : Unsafe.SizeOf<TArray>() / Unsafe.SizeOf<TElement>();

    static ref TElement At(ref TArray value, int index) => ref Unsafe.Add(ref Unsafe.As<TArray, TElement>(ref value), index);
}
