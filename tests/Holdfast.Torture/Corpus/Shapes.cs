namespace Holdfast.Torture.Corpus;

public interface INamed
{
    string Name { get; }

    string Greet() => $"hi {Name}";
}

public abstract record Shape(string Name) : INamed
{
    public virtual double Area => 0;

    public int Version { get; init; } = 1;
}

public record Circle(string Name, double Radius) : Shape(Name)
{
    public override double Area => Radius * 2;
}

public sealed record Ring(string Name, double Radius, Circle Hole) : Circle(Name, Radius)
{
    string Secret { get; set; } = "s";

    public Ring Hide(string secret)
    {
        Secret = secret;
        return this;
    }

    public override string ToString() => $"{Name}/{Secret}/{Hole.Name}/{Version}";
}

public readonly record struct Tagged<T>(T Value, string Tag) : INamed where T : struct
{
    public string Name => $"{Tag}{Value}";
}

public class Layer
{
    int _hidden = 1;
    protected readonly List<string> Seen = [];

    public virtual string Show() => $"{_hidden}";

    public void Raise() => _hidden++;
}

public class Middle : Layer
{
    int _hidden = 10;

    public new void Raise() => _hidden += 10;

    public override string Show() => $"{base.Show()}:{_hidden}";
}

public sealed class Top(int start) : Middle, INamed
{
    readonly int _hidden = 7;
    readonly List<int> _later = [];

    string INamed.Name => "top";

    public override string Show()
    {
        Seen.Add("shown");
        _later.Add(start);
        return $"{base.Show()}:{_hidden}:{Seen.Count}:{_later.Count}";
    }
}

public sealed class Records : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var hole = new Circle("hole", 1);
        Shape[] shapes = [hole, new Ring("ring", 3, hole) { Version = 4 }.Hide("h")];
        var tagged = new Tagged<(int, long)>((1, 2), "t");
        await Ask(0);
        var copy = (Ring)shapes[1] with { Version = await Ask(5) };
        await Ask(1);
        return $"{shapes[1]} {copy} {copy == shapes[1]} {copy with { Version = 4 } == shapes[1]} {ReferenceEquals(((Ring)shapes[1]).Hole, shapes[0])} {shapes.Sum(static s => s.Area)} {tagged} {tagged == new Tagged<(int, long)>((1, 2), "t")} {shapes[1].GetHashCode() == (copy with { Version = 4 }).GetHashCode()}";
    }
}

public sealed class Inheritance : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var top = new Top(100);
        Layer below = top;
        below.Raise();
        await Ask(0);
        top.Raise();
        var first = below.Show();
        await Ask(1);
        INamed named = top;
        var second = top.Show();
        await Ask(2);
        return $"{first} {second} {named.Name} {named.Greet()} {ReferenceEquals(below, named)} {below is Middle}";
    }
}

public sealed class Interfaces : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        INamed[] all = [new Tagged<int>(1, "a"), new Ring("r", 1, new("x", 2)), new Top(1)];
        IReadOnlyList<int> literal = [1, 2, await Ask(3)];
        IEnumerable<string> words = new[] { "w" };
        IDictionary<string, INamed> map = new Dictionary<string, INamed> { ["k"] = all[0] };
        IComparable comparable = 5;
        ICollection<INamed> some = [.. all];
        await Ask(0);
        some.Remove(all[1]);
        var text = "";
        foreach (var one in all) text += await Ask(one.Greet()) + " ";
        return $"{text}{literal.Sum()} {words.Single()} {ReferenceEquals(map["k"], all[0])} {comparable.CompareTo(4)} {some.Count}";
    }
}

public sealed class Structs : CorpusWorkflow
{
    struct Counter : IDisposable
    {
        public int Count;
        public List<int>? Seen;

        public int Next()
        {
            (Seen ??= []).Add(Count);
            return ++Count;
        }

        public void Dispose() => Count = -1;
    }

    [System.Runtime.CompilerServices.InlineArray(3)]
    struct Three
    {
        int _first;
    }

    Counter _field;

    public async Durable<string> Run()
    {
        var local = new Counter();
        local.Next();
        var copy = local;
        var row = new Counter[2];
        IDisposable boxed = copy;
        var list = new List<Counter> { local };
        Three three = default;
        three[1] = 5;
        await Ask(0);
        local.Next();
        row[1].Next();
        row[1].Next();
        boxed.Dispose();
        _field = row[1];
        _field.Next();
        var got = list[0];
        got.Next();
        list[0] = got;
        await Ask(1);
        three[2] = three[1] + await Ask(1);
        return $"{local.Count}{copy.Count}{row[1].Count}{((Counter)boxed).Count}{_field.Count}{list[0].Count} {ReferenceEquals(copy.Seen, local.Seen)} {_field.Seen!.Count} {three[1]}{three[2]}";
    }
}
