using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>Sorted sets as comparer and items in their order.</summary>
sealed class SortedSetPlan<T> : Plan<SortedSet<T>>
{
    static readonly Get<SortedSet<T>, int> GetVersion = Layout.Getter<SortedSet<T>, int>("version");
    static readonly Set<SortedSet<T>, int> SetVersion = Layout.Setter<SortedSet<T>, int>("version");

    public static int VersionOf(SortedSet<T> value) => GetVersion(ref value);

    protected override void WriteBody(GraphWriter writer, SortedSet<T> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new SortedSet<T>();

    protected override void ReadBody(GraphReader reader, SortedSet<T> value)
    {
        var comparer = reader.ReadReference<IComparer<T>>();
        var items = Items.Read<T>(reader);
        reader.AddKeyed(new Keyed<T>(KeyKinds.AreComplete<T>(comparer), () =>
        {
            var built = new SortedSet<T>(items, comparer);
            if (built.Count != items.Length) return false;
            Replace(built, value);
            return true;
        }, items.Length, i => items[i], order: comparer ?? Comparer<T>.Default));
    }

    public static void Replace(SortedSet<T> built, SortedSet<T> value)
    {
        Transplant<SortedSet<T>>.Copy(built, value);
        SetVersion(ref value, 0);
    }
}

/// <summary>Sorted dictionaries as the tree inside them, because that is what their enumerators stand on.</summary>
sealed class SortedDictionaryPlan<TKey, TValue> : Plan<SortedDictionary<TKey, TValue>> where TKey : notnull
{
    static readonly FieldInfo Tree = Layout.Field(typeof(SortedDictionary<TKey, TValue>), "_set");

    public static SortedSet<KeyValuePair<TKey, TValue>> TreeOf(SortedDictionary<TKey, TValue> value) => (SortedSet<KeyValuePair<TKey, TValue>>)Tree.GetValue(value)!;

    protected override void WriteBody(GraphWriter writer, SortedDictionary<TKey, TValue> value) => writer.WriteReference(TreeOf(value));

    public override object ReadHeader(GraphReader reader, WireType type) => new SortedDictionary<TKey, TValue>();

    protected override void ReadBody(GraphReader reader, SortedDictionary<TKey, TValue> value)
    {
        var tree = reader.ReadReference();
        if (tree?.GetType() != Tree.FieldType) throw GraphErrors.Corrupt("a sorted dictionary has lost its entries");
        Tree.SetValue(value, tree);
    }
}

/// <summary>The name under which the tree inside a sorted dictionary is saved.</summary>
sealed class SortedEntries<TKey, TValue>;

sealed class SortedEntriesPlan<TKey, TValue> : Plan<SortedSet<KeyValuePair<TKey, TValue>>> where TKey : notnull
{
    static readonly FieldInfo KeyComparer = Layout.Field(SortedDictionaryPlan<TKey, TValue>.TreeOf([]).Comparer.GetType(), typeof(IComparer<TKey>), "keyComparer");

    protected override void WriteBody(GraphWriter writer, SortedSet<KeyValuePair<TKey, TValue>> value)
    {
        writer.WriteReference(Comparers.ToSave((IComparer<TKey>)KeyComparer.GetValue(value.Comparer)!));
        Items.Write(writer, value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => SortedDictionaryPlan<TKey, TValue>.TreeOf([]);

    protected override void ReadBody(GraphReader reader, SortedSet<KeyValuePair<TKey, TValue>> value)
    {
        var comparer = reader.ReadReference<IComparer<TKey>>();
        var items = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(KeyKinds.AreComplete<TKey>(comparer), () =>
        {
            var built = new SortedDictionary<TKey, TValue>(comparer);
            foreach (var (key, item) in items)
                if (!built.TryAdd(key, item)) return false;
            SortedSetPlan<KeyValuePair<TKey, TValue>>.Replace(SortedDictionaryPlan<TKey, TValue>.TreeOf(built), value);
            return true;
        }, items.Length, i => items[i].Key, order: comparer ?? Comparer<TKey>.Default));
    }
}

/// <summary>Sorted lists as comparer and entries in their order.</summary>
sealed class SortedListPlan<TKey, TValue> : Plan<SortedList<TKey, TValue>> where TKey : notnull
{
    static readonly Get<SortedList<TKey, TValue>, int> GetVersion = Layout.Getter<SortedList<TKey, TValue>, int>("version");
    static readonly Set<SortedList<TKey, TValue>, int> SetVersion = Layout.Setter<SortedList<TKey, TValue>, int>("version");

    public static int VersionOf(SortedList<TKey, TValue> value) => GetVersion(ref value);

    protected override void WriteBody(GraphWriter writer, SortedList<TKey, TValue> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new SortedList<TKey, TValue>();

    protected override void ReadBody(GraphReader reader, SortedList<TKey, TValue> value)
    {
        var comparer = reader.ReadReference<IComparer<TKey>>();
        var items = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(KeyKinds.AreComplete<TKey>(comparer), () =>
        {
            var built = new SortedList<TKey, TValue>(items.Length, comparer);
            foreach (var (key, item) in items)
                if (!built.TryAdd(key, item)) return false;
            Transplant<SortedList<TKey, TValue>>.Copy(built, value);
            SetVersion(ref value, 0);
            return true;
        }, items.Length, i => items[i].Key, order: comparer ?? Comparer<TKey>.Default));
    }
}
