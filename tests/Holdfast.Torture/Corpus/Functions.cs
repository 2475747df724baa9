namespace Holdfast.Torture.Corpus;

public sealed class RecursiveLocals : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var visited = new List<int>();
        var depth = 0;
        var sum = await Walk(n);
        Func<int, Durable<int>> walk = Walk;
        var again = await walk(2);
        return $"{sum} {again} {depth} {string.Join(',', visited)} {await Even(4)} {await Generic<string, int>("a", 3)}";

        async Durable<int> Walk(int at)
        {
            depth++;
            visited.Add(await Ask(at));
            if (at <= 0) return 0;
            var left = await Walk(at - 1);
            return left + at + await Right(at - 2);

            async Durable<int> Right(int side) => side > 0 ? await Walk(side) : await Ask(depth);
        }

        static async Durable<bool> Even(int value) => value == 0 || await Odd(await Ask(value - 1));

        static async Durable<bool> Odd(int value) => value != 0 && await Even(await Ask(value - 1));

        async Durable<string> Generic<T, TCount>(T item, TCount count) where TCount : struct, IComparable<TCount>
        {
            var list = new List<T>();
            while (list.Count.CompareTo((int)(object)count) < 0)
            {
                list.Add(await Ask(item));
                depth++;
            }
            return $"{string.Join('+', list)}{depth}";
        }
    }
}

public sealed class NestedLambdas : CorpusWorkflow
{
    int _field = 1;

    public async Durable<string> Run(int n)
    {
        var log = new List<string>();
        var makers = new Dictionary<string, Func<int, Func<int, int>>>();
        for (var i = 0; i < n; i++)
        {
            var outer = await Ask(i * 10);
            for (var j = 0; j < 2; j++)
            {
                var inner = j;
                makers[$"{i}{j}"] = a =>
                {
                    inner += a;
                    return b =>
                    {
                        outer += b;
                        return inner * 1000 + outer + _field;
                    };
                };
                await Ask(0);
            }
        }
        var held = makers["11"](5);
        log.Add($"{held(1)}");
        await Ask(1);
        _field = 500;
        log.Add($"{held(1)} {makers["10"](2)(3)} {held(1)}");
        await Ask(2);
        log.Add(string.Join(',', makers.Values.Select(static make => make(0)(0))));
        Func<int, int, int>? self = null;
        self = (x, times) => times == 0 ? x : self!(x * 2, times - 1);
        await Ask(3);
        log.Add($"{self(3, 4)}");
        var withDefault = (int x, int y = 7) => x + y + log.Count;
        await Ask(4);
        log.Add($"{withDefault(1)} {withDefault(1, 1)}");
        return string.Join(' ', log);
    }
}

public sealed class AsyncLambdas : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var count = 0;
        var queue = new Queue<Func<int, Durable<string>>>();
        for (var i = 0; i < 3; i++)
        {
            var mine = i;
            queue.Enqueue(async x =>
            {
                var got = await Ask(x);
                count += got;
                mine++;
                await Delay(TimeSpan.FromMilliseconds(mine));
                return $"{mine}";
            });
        }
        var running = new List<Durable<string>>();
        while (queue.TryDequeue(out var next)) running.Add(next(running.Count + 1));
        var hundred = await Ask(100);
        count += hundred;
        var said = await Durable.WhenAll(running);
        Func<Durable> nothing = async () => await Ask(count);
        await nothing();
        return $"{string.Join(' ', said)} {count}";
    }
}

public sealed class CapturedParameters(IPrices prices) : CorpusWorkflow
{
    public async Durable<string> Run(string item)
    {
        return await With(item, item.Length);

        async Durable<string> With(string text, int count)
        {
            Func<string> show = () => $"{text}{count}{item}{prices.Of(text)}";
            text += await Ask("+");
            count++;
            var first = show();
            item = await Ask("changed");
            return $"{first} {show()}";
        }
    }
}

public static class Texts
{
    public static async Durable<string> Twice(this string text)
    {
        await Durable.Delay(TimeSpan.FromMilliseconds(1));
        return text + text;
    }

    public static int Weigh(this string text, int by) => text.Length * by;
}

public sealed class OddMethods : CorpusWorkflow
{
    int _reads;

    Durable<int> Reading
    {
        get
        {
            _reads++;
            return Ask(_reads);
        }
    }

    Durable<string> this[int index] => Ask($"[{index}]");

    public async Durable<string> Run()
    {
        var twice = await (await Ask("ab")).Twice();
        var sum = await Reading + await Reading * 10;
        Func<int, int> weigh = "three".Weigh;
        await Ask(0);
        var point = new Vector(1, 2) + new Vector(await Ask(3), 4);
        return $"{twice} {sum} {await this[4]} {weigh(2)} {await point.Length()} {await Outside.Of(this)} {_reads}";
    }

    public int Reads => _reads;

    readonly record struct Vector(int X, int Y)
    {
        public static Vector operator +(Vector a, Vector b) => new(a.X + b.X, a.Y + b.Y);

        public async Durable<int> Length() => await Ask(X) + await Ask(Y);
    }

    static class Outside
    {
        public static async Durable<int> Of(OddMethods workflow)
        {
            await Durable.Delay(TimeSpan.FromMilliseconds(1));
            return workflow.Reads;
        }
    }
}

public sealed class TreeOfFrames : CorpusWorkflow
{
    public async Durable<string> Run(int depth)
    {
        var leaves = new List<string>();
        var sum = await Grow(depth, "r", leaves);
        // In which order the steps end is nobody's promise.
        leaves.Sort(StringComparer.Ordinal);
        return $"{sum} {leaves.Count} {leaves[0]} {leaves[^1]}";
    }

    static async Durable<int> Grow(int depth, string path, List<string> leaves)
    {
        if (depth == 0)
        {
            leaves.Add(await Ask(path));
            return path.Length;
        }
        var (left, right) = await Durable.WhenAll(Grow(depth - 1, path + "l", leaves), Grow(depth - 1, path + "r", leaves));
        return left + right;
    }
}
