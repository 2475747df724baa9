using System.Reflection;

namespace Holdfast.Frames.Graph;

/// <summary>The framework's structs that need more than their fields: enumerators above all. A closed list.</summary>
static class BclValues
{
    static readonly Dictionary<Type, Type> Codecs = new()
    {
        [typeof(List<>.Enumerator)] = typeof(ListEnumeratorCodec<>),
        [typeof(Dictionary<,>.Enumerator)] = typeof(DictionaryEnumeratorCodec<,>),
        [typeof(Dictionary<,>.KeyCollection.Enumerator)] = typeof(KeyEnumeratorCodec<,>),
        [typeof(Dictionary<,>.ValueCollection.Enumerator)] = typeof(ValueEnumeratorCodec<,>),
        [typeof(HashSet<>.Enumerator)] = typeof(HashSetEnumeratorCodec<>),
        [typeof(Queue<>.Enumerator)] = typeof(QueueEnumeratorCodec<>),
        [typeof(Stack<>.Enumerator)] = typeof(StackEnumeratorCodec<>),
        [typeof(LinkedList<>.Enumerator)] = typeof(LinkedListEnumeratorCodec<>),
        [typeof(SortedSet<>.Enumerator)] = typeof(SortedSetEnumeratorCodec<>),
        [typeof(SortedDictionary<,>.Enumerator)] = typeof(SortedDictionaryEnumeratorCodec<,>),
        [typeof(SortedDictionary<,>.KeyCollection.Enumerator)] = typeof(SortedKeyEnumeratorCodec<,>),
        [typeof(SortedDictionary<,>.ValueCollection.Enumerator)] = typeof(SortedValueEnumeratorCodec<,>),
        [typeof(OrderedDictionary<,>.Enumerator)] = typeof(OrderedDictionaryEnumeratorCodec<,>),
        [typeof(System.Collections.Immutable.ImmutableArray<>.Enumerator)] = typeof(ImmutableArrayEnumeratorCodec<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryCodec<>),
        [typeof(Memory<>)] = typeof(MemoryCodec<>),
        [typeof(System.Text.Rune)] = typeof(RuneCodec),
        [typeof(System.Text.Json.JsonElement)] = typeof(JsonElementCodec),
    };

    static BclValues() => BclPlans.Add(Codecs, typeof(SortedList<,>), "System.Collections.Generic.SortedList`2+Enumerator", typeof(SortedListEnumeratorCodec<,,>));

    public static IEnumerable<Type> Types => Codecs.Keys;

    public static bool Has(Type type) => Codecs.ContainsKey(Definition(type));

    public static bool TryCreate<T>(out (WriteValue<T>, ReadValue<T>, int) codec)
    {
        codec = default;
        if (!Codecs.TryGetValue(Definition(typeof(T)), out var home)) return false;
        if (home.IsGenericTypeDefinition)
        {
            var arguments = typeof(T).GetGenericArguments();
            home = home.MakeGenericType(home.GetGenericArguments().Length > arguments.Length ? [typeof(T), .. arguments] : arguments);
        }
        codec = (Method(home, "Write").CreateDelegate<WriteValue<T>>(), Method(home, "Read").CreateDelegate<ReadValue<T>>(), 1);
        return true;

        static MethodInfo Method(Type home, string name) => home.GetMethod(name, BindingFlags.Static | BindingFlags.Public)!;
    }

    static Type Definition(Type type) => type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : type;
}
