using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// A collection that only its factory can build. The object is allocated when it is met, so that others can refer to it; once its
/// items are there, a proper one is built and its state moved in. The empty one is a singleton.
/// </summary>
abstract class ImmutablePlan<TCollection, TItem> : Plan<TCollection> where TCollection : class, IEnumerable<TItem>
{
    protected abstract TCollection Empty { get; }

    protected sealed override void WriteHeader(GraphWriter writer, TCollection value) => writer.WriteBoolean(ReferenceEquals(value, Empty));

    protected sealed override void WriteBody(GraphWriter writer, TCollection value)
    {
        if (ReferenceEquals(value, Empty)) return;
        WriteComparers(writer, value);
        Items.Write(writer, ItemsOf(value));
    }

    public sealed override object ReadHeader(GraphReader reader, WireType type) =>
        reader.ReadBoolean() ? Empty : RuntimeHelpers.GetUninitializedObject(typeof(TCollection));

    protected sealed override void ReadBody(GraphReader reader, TCollection value)
    {
        if (!ReferenceEquals(value, Empty)) ReadInto(reader, value);
    }

    protected virtual void WriteComparers(GraphWriter writer, TCollection value)
    {
    }

    protected virtual IReadOnlyCollection<TItem> ItemsOf(TCollection value) => (IReadOnlyCollection<TItem>)value;

    protected abstract void ReadInto(GraphReader reader, TCollection value);

    protected static void Become(TCollection value, TCollection built) => Transplant<TCollection>.Copy(built, value);
}

sealed class ImmutableListPlan<T> : ImmutablePlan<ImmutableList<T>, T>
{
    protected override ImmutableList<T> Empty => ImmutableList<T>.Empty;

    protected override void ReadInto(GraphReader reader, ImmutableList<T> value)
    {
        var items = Items.Read<T>(reader);
        reader.Build(() => Become(value, ImmutableList.CreateRange(items)));
    }
}

sealed class ImmutableQueuePlan<T> : ImmutablePlan<ImmutableQueue<T>, T>
{
    protected override ImmutableQueue<T> Empty => ImmutableQueue<T>.Empty;

    protected override IReadOnlyCollection<T> ItemsOf(ImmutableQueue<T> value) => [.. value];

    protected override void ReadInto(GraphReader reader, ImmutableQueue<T> value)
    {
        var items = Items.Read<T>(reader);
        reader.Build(() => Become(value, ImmutableQueue.CreateRange(items)));
    }
}

/// <summary>Stacks keep their items top first.</summary>
sealed class ImmutableStackPlan<T> : ImmutablePlan<ImmutableStack<T>, T>
{
    protected override ImmutableStack<T> Empty => ImmutableStack<T>.Empty;

    protected override IReadOnlyCollection<T> ItemsOf(ImmutableStack<T> value) => [.. value];

    protected override void ReadInto(GraphReader reader, ImmutableStack<T> value)
    {
        var items = Items.Read<T>(reader);
        reader.Build(() => Become(value, ImmutableStack.CreateRange(items.Reverse())));
    }
}

sealed class ImmutableHashSetPlan<T> : ImmutablePlan<ImmutableHashSet<T>, T>
{
    protected override ImmutableHashSet<T> Empty => ImmutableHashSet<T>.Empty;

    protected override void WriteComparers(GraphWriter writer, ImmutableHashSet<T> value) => writer.WriteReference(Comparers.ToSave(value.KeyComparer));

    protected override void ReadInto(GraphReader reader, ImmutableHashSet<T> value)
    {
        var comparer = reader.ReadReference<IEqualityComparer<T>>();
        var items = Items.Read<T>(reader);
        reader.AddKeyed(new Keyed<T>(
            KeyKinds.AreComplete<T>(comparer),
            () =>
            {
                var built = ImmutableHashSet.CreateRange(comparer, items);
                Become(value, built);
                return built.Count == items.Length;
            },
            items.Length, i => items[i], item => item is null ? 0 : (comparer ?? EqualityComparer<T>.Default).GetHashCode(item)));
    }
}

sealed class ImmutableSortedSetPlan<T> : ImmutablePlan<ImmutableSortedSet<T>, T>
{
    protected override ImmutableSortedSet<T> Empty => ImmutableSortedSet<T>.Empty;

    protected override void WriteComparers(GraphWriter writer, ImmutableSortedSet<T> value) => writer.WriteReference(Comparers.ToSave(value.KeyComparer));

    protected override void ReadInto(GraphReader reader, ImmutableSortedSet<T> value)
    {
        var comparer = reader.ReadReference<IComparer<T>>();
        var items = Items.Read<T>(reader);
        reader.AddKeyed(new Keyed<T>(KeyKinds.AreComplete<T>(comparer), () =>
        {
            var built = ImmutableSortedSet.CreateRange(comparer, items);
            Become(value, built);
            return built.Count == items.Length;
        }, items.Length, i => items[i], order: comparer ?? Comparer<T>.Default));
    }
}

sealed class ImmutableDictionaryPlan<TKey, TValue> : ImmutablePlan<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>> where TKey : notnull
{
    protected override ImmutableDictionary<TKey, TValue> Empty => ImmutableDictionary<TKey, TValue>.Empty;

    protected override void WriteComparers(GraphWriter writer, ImmutableDictionary<TKey, TValue> value)
    {
        writer.WriteReference(Comparers.ToSave(value.KeyComparer));
        writer.WriteReference(Comparers.ToSave(value.ValueComparer));
    }

    protected override void ReadInto(GraphReader reader, ImmutableDictionary<TKey, TValue> value)
    {
        var (comparer, valueComparer) = (reader.ReadReference<IEqualityComparer<TKey>>(), reader.ReadReference<IEqualityComparer<TValue>>());
        var items = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(
            KeyKinds.AreComplete<TKey>(comparer),
            () =>
            {
                var builder = ImmutableDictionary.CreateBuilder<TKey, TValue>(comparer, valueComparer);
                foreach (var (key, item) in items) builder[key] = item;
                Become(value, builder.ToImmutable());
                return builder.Count == items.Length;
            },
            items.Length, i => items[i].Key, (comparer ?? EqualityComparer<TKey>.Default).GetHashCode));
    }
}

sealed class ImmutableSortedDictionaryPlan<TKey, TValue> : ImmutablePlan<ImmutableSortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>> where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Empty => ImmutableSortedDictionary<TKey, TValue>.Empty;

    protected override void WriteComparers(GraphWriter writer, ImmutableSortedDictionary<TKey, TValue> value)
    {
        writer.WriteReference(Comparers.ToSave(value.KeyComparer));
        writer.WriteReference(Comparers.ToSave(value.ValueComparer));
    }

    protected override void ReadInto(GraphReader reader, ImmutableSortedDictionary<TKey, TValue> value)
    {
        var (comparer, valueComparer) = (reader.ReadReference<IComparer<TKey>>(), reader.ReadReference<IEqualityComparer<TValue>>());
        var items = Items.ReadEntries<TKey, TValue>(reader);
        reader.AddKeyed(new Keyed<TKey>(KeyKinds.AreComplete<TKey>(comparer), () =>
        {
            var builder = ImmutableSortedDictionary.CreateBuilder<TKey, TValue>(comparer, valueComparer);
            foreach (var (key, item) in items) builder[key] = item;
            Become(value, builder.ToImmutable());
            return builder.Count == items.Length;
        }, items.Length, i => items[i].Key, order: comparer ?? Comparer<TKey>.Default));
    }
}
