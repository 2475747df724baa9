using System.Collections.Concurrent;

namespace Holdfast.Frames.Graph;

/// <summary>Concurrent dictionaries as comparer and entries; they promise no order, and get none.</summary>
sealed class ConcurrentDictionaryPlan<TKey, TValue> : Plan<ConcurrentDictionary<TKey, TValue>> where TKey : notnull
{
    protected override void WriteBody(GraphWriter writer, ConcurrentDictionary<TKey, TValue> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value.ToArray());
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new ConcurrentDictionary<TKey, TValue>();

    protected override void ReadBody(GraphReader reader, ConcurrentDictionary<TKey, TValue> value)
    {
        var comparer = reader.ReadReference<IEqualityComparer<TKey>>();
        var items = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(
            KeyKinds.AreComplete<TKey>(comparer),
            () =>
            {
                var built = new ConcurrentDictionary<TKey, TValue>(comparer);
                foreach (var (key, item) in items)
                    if (!built.TryAdd(key, item)) return false;
                Transplant<ConcurrentDictionary<TKey, TValue>>.Copy(built, value);
                return true;
            },
            items.Length, i => items[i].Key, (comparer ?? EqualityComparer<TKey>.Default).GetHashCode));
    }
}

sealed class ConcurrentQueuePlan<T> : Plan<ConcurrentQueue<T>>
{
    protected override void WriteBody(GraphWriter writer, ConcurrentQueue<T> value) => Items.Write(writer, value.ToArray());

    public override object ReadHeader(GraphReader reader, WireType type) => new ConcurrentQueue<T>();

    protected override void ReadBody(GraphReader reader, ConcurrentQueue<T> value)
    {
        foreach (var item in Items.Read<T>(reader)) value.Enqueue(item);
    }
}

sealed class ConcurrentStackPlan<T> : Plan<ConcurrentStack<T>>
{
    protected override void WriteBody(GraphWriter writer, ConcurrentStack<T> value) => Items.Write(writer, value.ToArray());

    public override object ReadHeader(GraphReader reader, WireType type) => new ConcurrentStack<T>();

    protected override void ReadBody(GraphReader reader, ConcurrentStack<T> value)
    {
        var items = Items.Read<T>(reader);
        for (var i = items.Length - 1; i >= 0; i--) value.Push(items[i]);
    }
}
