namespace Holdfast.Torture.Corpus;

public delegate bool Test<in T>(T value, ref int calls);

public sealed class Bell
{
    public event Func<string, int>? Rung;

    public int Ring(string how) => Rung is null ? 0 : Rung.GetInvocationList().Cast<Func<string, int>>().Sum(one => one(how));
}

public sealed class Multicast : CorpusWorkflow
{
    readonly List<string> _log = [];
    Action? _all;

    public async Durable<string> Run()
    {
        var bell = new Bell();
        var hits = 0;
        Func<string, int> lambda = how => hits += how.Length;
        bell.Rung += Hear;
        bell.Rung += lambda;
        bell.Rung += static _ => 1000;
        bell.Rung += Echo;
        await Ask(0);
        var first = bell.Ring("ab");
        bell.Rung -= lambda;
        bell.Rung -= Hear;
        await Ask(1);
        bell.Rung += Local;
        var second = bell.Ring("c");
        bell.Rung -= Local;
        bell.Rung -= Echo;
        for (var i = 0; i < 3; i++)
        {
            var mine = await Ask(i);
            _all += () => _log.Add($"{mine}");
        }
        _all += _all;
        await Ask(2);
        _all!();
        Test<string> test = IsLong;
        Converter<int, string> show = static n => $"<{n}>";
        Comparison<int> down = (a, b) => b.CompareTo(a);
        Predicate<string> empty = string.IsNullOrEmpty;
        EventHandler<int> handler = (_, n) => hits += n;
        await Ask(3);
        var calls = 0;
        var sorted = new List<int> { 1, 3, 2 };
        sorted.Sort(down);
        handler(this, 5);
        return $"{first} {second} {bell.Ring("d")} {hits} {string.Join(',', _log)} {test("long", ref calls)}{calls} {show(4)} {sorted[0]} {empty("")} {lambda == bell.Ring} {_all.GetInvocationList().Length}";

        int Local(string how)
        {
            _log.Add("local");
            return hits + how.Length;
        }
    }

    int Hear(string how)
    {
        _log.Add(how);
        return _log.Count * 10;
    }

    static int Echo(string how) => how.Length * 100;

    static bool IsLong(string text, ref int calls) => ++calls > 0 && text.Length > 3;
}

public sealed class DelegateTargets : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        Layer layer = new Top(5);
        Func<string> shown = layer.Show;
        Action raise = layer.Raise;
        INamed named = new Tagged<int>(3, "t");
        Func<string> greet = named.Greet;
        var counts = new Dictionary<string, int>();
        Func<string, int, bool> add = counts.TryAdd;
        Func<int, Durable<string>> durable = Later;
        Func<List<int>, int> count = static list => list.Count;
        await Ask(0);
        raise();
        add("k", 2);
        var same = shown == layer.Show && !ReferenceEquals(shown, greet);
        await Ask(1);
        raise();
        return $"{shown()} {greet()} {counts["k"]} {await durable(4)} {count([1, 2])} {same} {ReferenceEquals(shown.Target, layer)}";
    }

    async Durable<string> Later(int n) => $"later{await Ask(n)}";
}
