using System.Collections.ObjectModel;

namespace Holdfast.Tests.Frames.Graph;

public class CollectionTests
{
    [Fact]
    public void UsualCollectionsRoundTrip()
    {
        Codecs.RoundTrip(new List<int> { 1, 2, 3 });
        Codecs.RoundTrip(new List<List<string?>> { new() { "a", null }, new() });
        Codecs.RoundTrip(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 });
        Codecs.RoundTrip(new Dictionary<int, Dictionary<string, List<int>>> { [1] = new() { ["x"] = [1, 2] } });
        Codecs.RoundTrip(new HashSet<string> { "a", "b", "c" });
        Codecs.RoundTrip(new HashSet<string?> { "a", null });
        Codecs.RoundTrip(new Queue<int>([1, 2, 3]));
        Codecs.RoundTrip(new Stack<string>(["bottom", "top"]));
        Codecs.RoundTrip(new LinkedList<int>([1, 2, 3]));
        Codecs.RoundTrip(new SortedSet<string> { "b", "a", "c" });
        Codecs.RoundTrip(new SortedDictionary<string, int> { ["b"] = 2, ["a"] = 1 });
        Codecs.RoundTrip(new SortedList<int, string> { [2] = "b", [1] = "a" });
        Codecs.RoundTrip(new Collection<int> { 1, 2 });
        Codecs.RoundTrip(new ReadOnlyCollection<string>(["a", "b"]));
        Codecs.RoundTrip(new ReadOnlyDictionary<string, int>(new Dictionary<string, int> { ["a"] = 1 }));
        Codecs.RoundTrip(new ReadOnlySet<int>(new HashSet<int> { 1, 2 }));
        Codecs.RoundTrip(Tuple.Create(1, "a", new List<int> { 3 }));
        Codecs.RoundTrip(Tuple.Create(1, 2, 3, 4, 5, 6, 7, "eight"));
        Codecs.RoundTrip<object>(KeyValuePair.Create("a", 1));
    }

    [Fact]
    public void EmptyCollectionsRoundTrip()
    {
        Codecs.RoundTrip(new List<int>());
        Codecs.RoundTrip(new Dictionary<string, int>());
        Codecs.RoundTrip(new HashSet<int>());
        Codecs.RoundTrip(new Queue<int>());
        Codecs.RoundTrip(new Stack<int>());
        Codecs.RoundTrip(new LinkedList<int>());
        Codecs.RoundTrip(new SortedSet<int>());
        Codecs.RoundTrip(new SortedDictionary<int, int>());
        Codecs.RoundTrip(new SortedList<int, int>());
        Codecs.RoundTrip(new PriorityQueue<int, int>().UnorderedItems.ToList());
    }

    [Fact]
    public void PriorityQueueKeepsTheOrderOfEqualPriorities()
    {
        var queue = new PriorityQueue<string, int>();
        for (var i = 0; i < 50; i++) queue.Enqueue($"item {i}", i % 3);
        for (var i = 0; i < 7; i++) queue.Dequeue();
        var copy = Codecs.Copy(queue);
        Assert.Equal(queue.Count, copy.Count);
        while (queue.TryDequeue(out var item, out _)) Assert.Equal(item, copy.Dequeue());
    }

    [Fact]
    public void NodesOfLinkedListsKeepTheirPlace()
    {
        var list = new LinkedList<string>(["a", "b", "c"]);
        var (node, copy) = Codecs.Copy((list.First!.Next!, list));
        Assert.Same(copy, node.List);
        Assert.Equal("b", node.Value);
        copy.AddAfter(node, "b2");
        Assert.Equal(["a", "b", "b2", "c"], copy);
        Assert.Equal("x", Codecs.Copy(new LinkedListNode<string>("x")).Value);
        Assert.Equal(3, Codecs.Copy(list.Last!).List!.Count);
    }

    [Fact]
    public void CollectionsMayHoldThemselves()
    {
        var list = new List<object>();
        list.Add(list);
        var copy = Codecs.Copy(list);
        Assert.Same(copy, copy[0]);

        var map = new Dictionary<string, object>();
        map["me"] = map;
        map["keys"] = map.Keys;
        var other = Codecs.Copy(map);
        Assert.Same(other, other["me"]);
        Assert.Equal(["me", "keys"], (IEnumerable<string>)other["keys"]);

        var set = new HashSet<object>(ReferenceEqualityComparer.Instance);
        set.Add(set);
        var third = Codecs.Copy(set);
        Assert.Same(third, Assert.Single(third));
    }

    [Fact]
    public void ViewsFollowTheirCollections()
    {
        var (map, keys, values) = Codecs.Copy(MapWithViews(new Dictionary<string, int> { ["a"] = 1 }));
        map["b"] = 2;
        Assert.Equal(["a", "b"], keys);
        Assert.Equal([1, 2], values);
        var sorted = new SortedDictionary<string, int> { ["b"] = 2 };
        var (copy, sortedKeys, sortedValues) = Codecs.Copy((sorted, (ICollection<string>)sorted.Keys, (ICollection<int>)sorted.Values));
        copy["a"] = 1;
        Assert.Equal(["a", "b"], sortedKeys);
        Assert.Equal([1, 2], sortedValues);
        var list = new SortedList<string, int> { ["b"] = 2 };
        var (listCopy, listKeys) = Codecs.Copy((list, list.Keys));
        listCopy["a"] = 1;
        Assert.Equal(["a", "b"], listKeys);

        static (Dictionary<string, int>, ICollection<string>, ICollection<int>) MapWithViews(Dictionary<string, int> map) => (map, map.Keys, map.Values);
    }
}
