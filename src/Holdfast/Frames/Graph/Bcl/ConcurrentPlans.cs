using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

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

sealed class OrderedDictionaryPlan<TKey, TValue> : Plan<OrderedDictionary<TKey, TValue>> where TKey : notnull
{
    protected override void WriteBody(GraphWriter writer, OrderedDictionary<TKey, TValue> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new OrderedDictionary<TKey, TValue>();

    protected override void ReadBody(GraphReader reader, OrderedDictionary<TKey, TValue> value)
    {
        var comparer = reader.ReadReference<IEqualityComparer<TKey>>();
        var items = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(
            KeyKinds.AreComplete<TKey>(comparer),
            () =>
            {
                var built = new OrderedDictionary<TKey, TValue>(items.Length, comparer);
                foreach (var (key, item) in items)
                    if (!built.TryAdd(key, item)) return false;
                Transplant<OrderedDictionary<TKey, TValue>>.Copy(built, value);
                return true;
            },
            items.Length, i => items[i].Key, (comparer ?? EqualityComparer<TKey>.Default).GetHashCode));
    }
}

/// <summary>The results of <c>ToLookup</c>, with their groups inside.</summary>
sealed class LookupPlan<TKey, TItem> : Plan<Lookup<TKey, TItem>>
{
    static readonly System.Reflection.FieldInfo Comparer = Layout.Field(typeof(Lookup<TKey, TItem>), typeof(IEqualityComparer<TKey>), "_comparer");
    static readonly Type Made = new[] { 0 }.ToLookup(static _ => default(TKey)!, static _ => default(TItem)!, (IEqualityComparer<TKey>)new NoComparer()).GetType();

    protected override void WriteBody(GraphWriter writer, Lookup<TKey, TItem> value)
    {
        writer.WriteReference(Comparers.ToSave((IEqualityComparer<TKey>)Comparer.GetValue(value)!));
        writer.WriteUnsigned((uint)value.Count);
        foreach (var group in value)
        {
            var key = group.Key;
            Codec<TKey>.Write(writer, ref key);
            Items.Write(writer, (IReadOnlyCollection<TItem>)[.. group]);
        }
    }

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(Made);

    protected override void ReadBody(GraphReader reader, Lookup<TKey, TItem> value)
    {
        var comparer = reader.ReadReference<IEqualityComparer<TKey>>();
        var groups = new (TKey Key, TItem[] Items)[reader.ReadCount(Codec<TKey>.BytesMin + 1)];
        for (var i = 0; i < groups.Length; i++)
        {
            Codec<TKey>.Read(reader, ref groups[i].Key);
            groups[i].Items = Items.Read<TItem>(reader);
            if (groups[i].Items.Length == 0) throw GraphErrors.Corrupt("a group has no items");
        }
        if (groups.Length == 0) throw GraphErrors.Corrupt("a lookup has no groups");
        reader.AddKeyed(new Keyed<TKey>(
            KeyKinds.AreComplete<TKey>(comparer),
            () =>
            {
                var built = (Lookup<TKey, TItem>)groups.SelectMany(static g => g.Items, static (g, item) => (g.Key, item)).ToLookup(static p => p.Key, static p => p.item, comparer);
                Transplant<Lookup<TKey, TItem>>.Copy(built, value);
                return built.Count == groups.Length;
            },
            groups.Length, i => groups[i].Key, key => key is null ? 0 : (comparer ?? EqualityComparer<TKey>.Default).GetHashCode(key)));
    }

    sealed class NoComparer : IEqualityComparer<TKey>
    {
        public bool Equals(TKey? x, TKey? y) => true;

        public int GetHashCode(TKey key) => 0;
    }
}

/// <summary>The groups of <c>GroupBy</c> and <c>ToLookup</c>, a private class behind <see cref="IGrouping{TKey, TElement}"/>.</summary>
sealed class GroupPlan<TGroup, TKey, TItem> : Plan<TGroup> where TGroup : class, IGrouping<TKey, TItem>
{
    static readonly Set<TGroup, TKey> SetKey = Layout.Setter<TGroup, TKey>("_key");
    static readonly Set<TGroup, TItem[]> SetItems = Layout.Setter<TGroup, TItem[]>("_elements");
    static readonly Set<TGroup, int> SetCount = Layout.Setter<TGroup, int>("_count");

    protected override void WriteBody(GraphWriter writer, TGroup value)
    {
        var key = value.Key;
        Codec<TKey>.Write(writer, ref key);
        Items.Write(writer, (IReadOnlyCollection<TItem>)[.. value]);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => RuntimeHelpers.GetUninitializedObject(typeof(TGroup));

    protected override void ReadBody(GraphReader reader, TGroup value)
    {
        TKey key = default!;
        Codec<TKey>.Read(reader, ref key);
        var items = Items.Read<TItem>(reader);
        SetKey(ref value, key);
        SetItems(ref value, items);
        SetCount(ref value, items.Length);
    }
}
