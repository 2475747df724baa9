namespace Holdfast.Torture.Corpus;

public sealed class Node
{
    public string Name { get; set; } = "";

    public Node? Next { get; set; }

    public List<Node> Others { get; } = [];
}

public sealed class SharedBetweenFrames : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var log = new List<string>();
        var gate = new Node { Name = "gate" };
        var both = Durable.WhenAll(Write(log, "a", gate), Write(log, "b", gate));
        await both;
        return $"{log.Count} {gate.Others.Count} {gate.Others.All(o => ReferenceEquals(o.Next, gate))}";
    }

    static async Durable<int> Write(List<string> log, string name, Node gate)
    {
        for (var i = 0; i < 3; i++)
        {
            log.Add(await Ask($"{name}{i}"));
            gate.Others.Add(new() { Name = name, Next = gate });
        }
        return log.Count;
    }
}

public sealed class Cycles : CorpusWorkflow
{
    Node? _kept;

    public async Durable<string> Run(int n)
    {
        var first = new Node { Name = "0" };
        var last = first;
        for (var i = 1; i < n; i++)
        {
            last.Next = new() { Name = await Ask($"{i}") };
            last.Others.Add(last);
            last = last.Next;
        }
        last.Next = first;
        _kept = last;
        await Ask(0);
        var text = "";
        var at = first;
        do
        {
            text += at.Name + (at.Others.Count == 0 || ReferenceEquals(at.Others[0], at));
            at = at.Next!;
        }
        while (at != first);
        return $"{text} {ReferenceEquals(_kept, last)} {_kept.Name}";
    }
}

public sealed class LongList : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        Node? head = null;
        for (var i = 0; i < n; i++) head = new() { Next = head };
        await Ask(1);
        var count = 0;
        for (var at = head; at is not null; at = at.Next) count++;
        return $"{count} {await Ask(2)}";
    }
}

public sealed class WorkflowFields : CorpusWorkflow
{
    readonly Lazy<string> _notSaved = new(() => "made");
    readonly List<int> _saved = [];

    int Count { get; set; }

    public async Durable<string> Run(int n)
    {
        var self = this;
        for (var i = 0; i < n; i++)
        {
            _saved.Add(await Ask(i));
            Count++;
        }
        return $"{_saved.Count} {Count} {ReferenceEquals(self, this)} {_notSaved.Value}";
    }
}

public interface IPrices
{
    int Of(string item);
}

public sealed class Prices : IPrices
{
    public int Of(string item) => item.Length * 100;
}

public sealed class Services(IPrices prices, TimeProvider clock) : CorpusWorkflow
{
#pragma warning disable CS9124 // Twice on purpose: as a captured parameter and as a field.
    readonly IPrices _field = prices;
#pragma warning restore CS9124

    public async Durable<string> Run(string item)
    {
        var local = prices;
        Func<string, int> group = prices.Of;
        var closure = () => local.Of(item) + _field.Of("x");
        var asked = await Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            return prices.Of(item) + (clock is null ? 1 : 0);
        });
        var more = await Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            return local.Of(item) + group("ab");
        });
        return $"{asked} {more} {closure()} {ReferenceEquals(local, prices)} {ReferenceEquals(_field, prices)} {group("a")}";
    }
}

public sealed class Children : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var first = await Child((Leaf w) => w.Run(n));
        var all = await Durable.WhenAll(Enumerable.Range(0, 3).Select(i => Child((Leaf w) => w.Run(i))).ToList());
        try
        {
            await Child((Leaf w) => w.Run(-1));
            return "wrong";
        }
        catch (ChildFailedException error)
        {
            return $"{first} {string.Join(',', all)} {error.TypeName}";
        }
    }

    public sealed class Leaf : CorpusWorkflow
    {
        public async Durable<int> Run(int n)
        {
            if (await Ask(n) < 0) throw new ArgumentException("below zero");
            return await Ask(n + 1);
        }
    }
}

public sealed record Metal(string Name, int Rate)
{
    public static readonly Metal Gold = new("gold", 10);

    public static Metal Iron { get; } = new("iron", 2);

    public static readonly Metal Usual = Iron;
}

public abstract class Move(string name, Func<int, int> from)
{
    public static readonly Move Stay = new Still();

    public static readonly Move Turn = new Turning(90);

    public string Name { get; } = name;

    public int Go(int at) => from(at);

    sealed class Still() : Move("stay", static at => at);

    sealed class Turning(int degrees) : Move("turn", static at => -at)
    {
        public int Degrees { get; } = degrees;
    }
}

public sealed class Maybe<T>
{
    public static readonly Maybe<T> None = new();
}

/// <summary>Objects that mean themselves: compared by reference, before a restart and after.</summary>
public sealed class StaticObjects : CorpusWorkflow
{
    static readonly object Unset = new();

    public async Durable<string> Run()
    {
        var (metal, move, none) = (Metal.Gold, Move.Turn, Maybe<string>.None);
        object state = Unset, other = new();
        var moves = new Dictionary<Move, Metal> { [Move.Stay] = Metal.Iron, [Move.Turn] = new("gold", 10) };
        await Ask(0);
        var asked = await Ask(Metal.Usual);
        await Ask(1);
        return $"{ReferenceEquals(metal, Metal.Gold)} {move == Move.Turn} {none == Maybe<string>.None} {state == Unset} {other == Unset} {ReferenceEquals(asked, Metal.Iron)} {ReferenceEquals(moves[Move.Stay], Metal.Usual)} "
            + $"{ReferenceEquals(moves[Move.Turn], metal)} {moves[Move.Turn] == metal} {string.Join(',', moves.Keys.Select(static m => m.Name + m.Go(5)))}";
    }
}
