using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Enumerators over trees keep a stack of nodes. They are saved by their position like the others; the stack is allocated at once and
/// gets its content when the tree has been rebuilt.
/// </summary>
static class SortedSetEnumeratorCodec<T>
{
    const byte IsEmpty = 0, IsInvalid = 1, IsValid = 2;

    static readonly Get<SortedSet<T>.Enumerator, SortedSet<T>?> Tree = Layout.Getter<SortedSet<T>.Enumerator, SortedSet<T>?>("_tree");
    static readonly Set<SortedSet<T>.Enumerator, SortedSet<T>?> SetTree = Layout.Setter<SortedSet<T>.Enumerator, SortedSet<T>?>("_tree");
    static readonly Get<SortedSet<T>.Enumerator, int> Version = Layout.Getter<SortedSet<T>.Enumerator, int>("_version");
    static readonly Set<SortedSet<T>.Enumerator, int> SetVersion = Layout.Setter<SortedSet<T>.Enumerator, int>("_version");
    static readonly Get<SortedSet<T>.Enumerator, bool> Reverse = Layout.Getter<SortedSet<T>.Enumerator, bool>("_reverse");
    static readonly FieldInfo StackField = Layout.Field(typeof(SortedSet<T>.Enumerator), "_stack");
    static readonly FieldInfo NodeField = Layout.Field(typeof(SortedSet<T>.Enumerator), "_current");
    static readonly FieldInfo NodeItem = Layout.Field(NodeField.FieldType, typeof(T), "<Item>k__BackingField");

    // The types of both are private, so access by object; nothing else is ever stored in them.
    static readonly Get<SortedSet<T>.Enumerator, object?> Stack = FieldAccess.Getter<SortedSet<T>.Enumerator, object?>(StackField);
    static readonly Set<SortedSet<T>.Enumerator, object?> SetStack = FieldAccess.Setter<SortedSet<T>.Enumerator, object?>(StackField);
    static readonly Get<SortedSet<T>.Enumerator, object?> Node = FieldAccess.Getter<SortedSet<T>.Enumerator, object?>(NodeField);
    static readonly Set<SortedSet<T>.Enumerator, object?> SetNode = FieldAccess.Setter<SortedSet<T>.Enumerator, object?>(NodeField);

    public static void Write(GraphWriter writer, ref SortedSet<T>.Enumerator value)
    {
        if (Tree(ref value) is not { } tree)
        {
            writer.WriteByte(IsEmpty);
            return;
        }
        if (Reverse(ref value)) throw new NotSavableException(value, value.GetType(), KnownTypes.HintFor(value.GetType()));
        var isValid = Version(ref value) == SortedSetPlan<T>.VersionOf(tree);
        writer.WriteByte(isValid ? IsValid : IsInvalid);
        writer.WriteReference(tree);
        var node = Node(ref value);
        writer.WriteBoolean(node is not null);
        if (node is not null)
        {
            var item = value.Current;
            Codec<T>.Write(writer, ref item);
        }
        writer.WriteUnsigned(isValid ? (uint)PositionOf(tree, ref value, node) : 0);
    }

    public static void Read(GraphReader reader, ref SortedSet<T>.Enumerator value)
    {
        value = default;
        var state = reader.ReadByte();
        if (state == IsEmpty) return;
        if (state > IsValid) throw GraphErrors.Corrupt("an enumerator is in no known state");
        var tree = reader.ReadReference<SortedSet<T>>() ?? throw GraphErrors.Corrupt("an enumerator has lost its collection");
        SetTree(ref value, tree);
        SetVersion(ref value, state == IsValid ? 0 : -1);
        if (reader.ReadBoolean())
        {
            // Of the node it stands on, an enumerator looks only at the item.
            var node = RuntimeHelpers.GetUninitializedObject(NodeField.FieldType);
            T item = default!;
            Codec<T>.Read(reader, ref item);
            NodeItem.SetValue(node, item);
            SetNode(ref value, node);
        }
        var stack = Activator.CreateInstance(StackField.FieldType)!;
        SetStack(ref value, stack);
        var position = reader.ReadUnsigned();
        if (state != IsValid) return;
        reader.Afterwards(() =>
        {
            if (position > (ulong)tree.Count + 1) throw GraphErrors.Corrupt("an enumerator stands beyond its collection");
            var walker = tree.GetEnumerator();
            for (var i = 0UL; i < position; i++) walker.MoveNext();
            var walked = Stack(ref walker);
            foreach (var field in Layout.FieldsOf(StackField.FieldType)) field.SetValue(stack, field.GetValue(walked));
        });
    }

    static int PositionOf(SortedSet<T> tree, ref SortedSet<T>.Enumerator value, object? node)
    {
        if (node is null) return tree.Count > 0 && ((ICollection)Stack(ref value)!).Count == 0 ? tree.Count + 1 : 0;
        var position = 1;
        for (var walker = tree.GetEnumerator(); walker.MoveNext() && Node(ref walker) != node;) position++;
        return position;
    }
}

static class SortedDictionaryEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly WriteValue<SortedDictionary<TKey, TValue>.Enumerator> WriteInside =
        Layout.WriteInside<SortedDictionary<TKey, TValue>.Enumerator, SortedSet<KeyValuePair<TKey, TValue>>.Enumerator>("_treeEnum", SortedSetEnumeratorCodec<KeyValuePair<TKey, TValue>>.Write);
    static readonly ReadValue<SortedDictionary<TKey, TValue>.Enumerator> ReadInside =
        Layout.ReadInside<SortedDictionary<TKey, TValue>.Enumerator, SortedSet<KeyValuePair<TKey, TValue>>.Enumerator>("_treeEnum", SortedSetEnumeratorCodec<KeyValuePair<TKey, TValue>>.Read);
    static readonly Get<SortedDictionary<TKey, TValue>.Enumerator, int> Form = Layout.Getter<SortedDictionary<TKey, TValue>.Enumerator, int>("_getEnumeratorRetType");
    static readonly Set<SortedDictionary<TKey, TValue>.Enumerator, int> SetForm = Layout.Setter<SortedDictionary<TKey, TValue>.Enumerator, int>("_getEnumeratorRetType");

    public static void Write(GraphWriter writer, ref SortedDictionary<TKey, TValue>.Enumerator value)
    {
        WriteInside(writer, ref value);
        writer.WriteByte((byte)Form(ref value));
    }

    public static void Read(GraphReader reader, ref SortedDictionary<TKey, TValue>.Enumerator value)
    {
        ReadInside(reader, ref value);
        SetForm(ref value, reader.ReadByte());
    }
}

static class SortedKeyEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly WriteValue<SortedDictionary<TKey, TValue>.KeyCollection.Enumerator> WriteInside =
        Layout.WriteInside<SortedDictionary<TKey, TValue>.KeyCollection.Enumerator, SortedDictionary<TKey, TValue>.Enumerator>("_dictEnum", SortedDictionaryEnumeratorCodec<TKey, TValue>.Write);
    static readonly ReadValue<SortedDictionary<TKey, TValue>.KeyCollection.Enumerator> ReadInside =
        Layout.ReadInside<SortedDictionary<TKey, TValue>.KeyCollection.Enumerator, SortedDictionary<TKey, TValue>.Enumerator>("_dictEnum", SortedDictionaryEnumeratorCodec<TKey, TValue>.Read);

    public static void Write(GraphWriter writer, ref SortedDictionary<TKey, TValue>.KeyCollection.Enumerator value) => WriteInside(writer, ref value);

    public static void Read(GraphReader reader, ref SortedDictionary<TKey, TValue>.KeyCollection.Enumerator value) => ReadInside(reader, ref value);
}

static class SortedValueEnumeratorCodec<TKey, TValue> where TKey : notnull
{
    static readonly WriteValue<SortedDictionary<TKey, TValue>.ValueCollection.Enumerator> WriteInside =
        Layout.WriteInside<SortedDictionary<TKey, TValue>.ValueCollection.Enumerator, SortedDictionary<TKey, TValue>.Enumerator>("_dictEnum", SortedDictionaryEnumeratorCodec<TKey, TValue>.Write);
    static readonly ReadValue<SortedDictionary<TKey, TValue>.ValueCollection.Enumerator> ReadInside =
        Layout.ReadInside<SortedDictionary<TKey, TValue>.ValueCollection.Enumerator, SortedDictionary<TKey, TValue>.Enumerator>("_dictEnum", SortedDictionaryEnumeratorCodec<TKey, TValue>.Read);

    public static void Write(GraphWriter writer, ref SortedDictionary<TKey, TValue>.ValueCollection.Enumerator value) => WriteInside(writer, ref value);

    public static void Read(GraphReader reader, ref SortedDictionary<TKey, TValue>.ValueCollection.Enumerator value) => ReadInside(reader, ref value);
}

/// <summary>The enumerator of sorted lists, a private struct behind <see cref="IEnumerator{T}"/>.</summary>
static class SortedListEnumeratorCodec<TEnumerator, TKey, TValue> where TKey : notnull
{
    static readonly Cursor<TEnumerator, SortedList<TKey, TValue>, TKey> Cursor = new("_sortedList", "_index", "_key", "_version");
    static readonly Get<TEnumerator, TValue> Value = Layout.Getter<TEnumerator, TValue>("_value");
    static readonly Set<TEnumerator, TValue> SetValue = Layout.Setter<TEnumerator, TValue>("_value");
    static readonly Get<TEnumerator, int> Form = Layout.Getter<TEnumerator, int>("_getEnumeratorRetType");
    static readonly Set<TEnumerator, int> SetForm = Layout.Setter<TEnumerator, int>("_getEnumeratorRetType");

    public static void Write(GraphWriter writer, ref TEnumerator value)
    {
        Cursor.Write(writer, ref value, SortedListPlan<TKey, TValue>.VersionOf);
        var item = Value(ref value);
        Codec<TValue>.Write(writer, ref item);
        writer.WriteByte((byte)Form(ref value));
    }

    public static void Read(GraphReader reader, ref TEnumerator value)
    {
        value = default!;
        Cursor.Read(reader, ref value);
        TValue item = default!;
        Codec<TValue>.Read(reader, ref item);
        SetValue(ref value, item);
        SetForm(ref value, reader.ReadByte());
    }
}
