namespace Holdfast.Frames.Graph;

/// <summary>Dictionaries that keep the order of their entries; removing leaves no holes.</summary>
sealed class OrderedDictionaryPlan<TKey, TValue> : Plan<OrderedDictionary<TKey, TValue>> where TKey : notnull
{
    static readonly Get<OrderedDictionary<TKey, TValue>, int> Version = Layout.Getter<OrderedDictionary<TKey, TValue>, int>("_version");
    static readonly Set<OrderedDictionary<TKey, TValue>, int> SetVersion = Layout.Setter<OrderedDictionary<TKey, TValue>, int>("_version");

    public static int VersionOf(OrderedDictionary<TKey, TValue> value) => Version(ref value);

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
                // What its enumerators expect, which may have been read before it.
                SetVersion(ref value, 0);
                return true;
            },
            items.Length, i => items[i].Key, (comparer ?? EqualityComparer<TKey>.Default).GetHashCode));
    }
}

static class OrderedDictionaryEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly Cursor<OrderedDictionary<TKey, TValue>.Enumerator, OrderedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>> Cursor = new("_dictionary", "_index", "<Current>k__BackingField", "_version");
    static readonly Get<OrderedDictionary<TKey, TValue>.Enumerator, bool> IsOfEntries = Layout.Getter<OrderedDictionary<TKey, TValue>.Enumerator, bool>("_useDictionaryEntry");
    static readonly Set<OrderedDictionary<TKey, TValue>.Enumerator, bool> SetOfEntries = Layout.Setter<OrderedDictionary<TKey, TValue>.Enumerator, bool>("_useDictionaryEntry");

    public static void Write(GraphWriter writer, ref OrderedDictionary<TKey, TValue>.Enumerator value)
    {
        Cursor.Write(writer, ref value, OrderedDictionaryPlan<TKey, TValue>.VersionOf);
        writer.WriteBoolean(IsOfEntries(ref value));
    }

    public static void Read(GraphReader reader, ref OrderedDictionary<TKey, TValue>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
        SetOfEntries(ref value, reader.ReadBoolean());
    }
}
