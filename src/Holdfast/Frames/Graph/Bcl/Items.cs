namespace Holdfast.Frames.Graph;

/// <summary>Reading and writing rows of items.</summary>
static class Items
{
    public static void Write<T>(GraphWriter writer, IReadOnlyCollection<T> items)
    {
        writer.WriteUnsigned((uint)items.Count);
        foreach (var item in items)
        {
            var i = item;
            Codec<T>.Write(writer, ref i);
        }
    }

    public static T[] Read<T>(GraphReader reader)
    {
        var items = new T[reader.ReadCount<T>()];
        var read = Codec<T>.Read;
        for (var i = 0; i < items.Length; i++) read(reader, ref items[i]);
        return items;
    }

    public static KeyValuePair<TKey, TValue>[] ReadEntries<TKey, TValue>(GraphReader reader)
    {
        var entries = Read<KeyValuePair<TKey, TValue>>(reader);
        foreach (var entry in entries)
            if (entry.Key is null) throw GraphErrors.Corrupt("a dictionary has a key that is null");
        return entries;
    }
}
