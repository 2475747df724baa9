using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.Tests.Frames.Graph;

public partial class FrameworkTypeTests
{
    [Fact]
    public void ImmutableCollectionsRoundTrip()
    {
        Codecs.RoundTrip(ImmutableArray.Create(1, 2, 3));
        Assert.True(Codecs.Copy(default(ImmutableArray<int>)).IsDefault);
        Codecs.RoundTrip(ImmutableList.Create("a", "b"));
        Codecs.RoundTrip(ImmutableQueue.Create(1, 2));
        Codecs.RoundTrip(ImmutableStack.Create(1, 2));
        Codecs.RoundTrip(ImmutableHashSet.Create("a", "b", "c"));
        Codecs.RoundTrip(ImmutableSortedSet.Create(3, 1, 2));
        Codecs.RoundTrip(ImmutableDictionary<string, int>.Empty.Add("a", 1).Add("b", 2));
        Codecs.RoundTrip(ImmutableSortedDictionary<string, int>.Empty.Add("b", 1).Add("a", 2));
        Assert.Same(ImmutableList<int>.Empty, Codecs.Copy(ImmutableList<int>.Empty));
        Assert.Same(ImmutableDictionary<string, int>.Empty, Codecs.Copy(ImmutableDictionary<string, int>.Empty));
        var ignoring = Codecs.Copy(ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase).Add("a", 1));
        Assert.Equal(1, ignoring["A"]);
        Assert.Same(StringComparer.OrdinalIgnoreCase, ignoring.KeyComparer);
        var copy = Codecs.Copy(ImmutableList.Create(1, 2)).Add(3).Insert(0, 0);
        Assert.Equal([0, 1, 2, 3], copy);
    }

    [Fact]
    public void ConcurrentCollectionsRoundTrip()
    {
        Codecs.RoundTrip(new ConcurrentDictionary<int, string>([new(1, "a"), new(2, "b")]));
        Codecs.RoundTrip(new ConcurrentQueue<int>([1, 2, 3]));
        Codecs.RoundTrip(new ConcurrentStack<int>([1, 2, 3]));
        Codecs.RoundTrip(new OrderedDictionary<string, int> { ["z"] = 1, ["a"] = 2 });
    }

    [Fact]
    public void GroupsAndLookupsRoundTrip()
    {
        string?[] words = ["apple", "avocado", "bean", null, "bread"];
        var lookup = Codecs.Copy(words.ToLookup(w => w?[0]));
        Assert.Equal(words.ToLookup(w => w?[0]).Select(g => (g.Key, string.Join(',', g))), lookup.Select(g => (g.Key, string.Join(',', g))));
        Assert.Equal(["apple", "avocado"], lookup['a']);
        Assert.Equal([null], lookup[null]);
        var groups = Codecs.Copy(words.GroupBy(w => w?.Length ?? 0).ToList());
        Assert.Equal(words.GroupBy(w => w?.Length ?? 0).Select(g => (g.Key, g.Count())), groups.Select(g => (g.Key, g.Count())));
        Codecs.Copy(Array.Empty<int>().ToLookup(i => i));
    }

    [Fact]
    public void SmallClassesRoundTrip()
    {
        Codecs.RoundTrip(new Uri("https://example.org/a?b=c#d"));
        Codecs.RoundTrip(new Uri("a/b", UriKind.Relative));
        Codecs.RoundTrip(new Version(1, 2));
        Codecs.RoundTrip(new Version(1, 2, 3, 4));
        Codecs.RoundTrip(new BitArray([true, false, true, true, false, false, true, false, true]));
        Assert.Equal("abc\uD800", Codecs.Copy(new StringBuilder("abc\uD800")).ToString());
        Codecs.RoundTrip(new Regex("a+b", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(2)));
        Codecs.RoundTrip(IPAddress.Parse("192.168.1.1"));
        Codecs.RoundTrip(IPAddress.Parse("fe80::1%5"));
        Assert.Same(IPAddress.Loopback, Codecs.Copy(IPAddress.Loopback));
        Codecs.RoundTrip(new MailAddress("a@example.org", "A B"));
        Assert.Same(Encoding.UTF8, Codecs.Copy(Encoding.UTF8));
        Assert.Same(DBNull.Value, Codecs.Copy<object>(DBNull.Value));
        Assert.Same(CultureInfo.InvariantCulture, Codecs.Copy(CultureInfo.InvariantCulture));
        // One that may be changed may still be changed.
        Assert.False(Codecs.Copy((CultureInfo)CultureInfo.InvariantCulture.Clone()).IsReadOnly);
        Assert.Same(TimeZoneInfo.Utc, Codecs.Copy(TimeZoneInfo.Utc));
        Codecs.RoundTrip(TimeZoneInfo.CreateCustomTimeZone("mine", TimeSpan.FromHours(3), "Mine", "Mine"));
        Codecs.RoundTrip<object>(new object().GetType());
        Assert.Equal("x7", Generated().Replace("xab", "x7").Replace("7", "7"));
        Assert.Equal(Generated().ToString(), Codecs.Copy(Generated()).ToString());
    }

    [GeneratedRegex("xa?b")]
    private static partial Regex Generated();

    [Fact]
    public void TypesRoundTripAsThemselves()
    {
        foreach (var type in new[] { typeof(int), typeof(List<>), typeof(Dictionary<string, List<int[]>>), typeof(FrameworkTypeTests), typeof(Stream), typeof(int[,]), typeof(Task<int>), typeof(HttpClient) })
            Assert.Same(type, Codecs.Copy(type));
        Codecs.Refused(typeof(Same).Assembly.GetType("nothing") ?? typeof(Xunit.Assert));
        Codecs.Refused(typeof(int).MakeByRefType());
        Codecs.Refused(typeof(List<>).GetGenericArguments()[0]);
    }

    [Fact]
    public void TypesMayBeMentionedByWhatIsSaved()
    {
        Codecs.RoundTrip(new List<IReadOnlyList<int>> { new List<int> { 1 } });
        Codecs.RoundTrip(new Dictionary<Type, Stream?> { [typeof(int)] = null });
        Codecs.RoundTrip(new IDisposable?[] { null });
        Codecs.RoundTrip(new List<HttpResponseMessage>());
    }

    [Fact]
    public void ComparersAreSingletons()
    {
        object[] comparers =
        [
            StringComparer.Ordinal, StringComparer.OrdinalIgnoreCase, StringComparer.InvariantCulture, StringComparer.InvariantCultureIgnoreCase,
            EqualityComparer<string>.Default, EqualityComparer<int>.Default, EqualityComparer<int?>.Default, EqualityComparer<DayOfWeek>.Default, EqualityComparer<object>.Default,
            EqualityComparer<byte>.Default, Comparer<int>.Default, Comparer<string>.Default, Comparer<DayOfWeek>.Default, ReferenceEqualityComparer.Instance,
        ];
        foreach (var comparer in comparers) Assert.Same(comparer, Codecs.Copy(comparer));
        Assert.Equal(1, Codecs.Copy(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 })["A"]);
        Assert.Equal([3, 2, 1], Codecs.Copy(new SortedSet<int>(Comparer<int>.Create(static (a, b) => b.CompareTo(a))) { 1, 2, 3 }));
        Assert.False(Codecs.Copy(new HashSet<string>(new FirstLetter()) { "apple" }).Add("avocado"));
        Assert.Contains("DelegateEqualityComparer", Codecs.Refused(new HashSet<int>(EqualityComparer<int>.Create(static (a, b) => a == b, static a => a))).Message, StringComparison.Ordinal);
    }

    sealed class FirstLetter : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => x?[0] == y?[0];

        public int GetHashCode(string obj) => obj[0];
    }

    [Fact]
    public void MemoryKeepsSharingItsArray()
    {
        var bytes = new byte[] { 1, 2, 3, 4, 5 };
        var (part, whole, array) = Codecs.Copy((bytes.AsMemory(1, 3), new ReadOnlyMemory<byte>(bytes), bytes));
        part.Span[0] = 9;
        Assert.Equal([1, 9, 3, 4, 5], array);
        Assert.Equal(array, whole.ToArray());
        Assert.Equal("ell", Codecs.Copy("hello".AsMemory(1, 3)).ToString());
        Assert.True(Codecs.Copy(default(Memory<int>)).IsEmpty);
        Assert.Equal([2, 3], Codecs.Copy(new ArraySegment<int>([1, 2, 3], 1, 2)).ToArray());
    }

    [Fact]
    public void JsonRoundTrips()
    {
        var node = JsonNode.Parse("""{"a":[1,2.50,"x",null,true,{"b":1e400}],"c":{}}""")!;
        Codecs.RoundTrip(node);
        var (inner, root) = Codecs.Copy((node["a"]![5]!, node));
        Assert.Same(root["a"]![5], inner);
        Assert.Same(root, inner.Root);
        Assert.Equal(5, Codecs.Copy(JsonValue.Create(5)).GetValue<int>());
        Assert.Throws<InvalidOperationException>(() => Codecs.Copy(JsonValue.Create(5)).GetValue<long>());
        Assert.Equal("x", Codecs.Copy(JsonValue.Create("x"))!.GetValue<string>());
        Assert.Equal(5L, Codecs.Copy(JsonNode.Parse("5")!).GetValue<long>());
        var element = JsonDocument.Parse("""{"a":[1,2]}""").RootElement;
        Assert.Equal(element.GetRawText(), Codecs.Copy(element).GetRawText());
        Assert.Equal(JsonValueKind.Undefined, Codecs.Copy(default(JsonElement)).ValueKind);
        Codecs.Refused(JsonNode.Parse("""{"a":1,"a":2}""")!);
        var disposed = JsonDocument.Parse("1");
        var gone = disposed.RootElement;
        disposed.Dispose();
        Codecs.Refused(gone);
    }
}
