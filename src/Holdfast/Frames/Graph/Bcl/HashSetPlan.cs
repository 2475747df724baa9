namespace Holdfast.Frames.Graph;

/// <summary>Sets as comparer and items in their order. Filled when the items are complete.</summary>
sealed class HashSetPlan<T> : Plan<HashSet<T>>
{
    static readonly Get<HashSet<T>, int> FreeCount = Layout.Getter<HashSet<T>, int>("_freeCount");
    static readonly Get<HashSet<T>, int> SlotCount = Layout.Getter<HashSet<T>, int>("_count");
    static readonly Get<HashSet<T>, int> GetVersion = Layout.Getter<HashSet<T>, int>("_version");
    static readonly Set<HashSet<T>, int> SetVersion = Layout.Setter<HashSet<T>, int>("_version");
    static readonly Get<HashSet<T>.Enumerator, int> IndexOf = Layout.Getter<HashSet<T>.Enumerator, int>("_index");

    public static int VersionOf(HashSet<T> value) => GetVersion(ref value);

    public static Holes? HolesOf(GraphWriter writer, HashSet<T> value) =>
        Compaction.Of(writer, value, FreeCount(ref value) > 0, static v => FindHoles(v), static v => Compact(v));

    protected override void WriteHeader(GraphWriter writer, HashSet<T> value) => HolesOf(writer, value);

    protected override void WriteBody(GraphWriter writer, HashSet<T> value)
    {
        writer.WriteReference(Comparers.ToSave(value.Comparer));
        Items.Write(writer, value);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new HashSet<T>();

    protected override void ReadBody(GraphReader reader, HashSet<T> value)
    {
        var comparer = reader.ReadReference<IEqualityComparer<T>>();
        var items = Items.Read<T>(reader);
        reader.AddKeyed(new Keyed<T>(
            KeyKinds.AreComplete<T>(comparer), () => Fill(value, comparer, items), items.Length, i => items[i], item => item is null ? 0 : (comparer ?? EqualityComparer<T>.Default).GetHashCode(item)));
    }

    static bool Fill(HashSet<T> value, IEqualityComparer<T>? comparer, T[] items)
    {
        var built = new HashSet<T>(items.Length, comparer);
        foreach (var item in items)
            if (!built.Add(item)) return false;
        Replace(built, value, 0);
        return true;
    }

    static void Compact(HashSet<T> value)
    {
        var built = new HashSet<T>(value.Count, value.Comparer);
        foreach (var item in value)
            if (!built.Add(item)) throw new NotSavableException(value, value.GetType(), Keyed.Changed);
        Replace(built, value, GetVersion(ref value));
    }

    static void Replace(HashSet<T> built, HashSet<T> value, int version)
    {
        Transplant<HashSet<T>>.Copy(built, value);
        SetVersion(ref value, version);
    }

    static Holes FindHoles(HashSet<T> value)
    {
        var slots = new int[value.Count];
        var enumerator = value.GetEnumerator();
        for (var i = 0; enumerator.MoveNext(); i++) slots[i] = IndexOf(ref enumerator) - 1;
        return new(slots, SlotCount(ref value));
    }
}
