namespace Holdfast.Frames.Graph;

/// <summary>Linked lists as their nodes, which are objects of their own, because a run may keep one.</summary>
sealed class LinkedListPlan<T> : Plan<LinkedList<T>>
{
    static readonly Get<LinkedList<T>, int> GetVersion = Layout.Getter<LinkedList<T>, int>("version");
    static readonly Set<LinkedList<T>, int> SetVersion = Layout.Setter<LinkedList<T>, int>("version");

    public static int VersionOf(LinkedList<T> value) => GetVersion(ref value);

    protected override void WriteBody(GraphWriter writer, LinkedList<T> value)
    {
        writer.WriteUnsigned((uint)value.Count);
        for (var node = value.First; node is not null; node = node.Next) writer.WriteReference(node);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new LinkedList<T>();

    protected override void ReadBody(GraphReader reader, LinkedList<T> value)
    {
        for (var count = reader.ReadCount(1); count > 0; count--)
        {
            var node = reader.ReadReference<LinkedListNode<T>>();
            if (node is null || node.List is not null) throw GraphErrors.Corrupt("a linked list has a node that is not its own");
            value.AddLast(node);
        }
        SetVersion(ref value, 0);
    }
}

/// <summary>A node brings its list along, so that a run which keeps only a node can go on from it.</summary>
sealed class LinkedListNodePlan<T> : Plan<LinkedListNode<T>>
{
    protected override void WriteBody(GraphWriter writer, LinkedListNode<T> value)
    {
        writer.WriteReference(value.List);
        Codec<T>.Write(writer, ref value.ValueRef);
    }

    public override object ReadHeader(GraphReader reader, WireType type) => new LinkedListNode<T>(default!);

    protected override void ReadBody(GraphReader reader, LinkedListNode<T> value)
    {
        var list = reader.ReadReference<LinkedList<T>>();
        Codec<T>.Read(reader, ref value.ValueRef);
        reader.Afterwards(() =>
        {
            if (value.List != list) throw GraphErrors.Corrupt("a linked list has a node that is not its own");
        });
    }
}

static class LinkedListEnumeratorCodec<T>
{
    static readonly Cursor<LinkedList<T>.Enumerator, LinkedList<T>, T> Cursor = new("_list", "_index", "_current", "_version");
    static readonly Get<LinkedList<T>.Enumerator, LinkedListNode<T>?> Node = Layout.Getter<LinkedList<T>.Enumerator, LinkedListNode<T>?>("_node");
    static readonly Set<LinkedList<T>.Enumerator, LinkedListNode<T>?> SetNode = Layout.Setter<LinkedList<T>.Enumerator, LinkedListNode<T>?>("_node");

    public static void Write(GraphWriter writer, ref LinkedList<T>.Enumerator value)
    {
        var isValid = Cursor.Write(writer, ref value, LinkedListPlan<T>.VersionOf);
        // An invalid enumerator never looks at its node again, which may stand in another list by now.
        if (Cursor.OwnerOf(ref value) is not null) writer.WriteReference(isValid ? Node(ref value) : null);
    }

    public static void Read(GraphReader reader, ref LinkedList<T>.Enumerator value)
    {
        value = default;
        if (Cursor.Read(reader, ref value) is not { } list || reader.ReadReference<LinkedListNode<T>>() is not { } node) return;
        SetNode(ref value, node);
        reader.Afterwards(() =>
        {
            // Standing on another list's node, a loop would never see its own end.
            if (node.List is { } other && other != list) throw GraphErrors.Corrupt("an enumerator stands on another list");
        });
    }
}
