using System.Numerics;

namespace Holdfast.Tests.Frames.Graph;

public class ValueTests
{
    enum Colour { Red, Green = 5, Blue = -1 }

    enum Big : ulong { Most = ulong.MaxValue }

    [Flags]
    enum Parts { None = 0, A = 1, B = 2, C = 8 }

#pragma warning disable CA1069 // Two names of one number are what is tested.
    enum Twins { None, Zero = 0, Low = 1, Small = 1, High = 2, Three = 3, Third = 3 }
#pragma warning restore CA1069

    [Flags]
    enum Rights : sbyte { None = 0, Read = 1, Write = 2, All = 3, Owner = 12, Every = ~0 }

    enum Masks : ushort { Read = 1, Write = 2, Delete = 4, All = 7 }

    record Person(string Name, int Age) { public Person? Friend { get; init; } }

    readonly record struct Point(int X, double Y);

    struct Nested { public Point Inside; public Point? Maybe; public string? Text; public (int A, string B) Pair; }

    struct Empty;

    unsafe struct Digest
    {
        public fixed byte Bytes[20];
        public int After;
        public fixed long Longs[3];
        public fixed char Text[4];
        public fixed bool Flags[2];
    }

    [Fact]
    public unsafe void FixedBuffersAreSavedWhole()
    {
        var digest = new Digest { After = -7 };
        for (var i = 0; i < 20; i++) digest.Bytes[i] = (byte)(i + 1);
        for (var i = 0; i < 3; i++) digest.Longs[i] = long.MaxValue - i;
        for (var i = 0; i < 4; i++) digest.Text[i] = (char)('a' + i);
        digest.Flags[1] = true;
        foreach (var copy in (Digest[])[Codecs.Copy(digest), (Digest)Codecs.Copy<object>(digest), Codecs.Copy(new List<Digest> { default, digest })[1], Codecs.Copy((1, digest)).digest])
        {
            for (var i = 0; i < 20; i++) Assert.Equal(i + 1, copy.Bytes[i]);
            for (var i = 0; i < 3; i++) Assert.Equal(long.MaxValue - i, copy.Longs[i]);
            for (var i = 0; i < 4; i++) Assert.Equal('a' + i, copy.Text[i]);
            Assert.Equal((false, true, -7), (copy.Flags[0], copy.Flags[1], copy.After));
        }
    }

    class Base { readonly int _hidden = 1; public int Hidden => _hidden; protected List<int> Items { get; } = [1]; }

    sealed class Derived : Base { readonly int _hidden = 2; public int Mine => _hidden; public List<int> More => Items; }

    sealed class Node { public Node? Next; public int Value; }

    static void All<T>(params T[] values)
    {
        foreach (var value in values)
        {
            Codecs.RoundTrip(value);
            Codecs.RoundTrip<object?>(value);
        }
        Codecs.RoundTrip(values);
        Codecs.RoundTrip(values.ToList());
    }

    [Fact]
    public void NumbersRoundTrip()
    {
        All(true, false);
        All(byte.MinValue, byte.MaxValue);
        All(sbyte.MinValue, (sbyte)0, sbyte.MaxValue);
        All(short.MinValue, (short)-1, short.MaxValue);
        All(ushort.MinValue, ushort.MaxValue);
        All(int.MinValue, -1, 0, 1, 127, 128, int.MaxValue);
        All(uint.MinValue, uint.MaxValue);
        All(long.MinValue, -1L, 0L, long.MaxValue);
        All(ulong.MinValue, ulong.MaxValue);
        All(char.MinValue, 'a', '\uD800', char.MaxValue);
        All(0f, -0f, float.NaN, float.Epsilon, float.NegativeInfinity, float.MaxValue, BitConverter.Int32BitsToSingle(0x7FC0_1234));
        All(0d, -0d, double.NaN, double.Epsilon, double.PositiveInfinity, double.MinValue);
        All(Half.NaN, Half.MinValue, (Half)1.5);
        All(0m, 1.0m, 1.00m, -0.0m, decimal.MinValue, decimal.MaxValue, 0.0000000000000000000000000001m);
        All(Int128.MinValue, Int128.MaxValue, Int128.NegativeOne);
        All(UInt128.MinValue, UInt128.MaxValue);
        All(BigInteger.Zero, BigInteger.MinusOne, BigInteger.Pow(7, 500), -BigInteger.Pow(2, 64));
        All(new Complex(1, -0.0), Complex.ImaginaryOne);
    }

    [Fact]
    public void DatesRoundTrip()
    {
        All(DateTime.MinValue, DateTime.MaxValue, new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc), new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Local), new DateTime(1, DateTimeKind.Unspecified));
        All(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.FromMinutes(-570)), new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.FromHours(14)));
        All(TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.Zero);
        All(DateOnly.MinValue, DateOnly.MaxValue);
        All(TimeOnly.MinValue, TimeOnly.MaxValue);
        All(Guid.Empty, Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"));
        All(new System.Text.Rune(0x1F600), new System.Text.Rune('a'));
        All(new Index(3, fromEnd: true));
        All(1..^2);
    }

    [Fact]
    public void TextRoundTrips() =>
        All("", "a", "ä€😀", "\0", "\uD800", "\uDC00\uD800", "a\uD83D", new string('x', 100_000), "\uFEFFbom");

    [Fact]
    public void EnumsRoundTripByName()
    {
        All(Colour.Red, Colour.Green, Colour.Blue, (Colour)77);
        All(Big.Most, (Big)5);
        All(Parts.None, Parts.A, Parts.A | Parts.C, (Parts)4, Parts.B | (Parts)64);
        All(Twins.None, Twins.Low, Twins.High, Twins.High | Twins.Low, (Twins)8, (Twins)9);
        All(Rights.None, Rights.Read, Rights.All, Rights.Read | Rights.Owner, Rights.Every, (Rights)64, (Rights)sbyte.MinValue, Rights.Every & ~Rights.Read);
        All(Masks.Read, Masks.Read | Masks.Delete, Masks.All, (Masks)0);
        Assert.Contains("|A:1|C:8", System.Text.Encoding.UTF8.GetString(Codecs.Encode(Parts.A | Parts.C)), StringComparison.Ordinal);
    }

    [Fact]
    public void NullablesTuplesAndRecordsRoundTrip()
    {
        All<int?>(null, 5);
        All<Point?>(null, new Point(1, 2.5));
        All((1, "a"), (2, null!));
        All((1, 2, 3, 4, 5, 6, 7, 8, "nine"));
        All(new Nested { Inside = new(1, 2), Maybe = new(3, 4), Text = "t", Pair = (1, "b") });
        All(default(Empty));
        var person = new Person("a", 1) { Friend = new("b", 2) };
        Codecs.RoundTrip(person);
        Codecs.RoundTrip(new { Name = "n", Person = person, Other = person });
        Codecs.RoundTrip(new Derived());
        Assert.Equal((1, 2), (Codecs.Copy(new Derived()).Hidden, Codecs.Copy(new Derived()).Mine));
        Codecs.RoundTrip(new List<Dictionary<string, (Point, List<int?>)?[]>> { new() { ["a"] = [null, (new(1, 1), [1, null])] } });
    }

    [Fact]
    public void ArraysRoundTrip()
    {
        Codecs.RoundTrip(new[] { new[] { 1, 2 }, [], null });
        Codecs.RoundTrip(new int[2, 3] { { 1, 2, 3 }, { 4, 5, 6 } });
        Codecs.RoundTrip(new string?[1, 2, 2] { { { "a", null }, { "c", "d" } } });
        Codecs.RoundTrip(new int[0, 5]);
        Codecs.RoundTrip<object>(new byte[] { 1, 2, 3 });
        Codecs.RoundTrip<object[]>(new string[] { "covariant" });
        Codecs.RoundTrip(new object?[] { 1, "a", null, 2.5, new object() });
        Codecs.Refused(Array.CreateInstance(typeof(int), [2], [1]));
    }

    [Fact]
    public void SharingAndCyclesSurvive()
    {
        var shared = new List<int> { 1 };
        Codecs.RoundTrip(new object[] { shared, shared, new[] { shared } });
        object box = 5;
        var boxes = Codecs.RoundTrip(new[] { box, box, 5 });
        Assert.Same(boxes[0], boxes[1]);
        Assert.NotSame(boxes[0], boxes[2]);
        var text = new string('a', 3);
        Codecs.RoundTrip(new[] { text, text });
        var node = new Node { Value = 1 };
        node.Next = new() { Value = 2, Next = node };
        Codecs.RoundTrip(node);
        var array = new object[1];
        array[0] = array;
        var copy = Codecs.Copy(array);
        Assert.Same(copy, copy[0]);
    }

    [Fact]
    public void AMillionNodesNeedNoStack()
    {
        Node? list = null;
        for (var i = 0; i < 1_000_000; i++) list = new() { Value = i, Next = list };
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    var copy = Codecs.Copy(list);
                    for (var i = 999_999; i >= 0; i--, copy = copy.Next!) Assert.Equal(i, copy!.Value);
                    Assert.Null(copy);
                }
                catch (Exception error)
                {
                    failure = error;
                }
            },
            256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    sealed class Key(string name)
    {
        public string Name = name;
        public HashSet<Key> Friends = [];
        public Dictionary<Key, int>? Home;

        public override bool Equals(object? obj) => obj is Key other && other.Name == Name && other.Friends.Count == Friends.Count;

        public override int GetHashCode() => HashCode.Combine(Name, Friends.Count);
    }

    [Fact]
    public void KeysAreCompleteWhenTheirDictionaryIsFilled()
    {
        // The hash of a key depends on a set inside it, on fields that are read later, and the key refers to its own dictionary.
        var key = new Key("outer") { Friends = [new("a"), new("b") { Friends = [new("c")] }] };
        var map = new Dictionary<Key, int> { [key] = 1, [new("second")] = 2 };
        key.Home = map;
        foreach (var graph in new object[][] { [map, key], [key, map], [key.Friends, map, key], [map, key.Friends] })
        {
            var copy = Codecs.Copy(graph);
            var found = copy.OfType<Dictionary<Key, int>>().Single();
            var outer = found.Keys.First();
            Assert.Equal(1, found[outer]);
            Assert.Same(found, outer.Home);
            Assert.Equal(2, found[new("second")]);
            Assert.Contains(new Key("a"), outer.Friends);
            Assert.Contains(new Key("b") { Friends = [new("c")] }, outer.Friends);
        }
    }

    [Fact]
    public void SetsInSetsInSetsAreFilledInsideOut()
    {
        var sets = new List<HashSet<Key>>();
        var inner = new Key("0");
        for (var i = 1; i < 20; i++)
        {
            inner = new Key($"{i}") { Friends = [inner] };
            sets.Add(inner.Friends);
        }
        // Found in the order in which filling backwards is wrong for every one of them.
        foreach (var order in new[] { sets, Enumerable.Reverse(sets).ToList() })
            foreach (var set in Codecs.Copy(order)) Assert.Contains(set.Single(), set);
    }
}
