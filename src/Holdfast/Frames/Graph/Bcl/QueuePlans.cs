namespace Holdfast.Frames.Graph;

/// <summary>Queues as their items, first in first.</summary>
sealed class QueuePlan<T> : Plan<Queue<T>>
{
    static readonly Get<Queue<T>, int> GetVersion = Layout.Getter<Queue<T>, int>("_version");
    static readonly Set<Queue<T>, int> SetVersion = Layout.Setter<Queue<T>, int>("_version");

    public static int VersionOf(Queue<T> value) => GetVersion(ref value);

    protected override void WriteBody(GraphWriter writer, Queue<T> value) => Items.Write(writer, value);

    public override object ReadHeader(GraphReader reader, WireType type) => new Queue<T>();

    protected override void ReadBody(GraphReader reader, Queue<T> value)
    {
        foreach (var item in Items.Read<T>(reader)) value.Enqueue(item);
        SetVersion(ref value, 0);
    }
}

/// <summary>Stacks as their items, bottom first.</summary>
sealed class StackPlan<T> : Plan<Stack<T>>
{
    static readonly Get<Stack<T>, int> GetVersion = Layout.Getter<Stack<T>, int>("_version");
    static readonly Set<Stack<T>, int> SetVersion = Layout.Setter<Stack<T>, int>("_version");

    public static int VersionOf(Stack<T> value) => GetVersion(ref value);

    protected override void WriteBody(GraphWriter writer, Stack<T> value)
    {
        var items = value.ToArray();
        Array.Reverse(items);
        Items.Write(writer, items);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new Stack<T>();

    protected override void ReadBody(GraphReader reader, Stack<T> value)
    {
        foreach (var item in Items.Read<T>(reader)) value.Push(item);
        SetVersion(ref value, 0);
    }
}

/// <summary>
/// Priority queues in the order of their heap, so that items of equal priority come out as they would have. Filling an empty queue
/// with a heap leaves it as it is. What was saved is a heap, so where it is none any more, priorities compare otherwise.
/// </summary>
sealed class PriorityQueuePlan<TElement, TPriority> : Plan<PriorityQueue<TElement, TPriority>>
{
    /// <summary>How many items the framework puts below each one in its heap.</summary>
    const int Arity = 4;

    protected override void WriteBody(GraphWriter writer, PriorityQueue<TElement, TPriority> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value.UnorderedItems);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new PriorityQueue<TElement, TPriority>();

    protected override void ReadBody(GraphReader reader, PriorityQueue<TElement, TPriority> value)
    {
        var comparer = reader.ReadReference<IComparer<TPriority>>();
        var items = Items.Read<(TElement, TPriority)>(reader);
        reader.AddKeyed(new Keyed<TPriority>(KeyKinds.AreComplete<TPriority>(comparer), () =>
        {
            Transplant<PriorityQueue<TElement, TPriority>>.Copy(new(items, comparer), value);
            return true;
        }, items.Length, i => items[i].Item2, order: comparer ?? Comparer<TPriority>.Default, before: static i => (i - 1) / Arity));
    }
}
