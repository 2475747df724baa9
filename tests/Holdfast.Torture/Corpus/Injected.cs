namespace Holdfast.Torture.Corpus;

/// <summary>An injected service stands in every kind of place, and is the same one everywhere after each restore.</summary>
public sealed class ServicesEverywhere(IPrices prices) : CorpusWorkflow
{
    sealed record Holder(IPrices Prices, string Name);

    readonly List<IPrices> _list = [prices];
    readonly Func<string, int> _group = prices.Of;
    (IPrices First, int Second) _tuple = (prices, 2);
    object? _late;

    public async Durable<string> Run(string item)
    {
        var local = prices;
        IPrices[] row = [local, prices];
        var map = new Dictionary<string, object> { ["p"] = prices };
        var holder = new Holder(prices, "h");
        object boxed = (local, 3);
        var lambda = () => local.Of(item) + prices.Of(item);
        Func<string, int>? many = prices.Of;
        many += local.Of;
        var lines = Lines(local, 3);
        using var walk = lines.GetEnumerator();
        _late = local;
        walk.MoveNext();
        await Ask(0);
        walk.MoveNext();
        var inStep = await Step(async step =>
        {
            await StepLedger.RunAsync(step, item);
            return holder.Prices.Of(item) + row[1].Of("a") + ((IPrices)map["p"]).Of("b") + _list[0].Of("c") + lambda() + many("d");
        });
        try
        {
            throw new InvalidOperationException("with");
        }
        catch (InvalidOperationException) when (prices.Of("x") == 100)
        {
            await Ask(1);
            _tuple.Second += prices.Of("yy");
        }
        var frames = await Durable.WhenAll(new[] { Use(prices), Use(holder.Prices) });
        IPrices[] all = [local, row[0], row[1], (IPrices)map["p"], holder.Prices, ((ValueTuple<IPrices, int>)boxed).Item1, _list[0], _tuple.First, (IPrices)_late, (IPrices)_group.Target!, (IPrices)many.GetInvocationList()[1].Target!];
        return $"{inStep} {_group("zz")} {walk.Current} {_tuple.Second} {frames.Sum()} {all.All(p => ReferenceEquals(p, prices))} {all.Length} {lambda()}";
    }

    static IEnumerable<int> Lines(IPrices prices, int n)
    {
        for (var i = 1; i <= n; i++) yield return prices.Of(new('x', i));
    }

    static async Durable<int> Use(IPrices prices)
    {
        await Ask(0);
        return prices.Of("abc") + await Ask(1);
    }
}

public abstract class FieldsBelow(IPrices prices) : CorpusWorkflow
{
    readonly List<string> _log = [];
    int _count;

    protected IPrices Prices => prices;

    protected IReadOnlyList<string> Below => _log;

    protected async Durable Note(string text)
    {
        _log.Add(await Ask(text));
        _count += prices.Of(text);
    }

    protected int CountBelow => _count;
}

/// <summary>Fields of the same names above and below, properties, events, and what only the constructor makes.</summary>
public sealed class FieldsOfAllKinds(IPrices prices) : FieldsBelow(prices)
{
    static readonly object NotState = new();

    readonly List<string> _log = [];
    readonly object _made = new Lazy<int>(() => 5);
    int _count = 10;

    event Action<string>? Noted;

    string Name { get; set; } = "first";

    int Later { get; init; } = 4;

    int Checked { get; set => field = Math.Max(field, value); }

    public async Durable<string> Run()
    {
        Noted += _log.Add;
        Noted += Count;
        await Note("below");
        Noted?.Invoke("one");
        Name = await Ask("second");
        Checked = await Ask(2);
        await Note("again");
        Noted -= _log.Add;
        Noted?.Invoke("two");
        await Ask(0);
        Noted?.Invoke("three");
        return $"{string.Join(',', _log)} {string.Join(',', Below)} {_count} {CountBelow} {Name} {Later} {Checked} {((Lazy<int>)_made).Value} {NotState is not null} {Prices.Of("p")}";
    }

    void Count(string text) => _count += text.Length;
}
