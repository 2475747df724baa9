namespace Holdfast.Frames.Graph;

/// <summary>Dictionaries that keep the order of their entries; removing leaves no holes.</summary>
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
