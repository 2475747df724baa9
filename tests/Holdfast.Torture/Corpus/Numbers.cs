using System.Globalization;
using System.Numerics;

namespace Holdfast.Torture.Corpus;

public sealed class Primitives : CorpusWorkflow
{
    struct All
    {
        public bool Bool;
        public byte Byte;
        public sbyte SByte;
        public short Short;
        public ushort UShort;
        public int Int;
        public uint UInt;
        public long Long;
        public ulong ULong;
        public char Char;
        public float Float;
        public double Double;
        public decimal Decimal;
        public Half Half;
        public Int128 Int128;
        public UInt128 UInt128;
    }

    public async Durable<string> Run()
    {
        var low = new All
        {
            SByte = sbyte.MinValue, Short = short.MinValue, Int = int.MinValue, Long = long.MinValue, Float = -0f, Double = double.Epsilon,
            Decimal = decimal.MinValue, Half = Half.NaN, Int128 = Int128.MinValue,
        };
        var high = new All
        {
            Bool = true, Byte = 255, SByte = 127, Short = short.MaxValue, UShort = ushort.MaxValue, Int = int.MaxValue, UInt = uint.MaxValue, Long = long.MaxValue,
            ULong = ulong.MaxValue, Char = '\uffff', Float = BitConverter.UInt32BitsToSingle(0x7FC12345),
            Double = BitConverter.UInt64BitsToDouble(0xFFF8000000012345), Decimal = 1.2300m, Half = Half.NegativeInfinity, Int128 = Int128.MaxValue, UInt128 = UInt128.MaxValue,
        };
        object[] boxed = [low.SByte, high.UShort, high.ULong, high.Char, low.Half, high.Int128, high.Decimal, low.Float, true];
        await Ask(0);
        var asked = await Ask(low);
        await Ask(1);
        return $"{Show(low)} | {Show(high)} | {Show(asked) == Show(low)} | {string.Join(' ', boxed.Select(static b => $"{b.GetType().Name}:{Convert.ToString(b is char c ? (int)c : b, CultureInfo.InvariantCulture)}"))}";
    }

    static string Show(All all) => string.Create(
        CultureInfo.InvariantCulture,
        $"{all.Bool} {all.Byte} {all.SByte} {all.Short} {all.UShort} {all.Int} {all.UInt} {all.Long} {all.ULong} {(int)all.Char} {BitConverter.SingleToUInt32Bits(all.Float):x} {BitConverter.DoubleToUInt64Bits(all.Double):x} {all.Decimal} {BitConverter.HalfToUInt16Bits(all.Half):x} {all.Int128} {all.UInt128}");
}

public sealed class Nullables : CorpusWorkflow
{
    Colour? _colour = Colour.Green;
    Pair? _pair;
    Pair? _none = new Pair();

    public async Durable<string> Run()
    {
        int? number = await Ask<int?>(5);
        DateTime? when = null;
        bool?[] flags = [true, null, false];
        object? boxed = (int?)7;
        object? nothing = (int?)null;
        (int?, string?) pair = (null, null);
        await Ask(0);
        _pair = new Pair { X = 3 };
        _none = null;
        when ??= await Ask(new DateTime(2020, 1, 2));
        number += await Ask<int?>(2);
        await Ask(1);
        number += await Ask<int?>(null);
        var list = new List<int?> { 1, null };
        await Ask(2);
        return $"{number?.ToString(CultureInfo.InvariantCulture) ?? "null"} {when:yyyy} {string.Join(',', flags.Select(static f => f?.ToString() ?? "-"))} {boxed} {nothing is null} {pair} {_pair?.X} {_none.HasValue} {_colour} {list[1] is null}";
    }
}

public enum Small : byte
{
    One = 1,
    Top = 255,
}

[Flags]
public enum Rights : long
{
    None = 0,
    Read = 1,
    Write = 2,
    All = Read | Write,
    Far = 1L << 40,
}

public sealed class Enums : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var rights = Rights.Read;
        var undefined = (Small)77;
        Enum boxed = Rights.Far | Rights.Write;
        var map = new Dictionary<Rights, Small?> { [Rights.All] = Small.Top, [(Rights)1024] = null };
        var day = await Ask(DayOfWeek.Sunday);
        rights |= await Ask(Rights.Far);
        object value = undefined;
        StringComparison[] some = [StringComparison.Ordinal, (StringComparison)99];
        await Ask(0);
        return $"{rights} {(byte)undefined} {boxed} {string.Join(',', map)} {day} {value.GetType().Name}{value} {string.Join(',', some)}";
    }
}

public sealed class Dates : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var utc = new DateTime(2024, 2, 29, 23, 59, 59, DateTimeKind.Utc).AddTicks(1234567);
        var local = new DateTime(2024, 3, 1, 0, 0, 0, DateTimeKind.Local);
        var plain = DateTime.MinValue;
        var max = DateTime.MaxValue;
        var offset = new DateTimeOffset(2024, 1, 1, 0, 0, 0, new(-9, -30, 0));
        var span = TimeSpan.MinValue;
        var date = new DateOnly(1, 1, 1);
        var time = new TimeOnly(23, 59, 59, 999, 999);
        var zone = TimeZoneInfo.Utc;
        await Ask(0);
        var asked = await Ask(offset);
        utc = utc.AddDays(1);
        await Ask(1);
        return string.Create(CultureInfo.InvariantCulture, $"{utc:O} {local.Kind} {plain.Kind}{plain.Ticks} {max.Ticks} {offset:O} {asked == offset} {asked.Offset} {span} {date:O} {time:O} {zone.Id}");
    }
}

public sealed class OtherValues : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var big = -BigInteger.Pow(10, 40) - 1;
        var complex = new Complex(1.5, -0.0);
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Uri[] uris = [new("https://user@host:8443/a%20b/ü?q=%C3%BC#f"), new("../relative?x", UriKind.Relative), new("urn:isbn:1")];
        var version = new Version(1, 2, 3);
        Range range = 1..^2;
        Index last = ^1;
        var rune = new System.Text.Rune(0x1F600);
        ReadOnlyMemory<byte> bytes = new byte[] { 1, 2, 3, 4 }.AsMemory(1, 2);
        var segment = new ArraySegment<int>([1, 2, 3, 4], 1, 2);
        decimal[] decimals = [0.10m, -0.0m, decimal.MaxValue, 1e-28m];
        await Ask(0);
        big *= await Ask(big);
        var text = new System.Text.StringBuilder("ab").Append('\ud800');
        segment[0] = await Ask(20);
        await Ask(1);
        text.Append('c');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{big % 1_000_007} {complex.Real} {double.IsNegative(complex.Imaginary)} {id} {string.Join(' ', uris.Select(static u => u.OriginalString))} {uris[0].Fragment} {version} {range} {last} {rune.Value} {bytes.Length}{bytes.Span[0]} {segment.Array![1]} {string.Join(' ', decimals)} {text.Length}");
    }
}
