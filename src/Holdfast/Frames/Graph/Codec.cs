using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>Writes a field, element or box of type <typeparamref name="T"/>.</summary>
delegate void WriteValue<T>(GraphWriter writer, ref T value);

/// <summary>Reads it back in place.</summary>
delegate void ReadValue<T>(GraphReader reader, ref T value);

/// <summary>The one way in which a value of a static type is written, wherever it stands. Compiled at first use.</summary>
static class Codec<T>
{
    public static readonly WriteValue<T> Write;
    public static readonly ReadValue<T> Read;

    /// <summary>The least bytes that a value takes, for checking counts.</summary>
    public static readonly int BytesMin;

    static Codec() => (Write, Read, BytesMin) = Codecs.Create<T>();
}

/// <summary>Finds or builds the codec of a type.</summary>
static class Codecs
{
    static readonly Dictionary<Type, object> Leaves = [];

    static Codecs()
    {
        Leaf<bool>((w, ref v) => w.WriteBoolean(v), (r, ref v) => v = r.ReadBoolean());
        Leaf<byte>((w, ref v) => w.WriteByte(v), (r, ref v) => v = r.ReadByte());
        Leaf<sbyte>((w, ref v) => w.WriteByte((byte)v), (r, ref v) => v = (sbyte)r.ReadByte());
        Leaf<short>((w, ref v) => w.WriteSigned(v), (r, ref v) => v = Narrow<short>(r.ReadSigned()));
        Leaf<ushort>((w, ref v) => w.WriteUnsigned(v), (r, ref v) => v = Narrow<ushort>(r.ReadUnsigned()));
        Leaf<int>((w, ref v) => w.WriteSigned(v), (r, ref v) => v = Narrow<int>(r.ReadSigned()));
        Leaf<uint>((w, ref v) => w.WriteUnsigned(v), (r, ref v) => v = Narrow<uint>(r.ReadUnsigned()));
        Leaf<long>((w, ref v) => w.WriteSigned(v), (r, ref v) => v = r.ReadSigned());
        Leaf<ulong>((w, ref v) => w.WriteUnsigned(v), (r, ref v) => v = r.ReadUnsigned());
        Leaf<char>((w, ref v) => w.WriteUnsigned(v), (r, ref v) => v = (char)Narrow<ushort>(r.ReadUnsigned()));
        Leaf<float>((w, ref v) => w.WriteFixed32(BitConverter.SingleToInt32Bits(v)), (r, ref v) => v = BitConverter.Int32BitsToSingle(r.ReadFixed32()), 4);
        Leaf<double>((w, ref v) => w.WriteFixed64(BitConverter.DoubleToInt64Bits(v)), (r, ref v) => v = BitConverter.Int64BitsToDouble(r.ReadFixed64()), 8);
        Leaf<Half>((w, ref v) => w.WriteSigned(BitConverter.HalfToInt16Bits(v)), (r, ref v) => v = BitConverter.Int16BitsToHalf(Narrow<short>(r.ReadSigned())));
        Leaf<decimal>(WriteDecimal, ReadDecimal, 16);
        Leaf<Int128>(WriteRaw, ReadRaw, 16);
        Leaf<UInt128>(WriteRaw, ReadRaw, 16);
        Leaf<Guid>(WriteRaw, ReadRaw, 16);
        Leaf<DateTime>((w, ref v) => w.WriteFixed64(v.Ticks | ((long)v.Kind << 62)), ReadDateTime, 8);
        Leaf<DateTimeOffset>(WriteDateTimeOffset, ReadDateTimeOffset, 9);
        Leaf<TimeSpan>((w, ref v) => w.WriteSigned(v.Ticks), (r, ref v) => v = new(r.ReadSigned()));
        Leaf<DateOnly>((w, ref v) => w.WriteUnsigned((uint)v.DayNumber), (r, ref v) => v = r.ReadUnsigned() is var n && n <= (ulong)DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)n) : throw GraphErrors.Corrupt("a date is out of range"));
        Leaf<TimeOnly>((w, ref v) => w.WriteUnsigned((ulong)v.Ticks), (r, ref v) => v = r.ReadUnsigned() is var n && n <= (ulong)TimeOnly.MaxValue.Ticks ? new((long)n) : throw GraphErrors.Corrupt("a time is out of range"));
        Leaf<BigInteger>(WriteBigInteger, ReadBigInteger);
        Leaf<Complex>(WriteRaw, ReadRaw, 16);
        Leaf<RunId>(WriteRaw, ReadRaw, 16);
        // A token is not state: inside a run, scopes cancel.
        Leaf<CancellationToken>(
            (_, ref v) =>
            {
                if (v.CanBeCanceled) throw new NotSavableException(null, typeof(CancellationToken), "Inside a run, cancel through scopes; take the step's token inside the step.");
            },
            (_, ref v) => v = default, 0);
    }

    public static (WriteValue<T>, ReadValue<T>, int) Create<T>()
    {
        var type = typeof(T);
        if (Leaves.TryGetValue(type, out var leaf)) return ((WriteValue<T>, ReadValue<T>, int))leaf;
        if (!type.IsValueType) return ((w, ref v) => w.WriteReference(v), ReadReference, 1);
        if (type.IsEnum) return ((WriteValue<T>)Make(typeof(EnumCodec<>), nameof(EnumCodec<>.Write), typeof(WriteValue<T>)), (ReadValue<T>)Make(typeof(EnumCodec<>), nameof(EnumCodec<>.Read), typeof(ReadValue<T>)), 1);
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return (
                typeof(Codecs).GetMethod(nameof(WriteNullable), Private)!.MakeGenericMethod(inner).CreateDelegate<WriteValue<T>>(),
                typeof(Codecs).GetMethod(nameof(ReadNullable), Private)!.MakeGenericMethod(inner).CreateDelegate<ReadValue<T>>(), 1);
        if (BclValues.TryCreate<T>(out var special)) return special;
        if (IsRow(type))
        {
            var home = typeof(InlineArrayCodec<,>).MakeGenericType(type, type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)[0].FieldType);
            return (home.GetMethod("Write")!.CreateDelegate<WriteValue<T>>(), home.GetMethod("Read")!.CreateDelegate<ReadValue<T>>(), 1);
        }
        return StructCodec.Create<T>();

        static object Make(Type definition, string method, Type shape) =>
            definition.MakeGenericType(typeof(T)).GetMethod(method, BindingFlags.Static | BindingFlags.Public)!.CreateDelegate(shape);
    }

    /// <summary>Whether values of the type are written field by field, and nothing else is.</summary>
    public static bool IsMadeOfFields(Type type) =>
        type.IsValueType && !IsLeaf(type) && Nullable.GetUnderlyingType(type) is null && !BclValues.Has(type) && !IsRow(type);

    /// <summary>Whether the type's one field stands for several.</summary>
    static bool IsRow(Type type) => type.IsDefined(typeof(InlineArrayAttribute), inherit: false) || IsFixedBuffer(type);

    /// <summary>Whether the compiler made the type for a <c>fixed</c> buffer of a struct.</summary>
    public static bool IsFixedBuffer(Type type) => type.IsDefined(typeof(UnsafeValueTypeAttribute), inherit: false) && Code.CompilerMade.Is(type);

    /// <summary>Whether values of the type have a codec that is not made of their fields.</summary>
    public static bool IsLeaf(Type type) => Leaves.ContainsKey(type) || type.IsEnum;

    /// <summary>The leaf that a field's kind names.</summary>
    public static Type? LeafByName(string name) => LeafNames.Value.GetValueOrDefault(name);

    public static IEnumerable<Type> LeafTypes => Leaves.Keys;

    static readonly Lazy<Dictionary<string, Type>> LeafNames = new(static () => Leaves.Keys.ToDictionary(static type => type.ToString()));

    const BindingFlags Private = BindingFlags.Static | BindingFlags.NonPublic;

    static void Leaf<T>(WriteValue<T> write, ReadValue<T> read, int bytesMin = 1) => Leaves.Add(typeof(T), (write, read, bytesMin));

    static void ReadReference<T>(GraphReader reader, ref T value) => value = reader.ReadReference() switch
    {
        null => default!,
        T found when ArrayFit<T>.Is(found) => found,
        var other => (T)reader.Fitting(other, typeof(T))!,
    };

    static void WriteNullable<T>(GraphWriter writer, ref T? value) where T : struct
    {
        writer.WriteBoolean(value.HasValue);
        if (!value.HasValue) return;
        // By reference, because writing an enumerator may move it.
        Codec<T>.Write(writer, ref Unsafe.AsRef(in Nullable.GetValueRefOrDefaultRef(ref value)));
    }

    static void ReadNullable<T>(GraphReader reader, ref T? value) where T : struct
    {
        if (!reader.ReadBoolean())
        {
            value = null;
            return;
        }
        T inner = default;
        Codec<T>.Read(reader, ref inner);
        value = inner;
    }

    static T Narrow<T>(long value) where T : struct, IBinaryInteger<T>
    {
        try
        {
            return T.CreateChecked(value);
        }
        catch (OverflowException)
        {
            throw new MisfitException(typeof(long), typeof(T));
        }
    }

    static T Narrow<T>(ulong value) where T : struct, IBinaryInteger<T>
    {
        try
        {
            return T.CreateChecked(value);
        }
        catch (OverflowException)
        {
            throw new MisfitException(typeof(ulong), typeof(T));
        }
    }

    static void WriteRaw<T>(GraphWriter writer, ref T value) where T : unmanaged =>
        System.Runtime.InteropServices.MemoryMarshal.Write(writer.Take(Unsafe.SizeOf<T>()), in value);

    static void ReadRaw<T>(GraphReader reader, ref T value) where T : unmanaged =>
        value = System.Runtime.InteropServices.MemoryMarshal.Read<T>(reader.ReadSpan(Unsafe.SizeOf<T>()));

    static void WriteDecimal(GraphWriter writer, ref decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        foreach (var part in parts) writer.WriteFixed32(part);
    }

    static void ReadDecimal(GraphReader reader, ref decimal value)
    {
        Span<int> parts = [reader.ReadFixed32(), reader.ReadFixed32(), reader.ReadFixed32(), reader.ReadFixed32()];
        try
        {
            value = new(parts);
        }
        catch (ArgumentException)
        {
            throw GraphErrors.Corrupt("a decimal has impossible bits");
        }
    }

    static void ReadDateTime(GraphReader reader, ref DateTime value)
    {
        var bits = reader.ReadFixed64();
        var ticks = bits & 0x3FFF_FFFF_FFFF_FFFF;
        var kind = (DateTimeKind)((ulong)bits >> 62);
        if (ticks > DateTime.MaxValue.Ticks || kind > DateTimeKind.Local) throw GraphErrors.Corrupt("a date is out of range");
        value = new(ticks, kind);
    }

    static void WriteDateTimeOffset(GraphWriter writer, ref DateTimeOffset value)
    {
        writer.WriteFixed64(value.Ticks);
        writer.WriteSigned(value.TotalOffsetMinutes);
    }

    static void ReadDateTimeOffset(GraphReader reader, ref DateTimeOffset value)
    {
        var (ticks, minutes) = (reader.ReadFixed64(), reader.ReadSigned());
        try
        {
            value = new(ticks, TimeSpan.FromMinutes(minutes));
        }
        catch (ArgumentException)
        {
            throw GraphErrors.Corrupt("a date is out of range");
        }
        catch (OverflowException)
        {
            throw GraphErrors.Corrupt("a date is out of range");
        }
    }

    static void WriteBigInteger(GraphWriter writer, ref BigInteger value)
    {
        var bytes = value.ToByteArray();
        writer.WriteUnsigned((uint)bytes.Length);
        writer.WriteBytes(bytes);
    }

    static void ReadBigInteger(GraphReader reader, ref BigInteger value) => value = new(reader.ReadSpan(reader.ReadCount(1)));
}
