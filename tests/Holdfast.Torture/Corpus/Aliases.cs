using System.Runtime.CompilerServices;

namespace Holdfast.Torture.Corpus;

public sealed class SameObjects : CorpusWorkflow
{
    readonly List<int> _list = [1];
    readonly Dictionary<string, List<int>> _map = [];
    int[]? _row;
    object? _boxed;

    public async Durable<string> Run()
    {
        var local = _list;
        var other = new List<int> { 1 };
        _map["a"] = local;
        _map["b"] = other;
        _row = [1, 2];
        var row = _row;
        object box = new Pair { X = 1 };
        _boxed = box;
        object pair = (local, row);
        Action<int> add = local.Add;
        Action<int> closure = x => other.Add(x + local.Count);
        var inner = Write(local, other, row);
        await Ask(0);
        add(2);
        closure(10);
        row[0] = await Ask(9);
        var five = await Ask(5);
        Unsafe.Unbox<Pair>(box).X = five;
        await inner;
        var tuple = ((List<int>, int[]))pair;
        return $"{string.Join(',', _list)} {string.Join(',', _map["b"])} {_row[0]}{_row[1]} {((Pair)_boxed).X} {ReferenceEquals(tuple.Item1, _list)}{ReferenceEquals(tuple.Item2, _row)}{ReferenceEquals(add.Target, _list)}{ReferenceEquals(_boxed, box)}";
    }

    async Durable Write(List<int> first, List<int> second, int[] row)
    {
        for (var i = 0; i < 3; i++)
        {
            first.Add(await Ask(100 + i));
            second.Add(first.Count);
            row[1] += second.Count;
            if (ReferenceEquals(first, _list)) _list.Add(0);
        }
    }
}

public sealed class Knots : CorpusWorkflow
{
    sealed class Self
    {
        public Self? Me;
        public Func<Self?>? Get;
        public object?[] Items = [];
    }

    public async Durable<string> Run()
    {
        var list = new List<object>();
        list.Add(list);
        var map = new Dictionary<string, object>();
        map["me"] = map;
        map["list"] = list;
        var self = new Self();
        self.Me = self;
        self.Get = () => self;
        self.Items = [self, list, null];
        self.Items[2] = self.Items;
        var set = new HashSet<object>(ReferenceEqualityComparer.Instance) { list, map, self };
        Action? turn = null;
        var turns = 0;
        turn = () =>
        {
            if (++turns < 3) turn!();
        };
        var link = new LinkedList<object>();
        var node = link.AddLast(link);
        await Ask(0);
        turn();
        list.Add(await Ask(1));
        await Ask(2);
        return string.Join(
            ' ',
            ReferenceEquals(list[0], list), ReferenceEquals(map["me"], map), ReferenceEquals(map["list"], list), ReferenceEquals(self.Me, self), ReferenceEquals(self.Get(), self),
            ReferenceEquals(self.Items[2], self.Items), set.Contains(map) && set.Contains(self) && !set.Contains(turns), turns, ReferenceEquals(node.Value, link), ReferenceEquals(node.List, link), list.Count);
    }
}

public sealed class Link
{
    public int Value;
    public Link? Next;
}

public sealed class Chain : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        Link? head = null;
        for (var i = 0; i < n; i++) head = new() { Value = i, Next = head };
        var middle = head;
        for (var i = 0; i < n / 2; i++) middle = middle!.Next;
        await Ask(1);
        middle!.Value = await Ask(-1);
        var (count, sum) = (0, 0L);
        for (var at = head; at is not null; at = at.Next) (count, sum) = (count + 1, sum + at.Value);
        return $"{count} {sum} {await Ask(2)}";
    }
}

public sealed class LargeValues : CorpusWorkflow
{
    byte[] _bytes = [];

    public async Durable<string> Run(int n)
    {
        _bytes = new byte[n];
        for (var i = 0; i < n; i++) _bytes[i] = (byte)(i * 31 >> 3);
        var text = new string('x', n / 2) + "ü" + new string('y', n / 2);
        var same = text;
        ReadOnlyMemory<byte> slice = _bytes.AsMemory(n / 4, n / 2);
        var chars = text.ToCharArray(0, 5_000);
        await Ask(1);
        _bytes[n / 2] = 7;
        var got = await Ask(text);
        text = text[1..] + await Ask("z");
        await Ask(2);
        var returned = await Ask(_bytes);
        returned[0] = 99;
        return $"{Sum(_bytes)} {Sum(slice.Span)} {slice.Span[n / 4]} {text.Length} {got == same} {text[n / 2 - 1]} {chars.Length} {returned.Length} {_bytes[0]}";
    }

    static int Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 17;
        foreach (var b in bytes) sum = unchecked(sum * 31 + b);
        return sum;
    }
}
