namespace Holdfast.Frames.Graph;

/// <summary>Dictionaries as comparer and entries in their order. Filled when the keys are complete.</summary>
sealed class DictionaryPlan<TKey, TValue> : Plan<Dictionary<TKey, TValue>> where TKey : notnull
{
    static readonly Get<Dictionary<TKey, TValue>, int> FreeCount = Layout.Getter<Dictionary<TKey, TValue>, int>("_freeCount");
    static readonly Get<Dictionary<TKey, TValue>, int> SlotCount = Layout.Getter<Dictionary<TKey, TValue>, int>("_count");
    static readonly Get<Dictionary<TKey, TValue>, int> GetVersion = Layout.Getter<Dictionary<TKey, TValue>, int>("_version");
    static readonly Set<Dictionary<TKey, TValue>, int> SetVersion = Layout.Setter<Dictionary<TKey, TValue>, int>("_version");
    static readonly Get<Dictionary<TKey, TValue>.Enumerator, int> IndexOf = Layout.Getter<Dictionary<TKey, TValue>.Enumerator, int>("_index");

    public static int VersionOf(Dictionary<TKey, TValue> value) => GetVersion(ref value);

    public static Holes? HolesOf(GraphWriter writer, Dictionary<TKey, TValue> value) =>
        Compaction.Of(writer, value, FreeCount(ref value) > 0, static v => FindHoles(v), static v => Compact(v));

    protected override void WriteHeader(GraphWriter writer, Dictionary<TKey, TValue> value) => HolesOf(writer, value);

    protected override void WriteBody(GraphWriter writer, Dictionary<TKey, TValue> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new Dictionary<TKey, TValue>();

    protected override void ReadBody(GraphReader reader, Dictionary<TKey, TValue> value)
    {
        var comparer = reader.ReadReference<IEqualityComparer<TKey>>();
        var entries = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(
            KeyKinds.AreComplete<TKey>(comparer), () => Fill(value, comparer, entries), entries.Length, i => entries[i].Key, (comparer ?? EqualityComparer<TKey>.Default).GetHashCode));
    }

    static bool Fill(Dictionary<TKey, TValue> value, IEqualityComparer<TKey>? comparer, KeyValuePair<TKey, TValue>[] entries)
    {
        var built = new Dictionary<TKey, TValue>(entries.Length, comparer);
        foreach (var (key, item) in entries)
            if (!built.TryAdd(key, item)) return false;
        Replace(built, value, 0);
        return true;
    }

    static void Compact(Dictionary<TKey, TValue> value)
    {
        var built = new Dictionary<TKey, TValue>(value.Count, value.Comparer);
        foreach (var (key, item) in value)
            if (!built.TryAdd(key, item)) throw new NotSavableException(value, value.GetType(), Keyed.Changed);
        // With its old version, so that enumerators which are valid stay so; their places are mended when they are met.
        Replace(built, value, GetVersion(ref value));
    }

    static void Replace(Dictionary<TKey, TValue> built, Dictionary<TKey, TValue> value, int version)
    {
        Transplant<Dictionary<TKey, TValue>>.Copy(built, value);
        SetVersion(ref value, version);
    }

    static Holes FindHoles(Dictionary<TKey, TValue> value)
    {
        var slots = new int[value.Count];
        var enumerator = value.GetEnumerator();
        for (var i = 0; enumerator.MoveNext(); i++) slots[i] = IndexOf(ref enumerator) - 1;
        return new(slots, SlotCount(ref value));
    }
}
