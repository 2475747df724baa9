using System.Collections;

namespace Holdfast.Tests.Frames.Graph;

/// <summary>A loop goes on after a restart as it would have without one.</summary>
public class EnumeratorTests
{
    sealed class Loop<TCollection, TEnumerator>(TCollection items, TEnumerator at)
    {
        public TCollection Items = items;
        public TEnumerator At = at;
    }

    static void Check<TCollection, TEnumerator, T>(TCollection items, Func<TCollection, TEnumerator> start, Action<TCollection>? change = null)
        where TEnumerator : IEnumerator<T>
    {
        var count = 0;
        for (var counter = start(items); counter.MoveNext();) count++;
        for (var steps = 0; steps <= count + 1; steps++)
        {
            var loop = new Loop<TCollection, TEnumerator>(items, start(items));
            for (var i = 0; i < steps; i++) loop.At.MoveNext();
            var copy = Codecs.Copy(loop);
            var boxed = Codecs.Copy(new Loop<TCollection, IEnumerator<T>>(items, loop.At));
            if (steps > 0 && steps <= count)
            {
                Assert.Equal(loop.At.Current, copy.At.Current);
                Assert.Equal(loop.At.Current, boxed.At.Current);
            }
            var rest = Rest<T>(loop.At);
            Assert.Equal(rest, Rest<T>(copy.At));
            Assert.Equal(rest, Rest<T>(boxed.At));
        }
        if (change is null) return;
        var stale = new Loop<TCollection, TEnumerator>(items, start(items));
        stale.At.MoveNext();
        change(items);
        var staleCopy = Codecs.Copy(stale);
        Assert.Throws<InvalidOperationException>(() => stale.At.MoveNext());
        Assert.Throws<InvalidOperationException>(() => staleCopy.At.MoveNext());
        change(staleCopy.Items);
        Assert.Throws<InvalidOperationException>(() => staleCopy.At.MoveNext());
    }

    static List<T> Rest<T>(IEnumerator<T> at)
    {
        var rest = new List<T>();
        while (at.MoveNext()) rest.Add(at.Current);
        return rest;
    }

    [Fact]
    public void Lists() => Check<List<string>, List<string>.Enumerator, string>(["a", "b", "c"], static c => c.GetEnumerator(), static c => c.Add("d"));

    [Fact]
    public void Dictionaries()
    {
        var next = 10;
        Check<Dictionary<int, string>, Dictionary<int, string>.Enumerator, KeyValuePair<int, string>>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.GetEnumerator(), c => c.Add(next++, "x"));
        Check<Dictionary<int, string>, Dictionary<int, string>.KeyCollection.Enumerator, int>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.Keys.GetEnumerator(), c => c.Add(next++, "x"));
        Check<Dictionary<int, string>, Dictionary<int, string>.ValueCollection.Enumerator, string>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.Values.GetEnumerator(), c => c.Add(next++, "x"));
    }

    [Fact]
    public void NonGenericEnumeratorsOfDictionariesStayEntries()
    {
        var at = ((IDictionary)new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }).GetEnumerator();
        at.MoveNext();
        var copy = Codecs.Copy(at);
        Assert.Equal("a", copy.Key);
        Assert.True(copy.MoveNext());
        Assert.Equal(new DictionaryEntry("b", 2), copy.Current);
    }

    [Fact]
    public void Sets()
    {
        var next = 10;
        Check<HashSet<int>, HashSet<int>.Enumerator, int>([3, 1, 2], static c => c.GetEnumerator(), c => c.Add(next++));
        Check<SortedSet<int>, SortedSet<int>.Enumerator, int>([3, 1, 2, 5, 4], static c => c.GetEnumerator(), c => c.Add(next++));
        Check<SortedSet<string>, SortedSet<string>.Enumerator, string>([], static c => c.GetEnumerator());
    }

    [Fact]
    public void QueuesAndStacks()
    {
        var queue = new Queue<int>([0, 1, 2, 3]);
        queue.Dequeue();
        queue.Enqueue(4);
        Check<Queue<int>, Queue<int>.Enumerator, int>(queue, static c => c.GetEnumerator(), static c => c.Enqueue(9));
        Check<Stack<int>, Stack<int>.Enumerator, int>(new([1, 2, 3]), static c => c.GetEnumerator(), static c => c.Push(9));
        Check<Stack<int>, Stack<int>.Enumerator, int>(new(), static c => c.GetEnumerator());
    }

    [Fact]
    public void LinkedLists() => Check<LinkedList<string>, LinkedList<string>.Enumerator, string>(new(["a", "b", "c"]), static c => c.GetEnumerator(), static c => c.AddLast("d"));

    [Fact]
    public void SortedMaps()
    {
        var next = 10;
        Check<SortedDictionary<int, string>, SortedDictionary<int, string>.Enumerator, KeyValuePair<int, string>>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.GetEnumerator(), c => c.Add(next++, "x"));
        Check<SortedDictionary<int, string>, SortedDictionary<int, string>.KeyCollection.Enumerator, int>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.Keys.GetEnumerator(), c => c.Add(next++, "x"));
        Check<SortedDictionary<int, string>, SortedDictionary<int, string>.ValueCollection.Enumerator, string>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.Values.GetEnumerator(), c => c.Add(next++, "x"));
        Check<SortedList<int, string>, IEnumerator<KeyValuePair<int, string>>, KeyValuePair<int, string>>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.GetEnumerator(), c => c.Add(next++, "x"));
    }

    [Fact]
    public void OrderedMaps()
    {
        var next = 10;
        Check<OrderedDictionary<int, string>, OrderedDictionary<int, string>.Enumerator, KeyValuePair<int, string>>(new() { [3] = "c", [1] = "a", [2] = "b" }, static c => c.GetEnumerator(), c => c.Add(next++, "x"));
        Check<OrderedDictionary<int, string>, OrderedDictionary<int, string>.KeyCollection.Enumerator, int>(new() { [3] = "c", [1] = "a" }, static c => c.Keys.GetEnumerator(), c => c.Add(next++, "x"));
        Check<OrderedDictionary<int, string>, OrderedDictionary<int, string>.ValueCollection.Enumerator, string>(new() { [3] = "c", [1] = "a" }, static c => c.Values.GetEnumerator(), c => c.Add(next++, "x"));
    }

    [Fact]
    public void ArraysAndOtherSequences()
    {
        Check<ArraySegment<int>, ArraySegment<int>.Enumerator, int>(new([1, 2, 3, 4], 1, 2), static c => c.GetEnumerator());
        Check<int[], IEnumerator<int>, int>([1, 2, 3], static c => ((IEnumerable<int>)c).GetEnumerator());
        Check<string[], IEnumerator<string>, string>([], static c => ((IEnumerable<string>)c).GetEnumerator());
        Check<Dictionary<int, int>, IEnumerator<KeyValuePair<int, int>>, KeyValuePair<int, int>>([], static c => ((IEnumerable<KeyValuePair<int, int>>)c).GetEnumerator());
        Check<IReadOnlyList<int>, IEnumerator<int>, int>([1, 2, 3], static c => c.GetEnumerator());
        Check<IReadOnlyList<int>, IEnumerator<int>, int>([1], static c => c.GetEnumerator());
        Check<string, IEnumerator<char>, char>("abc", static c => ((IEnumerable<char>)c).GetEnumerator());
        Check<System.Collections.Immutable.ImmutableArray<int>, IEnumerator<int>, int>([1, 2], static c => ((IEnumerable<int>)c).GetEnumerator());
    }

    [Fact]
    public void EnumeratorsOfFinishedLoopsAreEmpty()
    {
        Codecs.Copy(new Loop<int, List<int>.Enumerator>(1, default));
        Codecs.Copy(new Loop<int, Dictionary<int, int>.Enumerator>(1, default));
        Codecs.Copy(new Loop<int, LinkedList<int>.Enumerator>(1, default));
        Codecs.Copy(new Loop<int, SortedSet<int>.Enumerator>(1, default));
    }
}
