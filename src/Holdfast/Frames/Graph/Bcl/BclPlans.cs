using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Text.Json.Nodes;

namespace Holdfast.Frames.Graph;

/// <summary>The framework's classes that are saved, each by a plan of its own: a closed list.</summary>
static class BclPlans
{
    static readonly ConcurrentDictionary<Type, Type> Names = new();

    /// <summary>Plans that take the type's own arguments.</summary>
    static readonly Dictionary<Type, Type> Generic = new()
    {
        [typeof(List<>)] = typeof(ListPlan<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryPlan<,>),
        [typeof(HashSet<>)] = typeof(HashSetPlan<>),
        [typeof(Queue<>)] = typeof(QueuePlan<>),
        [typeof(Stack<>)] = typeof(StackPlan<>),
        [typeof(PriorityQueue<,>)] = typeof(PriorityQueuePlan<,>),
        [typeof(LinkedList<>)] = typeof(LinkedListPlan<>),
        [typeof(LinkedListNode<>)] = typeof(LinkedListNodePlan<>),
        [typeof(SortedSet<>)] = typeof(SortedSetPlan<>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryPlan<,>),
        [typeof(SortedEntries<,>)] = typeof(SortedEntriesPlan<,>),
        [typeof(SortedList<,>)] = typeof(SortedListPlan<,>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListPlan<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueuePlan<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackPlan<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetPlan<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetPlan<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryPlan<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryPlan<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryPlan<,>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueuePlan<>),
        [typeof(ConcurrentStack<>)] = typeof(ConcurrentStackPlan<>),
        [typeof(OrderedDictionary<,>)] = typeof(OrderedDictionaryPlan<,>),
        [typeof(Lookup<,>)] = typeof(LookupPlan<,>),
        [typeof(JsonMade<>)] = typeof(JsonMadePlan<>),
        [typeof(EqualityComparer<>)] = typeof(DefaultEqualityPlan<>),
        [typeof(Comparer<>)] = typeof(DefaultComparerPlan<>),
        [typeof(CreatedComparer<>)] = typeof(CreatedComparerPlan<>),
        [typeof(Tuple<>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,,>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,,,>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,,,,>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,,,,,>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,,,,,,>)] = typeof(ClassPlan<>),
        [typeof(Tuple<,,,,,,,>)] = typeof(ClassPlan<>),
    };

    /// <summary>Plans of private classes, which take the class itself before its arguments.</summary>
    static readonly Dictionary<Type, Type> Hidden = [];

    /// <summary>Views of another object, by the field that holds it.</summary>
    static readonly Dictionary<Type, string> Wrappers = new()
    {
        [typeof(Collection<>)] = "items",
        [typeof(ReadOnlyCollection<>)] = "list",
        [typeof(ReadOnlyDictionary<,>)] = "m_dictionary",
        [typeof(ReadOnlySet<>)] = "_set",
        [typeof(ReadOnlyDictionary<,>.KeyCollection)] = "_collection",
        [typeof(ReadOnlyDictionary<,>.ValueCollection)] = "_collection",
        [typeof(Dictionary<,>.KeyCollection)] = "_dictionary",
        [typeof(Dictionary<,>.ValueCollection)] = "_dictionary",
        [typeof(SortedDictionary<,>.KeyCollection)] = "_dictionary",
        [typeof(SortedDictionary<,>.ValueCollection)] = "_dictionary",
        [typeof(PriorityQueue<,>.UnorderedItemsCollection)] = "_queue",
    };

    static readonly Dictionary<Type, Func<Plan>> Single = new()
    {
        [typeof(StringComparer)] = static () => new StringComparerPlan(),
        [typeof(ReferenceEqualityComparer)] = static () => new SingletonPlan(ReferenceEqualityComparer.Instance),
        [typeof(CharEnumerator)] = static () => new CharEnumeratorPlan(),
        [typeof(Uri)] = static () => new UriPlan(),
        [typeof(Version)] = static () => new VersionPlan(),
        [typeof(Type)] = static () => new TypePlan(),
        [typeof(DBNull)] = static () => new SingletonPlan(DBNull.Value),
        [typeof(System.Text.StringBuilder)] = static () => new StringBuilderPlan(),
        [typeof(System.Collections.BitArray)] = static () => new BitArrayPlan(),
        [typeof(System.Text.RegularExpressions.Regex)] = static () => new RegexPlan(),
        [typeof(System.Net.IPAddress)] = static () => new IPAddressPlan(),
        [typeof(System.Net.Mail.MailAddress)] = static () => new MailAddressPlan(),
        [typeof(System.Text.Encoding)] = static () => new EncodingPlan(),
        [typeof(TimeZoneInfo)] = static () => new TimeZonePlan(),
        [typeof(JsonObject)] = static () => new JsonObjectPlan(),
        [typeof(JsonArray)] = static () => new JsonArrayPlan(),
        [typeof(JsonValue)] = static () => new JsonTextPlan(),
        [typeof(System.Globalization.CultureInfo)] = static () => new CulturePlan(),
    };

    // A runtime that lacks one of these goes without: its other values are saved all the same.
    static BclPlans()
    {
        Add(Hidden, typeof(object), "System.SZGenericArrayEnumerator`1", typeof(ArrayEnumeratorPlan<,>));
        Add(Hidden, typeof(ImmutableArray), "System.Collections.Immutable.ImmutableArray`1+EnumeratorObject", typeof(ImmutableArrayEnumeratorPlan<,>));
        Add(Hidden, typeof(Enumerable), "System.Linq.Grouping`2", typeof(GroupPlan<,,>));
        Add(Generic, typeof(Enumerable), "System.Linq.EmptyLookup`2", typeof(EmptyLookupPlan<,>));
        Add(Generic, typeof(object), "System.GenericEmptyEnumerator`1", typeof(EmptyEnumeratorPlan<>));
        Add(Wrappers, typeof(SortedList<,>), "System.Collections.Generic.SortedList`2+KeyList", "_dict");
        Add(Wrappers, typeof(SortedList<,>), "System.Collections.Generic.SortedList`2+ValueList", "_dict");
    }

    /// <summary>Adds a class of the runtime's that has no public name.</summary>
    public static void Add<T>(Dictionary<Type, T> to, Type neighbour, string name, T value)
    {
        if (neighbour.Assembly.GetType(name) is { } found) to.Add(found, value);
    }

    /// <summary>Public classes behind which the runtime keeps private ones.</summary>
    static readonly Type[] Shown = [typeof(Type), typeof(System.Net.IPAddress), typeof(System.Text.Encoding)];

    public static Plan? TryCreate(Type type)
    {
        if (Single.TryGetValue(type, out var make)) return make();
        if (!type.IsConstructedGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        if (Wrappers.TryGetValue(definition, out var field)) return new WrapperPlan(type, field);
        if (Hidden.TryGetValue(definition, out var hidden)) return Make(hidden, [type, .. type.GetGenericArguments()]);
        if (!Generic.TryGetValue(definition, out var plan)) return null;
        return plan == typeof(ClassPlan<>) ? Make(plan, [type]) : Make(plan, type.GetGenericArguments());

        static Plan Make(Type plan, Type[] arguments) => (Plan)Activator.CreateInstance(plan.MakeGenericType(arguments))!;
    }

    /// <summary>The type under whose name objects of this one are saved: a public one where the runtime uses private classes.</summary>
    public static Type SavedAs(Type type) => Names.GetOrAdd(type, static type =>
    {
        if (Comparers.SavedAs(type) is { } comparer) return comparer;
        if (typeof(System.Text.RegularExpressions.Regex).IsAssignableFrom(type)) return typeof(System.Text.RegularExpressions.Regex);
        if (!KnownTypes.IsFramework(type.Assembly)) return type;
        foreach (var shown in Shown)
            if (shown.IsAssignableFrom(type)) return shown;
        var arguments = type.IsConstructedGenericType ? type.GetGenericArguments() : [];
        if (typeof(JsonValue).IsAssignableFrom(type))
            return type.Name.StartsWith("JsonValueOf", StringComparison.Ordinal) ? typeof(JsonValue)
                : type.Name.StartsWith("JsonValuePrimitive", StringComparison.Ordinal) && (arguments[0] == typeof(string) || Codecs.IsLeaf(arguments[0])) ? typeof(JsonMade<>).MakeGenericType(arguments)
                : type;
        if (type.BaseType is { IsConstructedGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Lookup<,>)) return parent;
        if (type.Name == "TreeSet`1" && arguments is [{ IsConstructedGenericType: true } entry] && entry.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
            return typeof(SortedEntries<,>).MakeGenericType(entry.GetGenericArguments());
        return type;
    });

    /// <summary>The type of this name, if it is one of the closed list.</summary>
    public static Type? TypeByName(string fullName) => ByName.Value.GetValueOrDefault(fullName);

    static readonly Lazy<Dictionary<string, Type>> ByName = new(static () =>
    {
        var names = new Dictionary<string, Type>();
        foreach (var type in Generic.Keys.Concat(Hidden.Keys).Concat(Wrappers.Keys).Concat(Single.Keys).Concat(BclValues.Types).Concat(Graph.Codecs.LeafTypes).Concat(KnownTypes.FieldwiseStructs)) names.TryAdd(type.FullName!, type);
        return names;
    });
}
