using Holdfast.Tests.Storage;
using Holdfast.Storage;
using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Whatever the bytes, reading them ends with a value or with one of the library's own errors, and takes little memory.</summary>
public class FuzzTests
{
    const int AllocatedMax = 64 << 20;

    sealed record Item(string Name, decimal Price, Item? Parent, List<int> Numbers);

    struct Cell { public int X; public string? Text; public DayOfWeek Day; }

    static byte[][] Corpus()
    {
        var list = new List<int> { 1, 2, 3 };
        var at = list.GetEnumerator();
        at.MoveNext();
        var map = new Dictionary<string, object?> { ["a"] = 1, ["b"] = list, ["c"] = null };
        var atMap = map.GetEnumerator();
        var tree = new SortedDictionary<string, int> { ["x"] = 1, ["y"] = 2 };
        var atTree = tree.GetEnumerator();
        atTree.MoveNext();
        var captured = 5;
        Func<int, int> closure = n => n + captured;
        Func<string, int> parse = int.Parse;
        object[] graphs =
        [
            new Item("a", 1.50m, new("b", 2, null, list), list), new[] { new Cell { X = 1, Text = "t", Day = DayOfWeek.Friday }, default }, new object[] { at, atMap, atTree, map },
            closure, parse + parse, new object[] { closure, closure }, new InvalidOperationException("x", new IOException("y")) { Data = { ["k"] = 5 } },
            new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a", "b" }, new int[2, 2] { { 1, 2 }, { 3, 4 } }, new LinkedList<int>([1, 2]), new SortedSet<int> { 3, 1 },
            ImmutableList.Create(1, 2), ImmutableDictionary<string, int>.Empty.Add("a", 1), ImmutableArray.Create("a"), JsonNode.Parse("""{"a":[1,"x"]}""")!, new Uri("http://a/b"),
            new[] { "a", "\uD800" }.ToLookup(s => s.Length), new byte[100].AsMemory(3, 4), (IEnumerable<int>)Numbers(), new { A = 1, B = "x" }, Tuple.Create(1, 'x'), new PriorityQueue<int, string>([(1, "a"), (2, "b")]),
            new object?[] { 1, 2.5, DateTime.UnixEpoch, DateOnly.MaxValue, TimeOnly.MinValue, Guid.Empty, 5m, true, 'c', (System.Numerics.BigInteger)7, typeof(List<int>), DayOfWeek.Friday, TimeZoneInfo.Utc, new System.Text.StringBuilder("x"), new System.Collections.BitArray(5), new Version(1, 2), new Queue<int>([1]), new Stack<int>([1]), new System.Text.RegularExpressions.Regex("a") },
        ];
        return [.. graphs.Select(Codecs.Encode)];
    }

    static IEnumerable<int> Numbers()
    {
        yield return 1;
        yield return 2;
    }

    static void Check(byte[] bytes, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            // One catalog for many, as in a process; what it remembers of damaged descriptions must not change what it does.
            Codec.DecodeValue<object>(bytes);
        }
        catch (HoldfastException)
        {
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error} from {Convert.ToHexString(bytes)}");
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < AllocatedMax, $"{what}: {allocated:N0} bytes for {Convert.ToHexString(bytes)}");
    }

    static readonly Holdfast.Frames.Graph.GraphCodec Codec = Codecs.Fresh();

    [Fact]
    public void CorpusIsReadable()
    {
        foreach (var bytes in Corpus()) Codecs.Decode<object>(bytes);
    }

    [Fact]
    public void TruncatedDataIsRefused()
    {
        foreach (var bytes in Corpus())
            for (var length = 0; length < bytes.Length; length++)
            {
                var cut = bytes[..length];
                Assert.ThrowsAny<HoldfastException>(() => Codec.DecodeValue<object>(cut));
                Assert.ThrowsAny<HoldfastException>(() => Codec.DecodeValue<object>(Resealed.Of(cut)));
            }
    }

    [Fact]
    public void ATurnedBitIsNeverReadAsSomethingElse()
    {
        foreach (var bytes in Corpus())
            for (var at = 0; at < bytes.Length; at++)
            {
                var turned = bytes.ToArray();
                turned[at] ^= (byte)(1 << (at % 8));
                Assert.Equal(HoldfastError.CorruptSnapshot, Assert.ThrowsAny<HoldfastException>(() => Codec.DecodeValue<object>(turned)).Error);
            }
    }

    [Fact]
    public void OtherFormatsAreRefused()
    {
        foreach (var bytes in Corpus())
            for (var version = 0; version < 256; version++)
            {
                if (version == 1) continue;
                var other = bytes.ToArray();
                other[0] = (byte)version;
                Assert.Equal(HoldfastError.CorruptSnapshot, Assert.ThrowsAny<HoldfastException>(() => Codec.DecodeValue<object>(other)).Error);
            }
    }

    [Fact]
    public void DamagedDataGivesAValueOrAnError()
    {
        var random = new Random(20_260);
        var corpus = Corpus();
        for (var i = 0; i < 12_000; i++)
        {
            var bytes = corpus[random.Next(corpus.Length)].ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
            {
                var at = random.Next(bytes.Length);
                bytes = random.Next(5) switch
                {
                    0 => With(bytes, at, (byte)(bytes[at] ^ (1 << random.Next(8)))),
                    1 => With(bytes, at, (byte)random.Next(256)),
                    2 => [.. bytes[..at], .. HugeNumber(random), .. bytes[(at + 1)..]],
                    3 => [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]],
                    _ => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 5))..]],
                };
                if (bytes.Length == 0) bytes = [1];
            }
            Check(Resealed.Of(bytes), $"case {i}");
        }
    }

    [Fact]
    public void NoiseGivesAnError()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(2, 200)];
            random.NextBytes(bytes);
            bytes[0] = 1;
            if (bytes.Length > Checksum.HeadBytes) bytes[Checksum.HeadBytes] = 0;
            Check(Resealed.Of(bytes), $"noise {i}");
        }
    }

    static byte[] With(byte[] bytes, int at, byte value)
    {
        bytes[at] = value;
        return bytes;
    }

    static byte[] HugeNumber(Random random) => random.Next(3) switch
    {
        0 => [0xFF, 0xFF, 0xFF, 0xFF, 0x07],
        1 => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        _ => [0x80, 0x80, 0x80, 0x01],
    };
}
