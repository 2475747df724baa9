using System.Runtime.CompilerServices;
using System.Text;

namespace Holdfast.Frames.Graph;

/// <summary>Strings: UTF-8, or code units where that would not survive; large ones apart by hash.</summary>
sealed class StringPlan : Plan<string>
{
    const byte Utf8 = 0, Utf16 = 1, Apart = 2;
    static readonly UTF8Encoding Strict = new(false, true);

    // A large string is immutable, so its bytes are found again by reference instead of being encoded and hashed each turn.
    static readonly ConditionalWeakTable<string, byte[]> LargeBytes = [];

    public override bool HasBody => false;

    protected override void WriteHeader(GraphWriter writer, string value)
    {
        if (writer.SplitsLarge && value.Length > GraphWriter.LargeBytes)
        {
            writer.WriteByte(Apart);
            writer.WriteBlob(LargeBytes.GetValue(value, static text => System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.AsSpan()).ToArray()));
        }
        else if (IsValid(value))
        {
            writer.WriteByte(Utf8);
            writer.WriteText(value);
        }
        else
        {
            writer.WriteByte(Utf16);
            writer.WriteUnsigned((uint)value.Length);
            writer.WriteBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(value.AsSpan()));
        }
    }

    public override object ReadHeader(GraphReader reader, WireType type) => reader.ReadByte() switch
    {
        Utf8 => ReadUtf8(reader.ReadSpan(reader.ReadCount(1))),
        Utf16 => FromUnits(reader.ReadSpan(reader.ReadCount(2) * 2)),
        Apart => FromUnits(reader.ReadBlob().Span),
        var form => throw GraphErrors.Corrupt($"{form} is no form of a string"),
    };

    static string ReadUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw GraphErrors.Corrupt("a string is not UTF-8");
        }
    }

    static string FromUnits(ReadOnlySpan<byte> bytes) => (bytes.Length & 1) == 0
        ? new(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(bytes))
        : throw GraphErrors.Corrupt("a string has half a character");

    static bool IsValid(string value)
    {
        if (Ascii.IsValid(value)) return true;
        for (var i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i])) continue;
            if (!char.IsHighSurrogate(value[i]) || i + 1 == value.Length || !char.IsLowSurrogate(value[i + 1])) return false;
            i++;
        }
        return true;
    }
}

/// <summary>A value type inside an object: the box has an identity, its content follows like any body.</summary>
sealed class BoxPlan<T> : Plan where T : struct
{
    public override void WriteBody(GraphWriter writer, object value) => Codec<T>.Write(writer, ref Unsafe.Unbox<T>(value));

    public override object ReadHeader(GraphReader reader, WireType type) => default(T);

    public override void ReadBody(GraphReader reader, object value) => Codec<T>.Read(reader, ref Unsafe.Unbox<T>(value));
}

/// <summary>The plain object, of which only the identity matters.</summary>
sealed class ObjectPlan : Plan
{
    public override bool HasBody => false;

    public override object ReadHeader(GraphReader reader, WireType type) => new();
}

/// <summary>Byte arrays, in one piece; large ones apart by hash.</summary>
sealed class BytesPlan : Plan<byte[]>
{
    public override bool HasBody => false;

    protected override void WriteHeader(GraphWriter writer, byte[] value)
    {
        var apart = writer.SplitsLarge && value.Length > GraphWriter.LargeBytes;
        writer.WriteBoolean(apart);
        if (apart)
        {
            // Copied, because the run may change the array before the commit has read it.
            writer.WriteBlob(value.AsSpan().ToArray());
            return;
        }
        writer.WriteUnsigned((uint)value.Length);
        writer.WriteBytes(value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) =>
        reader.ReadBoolean() ? reader.ReadBlob().ToArray() : reader.ReadSpan(reader.ReadCount(1)).ToArray();
}

/// <summary>Arrays of one dimension that start at 0.</summary>
sealed class ArrayPlan<T> : Plan<T[]>
{
    protected override void WriteHeader(GraphWriter writer, T[] value) => writer.WriteUnsigned((uint)value.Length);

    protected override void WriteBody(GraphWriter writer, T[] value)
    {
        var write = Codec<T>.Write;
        for (var i = 0; i < value.Length; i++) write(writer, ref value[i]);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new T[reader.ReadCount<T>()];

    protected override void ReadBody(GraphReader reader, T[] value)
    {
        var read = Codec<T>.Read;
        for (var i = 0; i < value.Length; i++) read(reader, ref value[i]);
    }
}

/// <summary>Arrays of several dimensions: lengths, then elements in row order. Lower bounds other than 0 are refused.</summary>
sealed class GridPlan<T>(Type type) : Plan
{
    public override void WriteHeader(GraphWriter writer, object value)
    {
        var array = (Array)value;
        for (var i = 0; i < array.Rank; i++)
        {
            if (array.GetLowerBound(i) != 0) throw new NotSavableException(array, array.GetType(), "Only arrays that start at 0 are saved.");
            writer.WriteUnsigned((uint)array.GetLength(i));
        }
    }

    public override void WriteBody(GraphWriter writer, object value)
    {
        var array = (Array)value;
        if (array.Length == 0) return;
        // In place, because writing an enumerator may move it.
        var elements = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array)), array.Length);
        foreach (ref var element in elements) Codec<T>.Write(writer, ref element);
    }

    public override object ReadHeader(GraphReader reader, WireType wire)
    {
        var lengths = new int[type.GetArrayRank()];
        var (all, isEmpty) = (1L, false);
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = (int)Math.Min(int.MaxValue, reader.ReadUnsigned());
            isEmpty |= lengths[i] == 0;
            all = Math.Min(int.MaxValue, all * Math.Max(1, lengths[i]));
        }
        // Even of an empty array, the other lengths must have a product.
        if (all >= (isEmpty ? int.MaxValue : reader.Remaining + 1L)) throw GraphErrors.Corrupt("an array is larger than the data");
        return Array.CreateInstance(typeof(T), lengths);
    }

    public override void ReadBody(GraphReader reader, object value)
    {
        var array = (Array)value;
        if (array.Length == 0) return;
        var elements = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array)), array.Length);
        foreach (ref var element in elements) Codec<T>.Read(reader, ref element);
    }
}

/// <summary>Lists, as their elements; the capacity is not state.</summary>
sealed class ListPlan<T> : Plan<List<T>>
{
    protected override void WriteHeader(GraphWriter writer, List<T> value) => writer.WriteUnsigned((uint)value.Count);

    protected override void WriteBody(GraphWriter writer, List<T> value)
    {
        var write = Codec<T>.Write;
        foreach (ref var item in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(value)) write(writer, ref item);
    }

    public override object ReadHeader(GraphReader reader, WireType type)
    {
        var list = new List<T>();
        System.Runtime.InteropServices.CollectionsMarshal.SetCount(list, reader.ReadCount<T>());
        return list;
    }

    protected override void ReadBody(GraphReader reader, List<T> value)
    {
        var read = Codec<T>.Read;
        foreach (ref var item in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(value)) read(reader, ref item);
    }
}
