using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

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
        var groups = new (TKey Key, TItem[] Items)[reader.ReadCount<TKey>(beside: 1)];
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

/// <summary>A lookup without groups, of which there is one for each type.</summary>
sealed class EmptyLookupPlan<TKey, TItem> : Plan
{
    public override bool HasBody => false;

    public override object ReadHeader(GraphReader reader, WireType type) => Array.Empty<int>().ToLookup(static _ => default(TKey)!, static _ => default(TItem)!);
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
