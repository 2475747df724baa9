namespace Holdfast.Torture.Corpus;

/// <summary>Removed entries leave holes that later ones fill, in an order of their own: it must be the same after a restore.</summary>
public sealed class HolesInTables : CorpusWorkflow
{
    readonly Dictionary<string, int> _map = [];
    readonly HashSet<int> _set = [];

    public async Durable<string> Run(int n)
    {
        var text = "";
        for (var i = 0; i < n; i++)
        {
            _map[$"k{i}"] = await Ask(i);
            _set.Add(i * 7);
            if (i % 3 == 1)
            {
                _map.Remove($"k{i - 1}");
                _set.Remove((i - 1) * 7);
            }
            if (i % 4 == 3)
            {
                _map.Remove($"k{i}");
                _map.Remove($"k{i - 2}");
                _set.Remove((i - 2) * 7);
                await Ask("between");
                _map[$"r{i}"] = i;
                _set.Add(1000 + i);
            }
            text = string.Join(',', _map.Keys) + " " + string.Join(',', _set);
        }
        _map.TrimExcess();
        await Ask(0);
        _map["last"] = 1;
        _map.Remove("last", out var last);
        _map.Clear();
        await Ask(1);
        _map["a"] = 1;
        _map["b"] = 2;
        return $"{text} {last} {string.Join(',', _map.Keys)}";
    }
}

public sealed class Folded(int by) : IEqualityComparer<string>, IComparer<string>
{
    public int Calls { get; private set; }

    public bool Equals(string? x, string? y)
    {
        Calls++;
        return x?.Length % by == y?.Length % by;
    }

    public int GetHashCode(string text) => text.Length % by;

    public int Compare(string? x, string? y) => (y?.Length ?? 0).CompareTo(x?.Length ?? 0);
}

public sealed class OwnKey(int id, string name)
{
    public int Id { get; } = id;

    public string Name { get; set; } = name;

    public override bool Equals(object? obj) => obj is OwnKey other && other.Id == Id;

    public override int GetHashCode() => Id * 31;
}

public sealed class ComparersOfAllKinds : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var folded = new Folded(3);
        var byLength = new Dictionary<string, int>(folded) { ["aaaa"] = 1 };
        var sorted = new SortedSet<string>(folded) { "a", "ccc", "bb" };
        var ignoring = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["Key"] = 1 };
        var culture = new HashSet<string>(StringComparer.InvariantCultureIgnoreCase) { "É" };
        var same = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        var one = new string('k', 3);
        same[one] = "one";
        var down = new SortedDictionary<int, string>(Comparer<int>.Create(static (a, b) => b.CompareTo(a))) { [1] = "x", [3] = "y" };
        var own = new OwnKey(5, "five");
        var keys = new Dictionary<OwnKey, int> { [own] = 1, [new(6, "six")] = 2 };
        var records = new HashSet<Money> { new(1.0m, "EUR") };
        var first = new PriorityQueue<string, string>(folded);
        first.Enqueue("short", "a");
        first.Enqueue("long", "aaaa");
        IEqualityComparer<string> plain = EqualityComparer<string>.Default;
        await Ask(0);
        byLength["b"] += await Ask(10);
        sorted.Add("dddd");
        ignoring["KEY"] += await Ask(1);
        own.Name = await Ask("changed");
        down[2] = "z";
        await Ask(1);
        return $"{byLength.Count}{byLength["a"]} {string.Join(',', sorted)} {ignoring["key"]} {culture.Contains("é")} {same.ContainsKey(one)}{same.ContainsKey(new string('k', 3))} {string.Join(',', down.Keys)} {keys[new(5, "")]} {keys.Keys.First().Name} {records.Contains(new(1.00m, "EUR"))} {first.Dequeue()} {ReferenceEquals(byLength.Comparer, folded)} {folded.Calls > 0} {plain.Equals("a", "a")}";
    }
}

public sealed class Grids : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var grid = new int[2, 3];
        var cube = new string?[2, 1, 2];
        int[][] jagged = [[1], [], [2, 3]];
        object[] covariant = new string[] { "a", "b" };
        Array plain = new decimal[] { 1.5m };
        var mixed = new List<int>[2, 2];
        Pair?[] pairs = [null, new Pair { X = 4 }];
        jagged[1] = jagged[2];
        mixed[0, 1] = [1];
        mixed[1, 0] = mixed[0, 1];
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 3; j++) grid[i, j] += await Ask(i * 3 + j);
        }
        cube[1, 0, 1] = await Ask("c");
        jagged[1][0] += await Ask(10);
        mixed[1, 0].Add(await Ask(2));
        var wrong = "";
        try
        {
            covariant[0] = await Ask<object>(3);
        }
        catch (ArrayTypeMismatchException)
        {
            wrong = "mismatch";
        }
        var sum = 0;
        foreach (var cell in grid) sum += await Ask(cell);
        return $"{sum} {cube[1, 0, 1]}{cube[0, 0, 0] is null} {jagged[2][0]} {covariant.GetType().Name}{wrong} {plain.GetValue(0)} {mixed[0, 1].Count} {pairs[1]!.Value.X} {Array.Empty<int>().Length}";
    }
}

public sealed class Groups : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        string[] words = ["one", "two", "three", "four"];
        var lookup = words.ToLookup(static w => w.Length);
        var groups = words.GroupBy(static w => w[0]).Select(static g => (g.Key, Words: g.ToList())).ToList();
        var text = "";
        foreach (var (key, some) in groups)
        {
            text += await Ask(key);
            foreach (var word in some) text += await Ask(word.Length);
        }
        await Ask(0);
        return $"{text} {string.Join(',', lookup[3])} {lookup.Count} {lookup.Contains(9)} {string.Join('|', groups.Select(static g => string.Join('+', g.Words)))}";
    }
}
