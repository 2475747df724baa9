namespace Holdfast.Torture.Corpus;

public struct Pair
{
    public int X;
    public int Y { get; set; }
    public string? Name;

    public readonly override string ToString() => $"({X},{Y},{Name})";
}

public sealed record Order(string Id, int Count, Pair Size)
{
    public List<string> Tags { get; init; } = [];
}

public sealed class SpilledPlaces : CorpusWorkflow
{
    readonly Dictionary<string, int> _map = new() { ["a"] = 1 };
    int[] _row = [1, 2, 3];
    Pair _pair;

    public async Durable<string> Run(int n)
    {
        var at = 0;
        _row[at++] = await Ask(5);
        _row[at++] += await Ask(at) * n;
        _row[await Ask(2)] ^= await Ask(7);
        var before = _row;
        before[at] -= await Replace();
        _map["a"] += await Ask(10);
        _map[await Ask("b")] = _map["a"] + await Ask(1);
        _pair.X += await Ask(3);
        _pair.Y = _pair.X + await Ask(4);
        Pair[] pairs = [new() { X = 1 }, default];
        pairs[1].X += await Ask(6);
        pairs[await Ask(0)].Name = await Ask("n");
        var list = new List<int> { 1, 2 };
        list[0] += list[1] + await Ask(9);
        string? text = null;
        text ??= await Ask("t");
        text += n + await Ask("u") + list[0];
        var shifted = 1 << await Ask(4) | await Ask(1);
        var mixed = n + await Ask(1) - (n * await Ask(2) + (await Ask(3) - n)) * await Ask(2);
        return $"{string.Join(',', _row)} {string.Join(',', before)} {_map["a"]} {_map["b"]} {_pair} {pairs[0]}{pairs[1]} {list[0]} {text} {shifted} {mixed}";
    }

    async Durable<int> Replace()
    {
        _row = [7, 8, 9];
        return await Ask(100);
    }
}

public sealed class WithExpressions : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var order = new Order("o", 1, new() { X = 1, Name = "p" }) { Tags = ["x"] };
        var second = order with { Count = order.Count + await Ask(2), Size = order.Size with { Y = await Ask(3) } };
        order = second with { Id = await Ask("q") };
        var anonymous = new { order.Id, Count = await Ask(4) };
        var third = anonymous with { Count = anonymous.Count + await Ask(5) };
        var made = new Order(await Ask("r"), await Ask(6), new() { X = await Ask(7), Y = await Ask(8), Name = await Ask("s") })
        {
            Tags = { await Ask("t1"), await Ask("t2") },
        };
        made.Tags.Add(ReferenceEquals(order.Tags, second.Tags) ? await Ask("same") : "other");
        var all = new Dictionary<string, Order> { [await Ask("k")] = made, ["l"] = order with { Count = await Ask(9) } };
        return $"{second} {order.Id} {third} {made} {string.Join('|', made.Tags)} {all["l"].Count} {all["k"] == made}";
    }
}

public sealed class SpilledCalls : CorpusWorkflow
{
    Pair _own = new() { X = 1 };

    public async Durable<string> Run()
    {
        var copy = _own;
        var sum = Sum(_own.X, _own, await Change(), _own.X, copy.X);
        var text = string.Concat("a", await Ask("b"), sum, await Ask("c"));
        var compared = (await Ask(1), await Ask("x")) == (1, await Ask("x"));
        var interpolated = $"{sum,5}|{await Ask(1.5):F2}|{await Ask("z"),-3}|";
        var index = new[] { 10, 20, 30 }[await Ask(1)..][await Ask(0)];
        object boxed = _own;
        _own.X = await Ask(50);
        var unboxed = ((Pair)boxed).X + await Ask(1);
        var logical = await Ask(true) && (await Ask(false) || _own.X == await Ask(50)) ? await Ask("yes") : "no";
        var made = new[] { await Ask(1), await Ask(2) }.Concat([await Ask(3)]).Sum();
        var lazy = (await Ask<int?>(null)) ?? (await Ask<int?>(4) ?? await Ask(5));
        return $"{sum} {text} {compared} {interpolated} {index} {unboxed} {logical} {made} {lazy}";
    }

    async Durable<int> Change()
    {
        _own.X = await Ask(100);
        return _own.X;
    }

    static int Sum(int first, Pair second, int third, int fourth, int fifth) => first + second.X * 10 + third + fourth * 1000 + fifth;
}

public sealed class DeepTuples : CorpusWorkflow
{
    (int Count, (string Name, List<int> Numbers) Inner) _field;
    readonly Dictionary<(int, string), (int A, int B)> _map = [];

    public async Durable<string> Run()
    {
        _field = (await Ask(1), ("n", [await Ask(2)]));
        _field.Inner.Numbers.Add(await Ask(3));
        _field.Inner.Name += await Ask("m");
        (_field.Count, var (name, numbers)) = (await Ask(4), _field.Inner);
        var (a, b) = (await Ask(5), await Ask(6));
        (a, b) = (b, a + await Ask(0));
        _map[(a, name)] = (b, await Ask(7));
        var long8 = (1, 2, 3, 4, 5, 6, 7, await Ask(8), Nine: await Ask(9));
        await Ask(0);
        long8.Item8 += a;
        var reference = Tuple.Create(name, numbers, long8);
        await Ask(0);
        return $"{_field} {ReferenceEquals(numbers, _field.Inner.Numbers)} {_map[(6, "nm")]} {long8.Item8 + long8.Nine} {reference.Item2.Count} {reference.Item3 == long8} {(1, name).Equals((1, "nm"))}";
    }
}
