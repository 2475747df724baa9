using System.Numerics;

namespace Holdfast.Torture.Corpus;

public interface IShelf<T>
{
    int Count { get; }

    Durable<T> Take();

    async Durable<string> Describe() => $"{await Ask(Count)}:{typeof(T).Name}";

    private static Durable<int> Ask(int n) => Durable.Step(step => StepLedger.AnswerAsync(step, n));
}

public sealed class Shelf<T>(params T[] items) : IShelf<T> where T : IComparable<T>
{
    readonly Stack<T> _items = new(items);

    public int Count => _items.Count;

    public async Durable<T> Take()
    {
        var item = _items.Pop();
        await Durable.Delay(TimeSpan.FromMilliseconds(1));
        return item;
    }

    async Durable<T> Max()
    {
        var best = await Take();
        while (Count > 0)
        {
            var next = await Take();
            if (next.CompareTo(best) > 0) best = next;
        }
        return best;
    }

    public static async Durable<T> MaxOf(Shelf<T> shelf) => await shelf.Max();
}

public sealed class GenericMembers : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        IShelf<int> shelf = new Shelf<int>(1, 2, 3);
        var taken = await shelf.Take();
        var described = await shelf.Describe();
        var sums = $"{await Sum(1, 2, 3)} {await Sum(1.5, 2.5)} {await Sum<BigInteger>(7, 8)}";
        var made = await Make<List<string>>(static list => list.Add("made"));
        var chosen = await Choose<string, object>(true, "text", 4);
        var max = await Shelf<string>.MaxOf(new("b", "c", "a"));
        var nested = await Outer<int>.Inner<string>.Both(5, "s");
        return $"{taken} {described} {sums} {made[0]} {chosen} {max} {nested} {await Name<Dictionary<int, List<string>>>()}";
    }

    static async Durable<T> Sum<T>(params T[] items) where T : INumber<T>
    {
        var sum = T.Zero;
        foreach (var item in items) sum += await Ask(item);
        return sum;
    }

    static async Durable<T> Make<T>(Action<T> fill) where T : class, new()
    {
        var made = new T();
        await Ask(0);
        fill(made);
        return made;
    }

    static async Durable<TBase> Choose<TDerived, TBase>(bool first, TDerived derived, TBase other) where TDerived : class, TBase where TBase : notnull =>
        await Ask(first) ? derived : other;

    static async Durable<string> Name<T>()
    {
        await Ask(typeof(T).Name);
        return typeof(T).GetGenericArguments()[1].Name;
    }

    static class Outer<TOuter>
    {
        public static class Inner<TInner>
        {
            public static async Durable<string> Both(TOuter outer, TInner inner)
            {
                var both = new KeyValuePair<TOuter, TInner>(outer, inner);
                await Ask(0);
                return $"{both}";
            }
        }
    }
}

public abstract class Animal<TFood> where TFood : struct
{
    protected int Eaten { get; private set; }

    public abstract Durable<string> Speak<TTo>(TTo to);

    public virtual async Durable<int> Eat(TFood food)
    {
        await Durable.Delay(TimeSpan.FromMilliseconds(1));
        Eaten += food.ToString()!.Length;
        return Eaten;
    }
}

public sealed class Dog : Animal<Money>
{
    public override async Durable<string> Speak<TTo>(TTo to)
    {
        var said = $"woof {to} {typeof(TTo).Name}";
        await Durable.Delay(TimeSpan.FromMilliseconds(1));
        return $"{said} {Eaten}";
    }

    public override async Durable<int> Eat(Money food) => await base.Eat(food) + await base.Eat(food);
}

public sealed class GenericOverrides : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        Animal<Money> animal = new Dog();
        var eaten = await animal.Eat(new(1.5m, "EUR"));
        return $"{eaten > 0} {(await animal.Speak(await Ask(3))).Split(' ')[1]} {(await animal.Speak("you"))[5..15]}";
    }
}
