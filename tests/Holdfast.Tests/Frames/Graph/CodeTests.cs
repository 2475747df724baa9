using System.Text;
using Holdfast.Frames.Graph;
using Holdfast.Storage;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>Delegates, closures, iterators, exceptions and large values.</summary>
public class CodeTests
{
    sealed class Counter
    {
        public int Count;

        public int Next() => ++Count;

        public static int Twice(int n) => n * 2;
    }

    static IEnumerable<int> Numbers(int from)
    {
        for (var i = from; i < from + 4; i++) yield return i;
    }

    static T Same<T>(T value) => value;

    [Fact]
    public void DelegatesRoundTrip()
    {
        var counter = new Counter { Count = 5 };
        var captured = 3;
        Func<int> instance = counter.Next;
        Func<int, int> simple = Counter.Twice, lambda = static n => n + 1, closure = n => n + captured, generic = Same<int>;
        Func<string, int> parse = int.Parse;
        Assert.Equal(6, Codecs.RoundTrip(instance)());
        Assert.Equal(8, Codecs.RoundTrip(simple)(4));
        Assert.Equal(5, Codecs.RoundTrip(lambda)(4));
        Assert.Equal(7, Codecs.RoundTrip(closure)(4));
        Assert.Equal(4, Codecs.RoundTrip(generic)(4));
        Assert.Equal(42, Codecs.RoundTrip(parse)("42"));
        Codecs.RoundTrip(new object[] { instance, instance, counter });
    }

    [Fact]
    public void MulticastDelegatesRoundTripBesideTheirParts()
    {
        var counter = new Counter();
        Func<int> one = counter.Next;
        var many = one + one + (() => counter.Count * 100);
        foreach (var order in new[] { new[] { one, many, many.GetInvocationList()[2] as Func<int>, one + one }, [many, one] })
        {
            var codec = Codecs.Fresh();
            var copy = Codecs.Fresh().DecodeValue<Func<int>?[]>(codec.EncodeValue(order!))!;
            var copiedMany = copy.Single(d => d!.GetInvocationList().Length == 3)!;
            Assert.Equal(200, copiedMany());
        }
    }

    [Fact]
    public void DelegatesShareTheirClosure()
    {
        var total = 0;
        Action<int> add = n => total += n;
        Func<int> read = () => total;
        var (copiedAdd, copiedRead) = Codecs.Copy((add, read));
        copiedAdd(5);
        Assert.Equal(5, copiedRead());
        Assert.Equal(0, total);
    }

    [Fact]
    public void OnlyMethodsThatTheCodeNamesBecomeDelegates()
    {
        var forged = Codecs.Refused((Action<string>)Delegate.CreateDelegate(typeof(Action<string>), typeof(File).GetMethod(nameof(File.Delete), [typeof(string)])!));
        Assert.Contains("Delete", forged.Message, StringComparison.Ordinal);

        // The bytes of a permitted delegate, with another name in the place of its own.
        Func<string, int> parse = int.Parse;
        var bytes = Codecs.Encode(parse);
        var at = bytes.AsSpan().IndexOf("Parse"u8);
        Assert.True(at > 0);
        foreach (var other in new[] { "Other", "CopyX" })
        {
            Encoding.ASCII.GetBytes(other).CopyTo(bytes, at);
            Assert.ThrowsAny<HoldfastException>(() => Codecs.Decode<Func<string, int>>(bytes));
        }
    }

    [Fact]
    public void IteratorsGoOnWhereTheyWere()
    {
        var fresh = Codecs.Copy(Numbers(3));
        Assert.Equal([3, 4, 5, 6], fresh);
        Assert.Equal([3, 4, 5, 6], fresh);
        using var started = Numbers(3).GetEnumerator();
        started.MoveNext();
        started.MoveNext();
        using var copy = Codecs.Copy(started);
        Assert.Equal(4, copy.Current);
        Assert.True(copy.MoveNext());
        Assert.Equal(5, copy.Current);
        // The sequence of a started enumerator still begins at the beginning.
        Assert.Equal([3, 4, 5, 6], (IEnumerable<int>)Codecs.Copy(started));
    }

    [Fact]
    public void IteratorsForgetTheThreadThatMadeThem()
    {
        byte[]? elsewhere = null;
        var thread = new Thread(() => elsewhere = Codecs.Encode(Numbers(3)));
        thread.Start();
        thread.Join();
        Assert.Equal(Codecs.Encode(Numbers(3)), elsewhere);
    }

    sealed class OrderException(string message, Exception? inner, int code) : Exception(message, inner)
    {
        public int Code { get; } = code;

        public List<string> Lines { get; init; } = [];
    }

    static T Thrown<T>(T error) where T : Exception
    {
        try
        {
            throw error;
        }
        catch (T caught)
        {
            return caught;
        }
    }

    [Fact]
    public void ExceptionsRoundTrip()
    {
        var error = Thrown(new OrderException("no", Thrown(new InvalidOperationException("inner")), 7) { Lines = ["a"], Data = { ["k"] = 1, ["when"] = DateTime.UnixEpoch } });
        var copy = Codecs.Copy<Exception>(error);
        var order = Assert.IsType<OrderException>(copy);
        Assert.Equal((7, "a", "no", 1), (order.Code, order.Lines[0], order.Message, order.Data["k"]));
        Assert.Contains(nameof(Thrown), order.StackTrace, StringComparison.Ordinal);
        Assert.Equal("inner", Assert.IsType<InvalidOperationException>(order.InnerException).Message);
        foreach (var other in new Exception[]
        {
            new ArgumentOutOfRangeException("name", 5, "bad"), new AggregateException(new IOException("x"), new TimeoutException()), new OperationCanceledException(new CancellationToken(true)),
            new TaskCanceledException(Task.FromCanceled(new CancellationToken(true))), new HttpRequestException("h", null, System.Net.HttpStatusCode.NotFound), new KeyNotFoundException(), new ObjectDisposedException("o"),
        })
        {
            var same = Codecs.Copy(other);
            Assert.Equal((other.GetType(), other.Message, other.HResult), (same.GetType(), same.Message, same.HResult));
        }
        Assert.Equal(2, Codecs.Copy(new AggregateException(new IOException(), new IOException())).InnerExceptions.Count);
        Thrown(Codecs.Copy(new InvalidOperationException("thrown again")));
    }

    [Fact]
    public void LargeValuesStandApartByTheirHash()
    {
        var (text, odd, bytes) = (new string('ä', 5000), new string('\uD800', 5000), new byte[5000]);
        var writer = new GraphWriter();
        var catalog = new TypeCatalog([typeof(CodeTests).Assembly]);
        writer.Begin(catalog, [], isIntent: false, splitsLarge: true);
        foreach (var value in new object[] { text, odd, bytes, bytes.ToArray(), "small" }) writer.WriteReference(value);
        writer.Drain();
        var data = writer.ToArray();
        Assert.True(data.Length < 500);
        var blobs = writer.Blobs.ToDictionary(b => b.Hash, b => b.Data.ToArray());
        Assert.Equal(3, blobs.Count);
        Assert.Equal(blobs.Keys, GraphReader.BlobsOf(data));
        var reader = new GraphReader(data, catalog, NoServices.Instance, hash => blobs[hash]);
        Assert.Equal(text, reader.ReadReference());
        Assert.Equal(odd, reader.ReadReference());
        Assert.Equal(bytes, reader.ReadReference());
        Assert.Equal(bytes, reader.ReadReference());
        Assert.Equal("small", reader.ReadReference());
        reader.Drain();
        var missing = new GraphReader(data, catalog, NoServices.Instance, static _ => null);
        Assert.Throws<HoldfastException>(() => missing.ReadReference());
    }
}
