using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Holdfast.Torture.Corpus;

/// <summary>Each collection's own enumerator is alive across awaits; after its loop the collection is changed, and must still be a sound one.</summary>
public sealed class EnumeratorsOfLists : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        var list = new List<int> { 1, 2, 3 };
        foreach (var item in list) text += await Ask(item);
        list.Insert(1, 9);
        var queue = new Queue<int>([0, 1, 2, 3]);
        queue.Dequeue();
        queue.Enqueue(4);
        foreach (var item in queue) text += await Ask(item);
        queue.Enqueue(5);
        var stack = new Stack<string>(["a", "b", "c"]);
        stack.Pop();
        foreach (var item in stack) text += await Ask(item);
        stack.Push("d");
        var linked = new LinkedList<int>([1, 2, 3]);
        var second = linked.First!.Next!;
        foreach (var item in linked) text += await Ask(item);
        linked.AddBefore(second, 8);
        linked.Remove(second);
        var collection = new Collection<int>(list);
        foreach (var item in collection) text += await Ask(item);
        collection.Add(7);
        var view = list.AsReadOnly();
        foreach (var item in view) text += await Ask(item);
        list.RemoveAt(0);
        int[] row = [4, 5];
        foreach (var item in row) text += await Ask(item);
        foreach (var item in (IEnumerable<int>)row) text += await Ask(item);
        foreach (var item in new ArraySegment<int>(row, 1, 1)) text += await Ask(item);
        foreach (var letter in "pq") text += await Ask(letter);
        foreach (var letter in (IEnumerable<char>)"rs") text += await Ask(letter);
        foreach (var item in (IReadOnlyCollection<int>)queue) text += await Ask(item);
        await Ask(0);
        return $"{text} {string.Join(',', list)} {string.Join(',', queue)} {string.Join(',', stack)} {string.Join(',', linked)} {view.Count} {second.List is null}";
    }
}

public sealed class EnumeratorsOfTables : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        var map = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2, ["c"] = 3, ["d"] = 4 };
        map.Remove("b");
        foreach (var (key, value) in map) text += await Ask($"{key}{value}");
        map["e"] = 5;
        foreach (var key in map.Keys) text += await Ask(key);
        map.Remove("a");
        foreach (var value in map.Values) text += await Ask(value);
        map["f"] = 6;
        foreach (var pair in (IEnumerable<KeyValuePair<string, int>>)map) text += await Ask(pair.Key);
        var set = new HashSet<int> { 3, 1, 2 };
        set.Remove(1);
        foreach (var item in set) text += await Ask(item);
        set.Add(7);
        var sorted = new SortedSet<string> { "m", "k", "l" };
        foreach (var item in sorted) text += await Ask(item);
        sorted.Remove("l");
        sorted.Add("j");
        var tree = new SortedDictionary<int, string> { [3] = "x", [1] = "y", [2] = "z" };
        foreach (var (key, value) in tree) text += await Ask($"{key}{value}");
        tree[0] = "w";
        foreach (var key in tree.Keys) text += await Ask(key);
        foreach (var value in tree.Values) text += await Ask(value);
        tree.Remove(2);
        var flat = new SortedList<string, int> { ["t"] = 1, ["s"] = 2 };
        foreach (var (key, value) in flat) text += await Ask($"{key}{value}");
        flat["r"] = 3;
        var ordered = new OrderedDictionary<string, int> { ["z"] = 1, ["y"] = 2 };
        foreach (var (key, value) in ordered) text += await Ask($"{key}{value}");
        foreach (var key in ordered.Keys) text += await Ask(key);
        foreach (var value in ordered.Values) text += await Ask(value);
        ordered.Insert(1, "x", 3);
        var first = new PriorityQueue<string, int>([("low", 5), ("high", 1), ("mid", 3)]);
        foreach (var (item, _) in first.UnorderedItems.OrderBy(static i => i.Priority).ToList()) text += await Ask(item[0]);
        first.Enqueue("top", 0);
        await Ask(0);
        return $"{text} {string.Join(',', map)} {string.Join(',', set)} {string.Join(',', sorted)} {string.Join(',', tree.Keys)} {string.Join(',', flat.Keys)} {string.Join(',', ordered.Keys)} {first.Dequeue()}{first.Dequeue()}";
    }
}

public sealed class EnumeratorsOfImmutables : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        var array = ImmutableArray.Create(1, 2);
        foreach (var item in array) text += await Ask(item);
        var list = ImmutableList.Create("a", "b");
        foreach (var item in list.ToList()) text += await Ask(item);
        list = list.Insert(1, "c");
        var map = ImmutableDictionary<string, int>.Empty.Add("k", 1).Add("l", 2);
        foreach (var key in map.Keys.Order().ToList()) text += await Ask(key);
        map = map.SetItem("k", 5).Remove("l");
        var sorted = ImmutableSortedDictionary<int, string>.Empty.Add(2, "x").Add(1, "y");
        foreach (var value in sorted.Values.ToList()) text += await Ask(value);
        sorted = sorted.Add(0, "z");
        var set = ImmutableHashSet.Create(1, 1, 2).Add(await Ask(3));
        var tree = ImmutableSortedSet.Create(3, 1).Add(await Ask(2));
        var queue = ImmutableQueue.Create(1).Enqueue(await Ask(2)).Dequeue();
        var stack = ImmutableStack.Create(1).Push(await Ask(2));
        var builder = array.ToBuilder().ToImmutable();
        var concurrent = new ConcurrentDictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 };
        var waiting = new ConcurrentQueue<int>([1, 2]);
        var piled = new ConcurrentStack<int>([1, 2]);
        await Ask(0);
        concurrent["a"] = await Ask(4);
        waiting.Enqueue(3);
        waiting.TryDequeue(out _);
        piled.TryPop(out var top);
        var watched = new ReadOnlyDictionary<string, int>(concurrent);
        await Ask(1);
        concurrent["b"] = 6;
        return $"{text} {string.Join(',', list)} {map["k"]}{map.Count} {string.Join(',', sorted.Values)} {set.Count} {string.Join(',', tree)} {queue.Peek()} {stack.Peek()} {builder.Length} {concurrent.Count} {concurrent["A"]} {string.Join(',', waiting)} {top}{piled.Count} {watched.Count}";
    }
}

public sealed class ChangedInLoops : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        // Removal is the one change that a dictionary's and a set's loop allow.
        var map = Enumerable.Range(0, 6).ToDictionary(static i => i, static i => $"v{i}");
        foreach (var (key, _) in map)
        {
            await Ask(key);
            if (key % 2 == 0) map.Remove(key);
            if (key == 1) map.Remove(3);
        }
        var set = new HashSet<int> { 1, 2, 3, 4 };
        foreach (var item in set)
        {
            await Ask(item);
            set.Remove(item);
        }
        text += $"{string.Join(',', map.Keys)} {set.Count}";
        foreach (var change in new[] { "list", "map", "set", "queue", "stack", "linked", "sorted", "tree" }) text += $" {change}:{await Changed(change)}";
        return text;
    }

    static async Durable<string> Changed(string what)
    {
        var passed = 0;
        try
        {
            switch (what)
            {
                case "list":
                    var list = new List<int> { 1, 2, 3 };
                    foreach (var item in list)
                    {
                        passed += await Ask(1);
                        if (item == 2) list[0] = 5;
                        if (item == 3) list.Clear();
                    }
                    break;
                case "map":
                    var map = new Dictionary<int, int> { [1] = 1, [2] = 2 };
                    foreach (var (key, _) in map)
                    {
                        passed += await Ask(1);
                        map[key] = 7;
                        map[key + 10] = 8;
                    }
                    break;
                case "set":
                    var set = new HashSet<int> { 1, 2 };
                    foreach (var item in set)
                    {
                        passed += await Ask(1);
                        set.Add(item + 5);
                    }
                    break;
                case "queue":
                    var queue = new Queue<int>([1, 2]);
                    foreach (var item in queue)
                    {
                        passed += await Ask(1);
                        queue.Enqueue(item);
                    }
                    break;
                case "stack":
                    var stack = new Stack<int>([1, 2]);
                    foreach (var item in stack)
                    {
                        passed += await Ask(1);
                        stack.Push(item);
                    }
                    break;
                case "linked":
                    var linked = new LinkedList<int>([1, 2]);
                    foreach (var item in linked)
                    {
                        passed += await Ask(1);
                        linked.AddLast(item);
                    }
                    break;
                case "sorted":
                    var sorted = new SortedSet<int> { 1, 2 };
                    foreach (var item in sorted)
                    {
                        passed += await Ask(1);
                        sorted.Add(item + 5);
                    }
                    break;
                default:
                    var tree = new SortedDictionary<int, int> { [1] = 1, [2] = 2 };
                    foreach (var (key, _) in tree)
                    {
                        passed += await Ask(1);
                        tree.Remove(key);
                    }
                    break;
            }
            return $"{passed}";
        }
        catch (InvalidOperationException)
        {
            return $"{passed}!";
        }
    }
}
