namespace Holdfast.Frames.Graph;

/// <summary>The enumerators of the hashed collections, lists, queues and stacks.</summary>
static class ListEnumeratorCodec<T>
{
    static readonly Cursor<List<T>.Enumerator, List<T>, T> Cursor = new("_list", "_index", "_current", "_version", ended: -1);
    static readonly Get<List<T>, int> Version = Layout.Getter<List<T>, int>("_version");

    public static void Write(GraphWriter writer, ref List<T>.Enumerator value) => Cursor.Write(writer, ref value, static list => Version(ref list));

    // A list gets its count, and with it its version, as soon as it is met.
    public static void Read(GraphReader reader, ref List<T>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value, static list => Version(ref list));
    }
}

static class DictionaryEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly Cursor<Dictionary<TKey, TValue>.Enumerator, Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>> Cursor = new("_dictionary", "_index", "_current", "_version");
    static readonly Get<Dictionary<TKey, TValue>.Enumerator, int> Form = Layout.Getter<Dictionary<TKey, TValue>.Enumerator, int>("_getEnumeratorRetType");
    static readonly Set<Dictionary<TKey, TValue>.Enumerator, int> SetForm = Layout.Setter<Dictionary<TKey, TValue>.Enumerator, int>("_getEnumeratorRetType");

    public static void Write(GraphWriter writer, ref Dictionary<TKey, TValue>.Enumerator value)
    {
        Cursor.Write(writer, ref value, DictionaryPlan<TKey, TValue>.VersionOf, DictionaryPlan<TKey, TValue>.HolesOf);
        writer.WriteByte((byte)Form(ref value));
    }

    public static void Read(GraphReader reader, ref Dictionary<TKey, TValue>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
        SetForm(ref value, reader.ReadByte());
    }
}

static class KeyEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly Cursor<Dictionary<TKey, TValue>.KeyCollection.Enumerator, Dictionary<TKey, TValue>, TKey> Cursor = new("_dictionary", "_index", "_currentKey", "_version");

    public static void Write(GraphWriter writer, ref Dictionary<TKey, TValue>.KeyCollection.Enumerator value) =>
        Cursor.Write(writer, ref value, DictionaryPlan<TKey, TValue>.VersionOf, DictionaryPlan<TKey, TValue>.HolesOf);

    public static void Read(GraphReader reader, ref Dictionary<TKey, TValue>.KeyCollection.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
    }
}

static class ValueEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly Cursor<Dictionary<TKey, TValue>.ValueCollection.Enumerator, Dictionary<TKey, TValue>, TValue> Cursor = new("_dictionary", "_index", "_currentValue", "_version");

    public static void Write(GraphWriter writer, ref Dictionary<TKey, TValue>.ValueCollection.Enumerator value) =>
        Cursor.Write(writer, ref value, DictionaryPlan<TKey, TValue>.VersionOf, DictionaryPlan<TKey, TValue>.HolesOf);

    public static void Read(GraphReader reader, ref Dictionary<TKey, TValue>.ValueCollection.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
    }
}

static class HashSetEnumeratorCodec<T>
{
    static readonly Cursor<HashSet<T>.Enumerator, HashSet<T>, T> Cursor = new("_hashSet", "_index", "_current", "_version");

    public static void Write(GraphWriter writer, ref HashSet<T>.Enumerator value) => Cursor.Write(writer, ref value, HashSetPlan<T>.VersionOf, HashSetPlan<T>.HolesOf);

    public static void Read(GraphReader reader, ref HashSet<T>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
    }
}

static class QueueEnumeratorCodec<T>
{
    static readonly Cursor<Queue<T>.Enumerator, Queue<T>, T> Cursor = new("_queue", "_i", "_currentElement", "_version", offset: -1, ended: -2);

    public static void Write(GraphWriter writer, ref Queue<T>.Enumerator value) => Cursor.Write(writer, ref value, QueuePlan<T>.VersionOf);

    public static void Read(GraphReader reader, ref Queue<T>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
    }
}

static class StackEnumeratorCodec<T>
{
    // Counts down, so its index is the number of items that are still to come.
    static readonly Cursor<Stack<T>.Enumerator, Stack<T>, T> Cursor = new("_stack", "_index", "_currentElement", "_version", ended: -1);

    public static void Write(GraphWriter writer, ref Stack<T>.Enumerator value) => Cursor.Write(writer, ref value, StackPlan<T>.VersionOf);

    public static void Read(GraphReader reader, ref Stack<T>.Enumerator value)
    {
        value = default;
        Cursor.Read(reader, ref value);
    }
}
