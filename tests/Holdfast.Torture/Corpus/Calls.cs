namespace Holdfast.Torture.Corpus;

public abstract class BaseWorkflow : CorpusWorkflow
{
    protected List<string> Log { get; } = [];

    protected async Durable<int> FromBase(int n)
    {
        Log.Add(await Ask($"base{n}"));
        return await Hook(n);
    }

    protected virtual async Durable<int> Hook(int n) => await Ask(n);
}

public sealed class BaseMethods : BaseWorkflow
{
    public async Durable<string> Run()
    {
        var first = await FromBase(1);
        var second = await base.Hook(5);
        return $"{first} {second} {string.Join(',', Log)}";
    }

    protected override async Durable<int> Hook(int n)
    {
        Log.Add(await Ask("hook"));
        return await base.Hook(n) + 100;
    }
}

public sealed class Box<T>
{
    public T Value { get; set; } = default!;

    public async Durable<T> Replace(Func<T, T> change)
    {
        var old = Value;
        Value = change(old);
        await Durable.Delay(TimeSpan.FromMilliseconds(1));
        return old;
    }
}

public sealed class CalledMethods : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var box = new Box<int> { Value = n };
        var old = await box.Replace(v => v * 3);
        var twice = await Twice(box.Value);
        var struct1 = await new Counter(n).Count();
        return $"{old} {box.Value} {twice} {struct1} {await Later<string>.Of("z")}";
    }

    static async Durable<int> Twice(int n) => await Ask(n) + await AskSlowly(n);

    readonly struct Counter(int start)
    {
        public async Durable<int> Count()
        {
            var first = await Ask(start);
            return first + start;
        }
    }

    static class Later<T>
    {
        public static async Durable<T> Of(T value)
        {
            await Ask(0);
            return value;
        }
    }
}

public sealed class Generic<T> : CorpusWorkflow where T : notnull
{
    readonly Dictionary<T, List<T>> _seen = [];

    public async Durable<string> Run(T[] items)
    {
        foreach (var item in items)
        {
            if (!_seen.TryGetValue(item, out var list)) _seen[item] = list = [];
            list.Add(await Same<T>(item));
        }
        var mapped = await Map(items, static x => $"<{x}>");
        return $"{string.Join(' ', _seen.Select(s => $"{s.Key}x{s.Value.Count}"))} {string.Concat(mapped)}";
    }

    static async Durable<TItem> Same<TItem>(TItem item) => await Ask(item);

    static async Durable<TOut[]> Map<TIn, TOut>(TIn[] items, Func<TIn, TOut> map)
    {
        var result = new TOut[items.Length];
        for (var i = 0; i < items.Length; i++) result[i] = map(await Same(items[i]));
        return result;
    }
}

public sealed class Recursion : CorpusWorkflow
{
    public async Durable<string> Run(int n) => $"{await Fibonacci(n)} {await Even(n)}";

    static async Durable<int> Fibonacci(int n) => n < 2 ? await Ask(n) : await Fibonacci(n - 1) + await Fibonacci(n - 2);

    static async Durable<bool> Even(int n) => n == 0 || await Odd(await Ask(n - 1));

    static async Durable<bool> Odd(int n) => n != 0 && await Even(await Ask(n - 1));
}

public sealed class DeepRecursion : CorpusWorkflow
{
    public async Durable<string> Run(int depth) => $"{await Down(depth)}";

    static async Durable<int> Down(int depth) => depth == 0 ? await Ask(0) : await Down(depth - 1) + 1;
}

public sealed class PlainRun : CorpusWorkflow
{
    // Not async itself: it hands on the durable of another method.
    public Durable<string> Run(int n) => Inner(n, static x => x + 1);

    async Durable<string> Inner(int n, Func<int, int> next)
    {
        var value = await Ask(next(n));
        await Nothing();
        return $"{value}";
    }

    async Durable Nothing() => await Ask(0);
}
