using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Fuzz;

/// <summary>Valid values of everything that the codec knows a way to save.</summary>
static class Values
{
    sealed record Item(string Name, decimal Price, Item? Parent, List<int> Numbers);

    sealed class Node
    {
        public Node? Next;
        public object? Payload;
        public Dictionary<Node, string> Known = [];
    }

    struct Cell
    {
        public int X;
        public string? Text;
        public DayOfWeek Day;
        public DateTimeOffset? At;
    }

    [Flags]
    enum Rights { None, Read, Write, All = Read | Write, Owner = 8 }

    public static IReadOnlyList<object> All()
    {
        var list = new List<int> { 1, 2, 3 };
        var inList = list.GetEnumerator();
        inList.MoveNext();
        var map = new Dictionary<string, object?> { ["a"] = 1, ["b"] = list, ["c"] = null };
        var inMap = map.GetEnumerator();
        inMap.MoveNext();
        var tree = new SortedDictionary<string, int> { ["x"] = 1, ["y"] = 2 };
        var inTree = tree.GetEnumerator();
        inTree.MoveNext();
        var captured = 5;
        Func<int, int> closure = n => n + captured;
        Func<string, int> parse = int.Parse;
        var node = new Node { Payload = map };
        node.Next = new() { Next = node, Payload = node.Known };
        node.Known[node] = "self";
        node.Known[node.Next] = "next";
        return
        [
            new Item("a", 1.50m, new("b", 2, null, list), list), new[] { new Cell { X = 1, Text = "t", Day = DayOfWeek.Friday, At = DateTimeOffset.UnixEpoch }, default },
            new object[] { inList, inMap, inTree, map }, closure, parse + parse, new object[] { closure, closure, list, list }, node,
            new InvalidOperationException("x", new IOException("y")) { Data = { ["k"] = 5 } }, new AggregateException(new TimeoutException(), new OperationCanceledException("z")),
            new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a", "b" }, new int[2, 2] { { 1, 2 }, { 3, 4 } }, new LinkedList<int>([1, 2]), new SortedSet<int> { 3, 1 },
            ImmutableList.Create(1, 2), ImmutableDictionary<string, int>.Empty.Add("a", 1), ImmutableArray.Create("a"), ImmutableSortedSet.Create("a", "b"), JsonNode.Parse("""{"a":[1,"x"]}""")!, new Uri("http://a/b"),
            new[] { "a", "\uD800" }.ToLookup(s => s.Length), new byte[100].AsMemory(3, 4), (IEnumerable<int>)Numbers(), new { A = 1, B = "x" }, Tuple.Create(1, 'x'), (1, "x", (2L, true)), new PriorityQueue<int, string>([(1, "a"), (2, "b")]),
            new System.Collections.Concurrent.ConcurrentDictionary<int, string>([new(1, "a")]), new Queue<string>(["a"]), new Stack<long>([1, 2]), new string('x', 5_000), new byte[6_000],
            new object?[] { 1, 2.5, 1.5f, DateTime.UnixEpoch, DateOnly.MaxValue, TimeOnly.MinValue, Guid.Empty, 5m, true, 'c', (System.Numerics.BigInteger)7, typeof(List<int>), DayOfWeek.Friday, TimeZoneInfo.Utc, null },
            new object?[] { new System.Text.StringBuilder("x"), new System.Collections.BitArray(5), new Version(1, 2), new System.Text.RegularExpressions.Regex("a"), new WeakList<int> { Items = { new(1) } }, Half.One, UInt128.MaxValue, new Range(1, ^2) },
            new[] { Rights.None, Rights.Read, Rights.All, Rights.All | Rights.Owner, (Rights)36 }, new[] { DayOfWeek.Wednesday, DayOfWeek.Sunday, (DayOfWeek)9 },
        ];
    }

    sealed class WeakList<T>
    {
        public List<Tuple<T>> Items = [];
    }

    static IEnumerable<int> Numbers()
    {
        yield return 1;
        yield return 2;
    }
}
