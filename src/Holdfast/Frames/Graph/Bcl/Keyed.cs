namespace Holdfast.Frames.Graph;

/// <summary>A collection whose inner order depends on its keys, and which therefore waits until they are complete.</summary>
abstract class Keyed(bool isComplete, bool isSorted)
{
    public const string Changed = "Two of its keys are equal: a key was changed while it stood in the collection.";

    /// <summary>Whether the keys hold all they need as soon as they are read: text, numbers and tuples of those.</summary>
    public bool IsComplete { get; } = isComplete;

    /// <summary>Whether keys are compared instead of hashed.</summary>
    public bool IsSorted { get; } = isSorted;

    /// <summary>Fills the collection, unless its keys give what they gave the last time. Returns whether anything changed.</summary>
    public abstract bool Fill();

    /// <summary>Refuses what could not be filled.</summary>
    public abstract void Finish();
}

/// <summary>
/// A collection that is filled again while the hashes of its keys still change: a key may itself hold a set that is filled later,
/// and no order of filling is right for all graphs. Sorted collections have no hashes and are filled last.
/// </summary>
sealed class Keyed<TKey>(bool isComplete, Func<bool> fill, int count = 0, Func<int, TKey>? keyAt = null, Func<TKey, int>? hash = null, IComparer<TKey>? order = null, Func<int, int>? before = null) : Keyed(isComplete, hash is null)
{
    int[]? _hashes;
    bool _isInOrder = true;
    Exception? _error;
    bool _isFilled;

    public override bool Fill()
    {
        var (before, failed) = (_isFilled, _error is not null);
        try
        {
            var changed = !IsComplete && HaveHashesChanged();
            if (changed || !_isFilled) _isFilled = (_isInOrder = IsInOrder()) && fill();
            _error = null;
            return changed || failed || before != _isFilled;
        }
        catch (Exception error) when (!IsComplete && error is not (OutOfMemoryException or HoldfastException))
        {
            // The user's own comparison met an object that is not complete yet; the next round may be better.
            _error = error;
            return !failed;
        }
    }

    public override void Finish()
    {
        // The bytes are what was saved, so it is the comparison that has changed.
        if (_error is { } error) throw GraphErrors.OwnCode($"Comparing the keys of a collection, which are of type {typeof(TKey)},", error is InvalidOperationException { InnerException: { } inner } ? inner : error);
        if (!_isInOrder) throw GraphErrors.Migration($"The keys of a collection, which are of type {typeof(TKey)}, stand in another order here than when they were saved: their comparison has changed, or a key was changed while it stood in the collection.");
        if (!_isFilled) throw GraphErrors.Migration($"Two keys of a collection, which are of type {typeof(TKey)}, are equal here, and were not when they were saved: their comparison has changed.");
    }

    /// <summary>
    /// Sorted collections were saved in their order, and heaps each item behind the one above it. In another one, whoever is in the middle of it would meet some items twice
    /// and others never, or in no order at all.
    /// </summary>
    bool IsInOrder()
    {
        for (var i = 1; order is not null && i < count; i++)
            if (order.Compare(keyAt!(before is null ? i - 1 : before(i)), keyAt(i)) > 0) return false;
        return true;
    }

    bool HaveHashesChanged()
    {
        if (hash is null) return false;
        var hashes = new int[count];
        for (var i = 0; i < count; i++) hashes[i] = hash(keyAt!(i));
        if (_hashes is not null && _hashes.AsSpan().SequenceEqual(hashes)) return false;
        _hashes = hashes;
        return true;
    }
}

/// <summary>Which keys are complete at once.</summary>
static class KeyKinds
{
    public static bool AreComplete<T>(object? comparer) =>
        (comparer is null || Comparers.IsKnown(comparer)) && IsSelfContained(typeof(T));

    static bool IsSelfContained(Type type) =>
        type == typeof(string) || Codecs.IsLeaf(type)
        || (type.IsValueType && type.IsConstructedGenericType && KnownTypes.IsFramework(type.Assembly)
            && (Nullable.GetUnderlyingType(type) is not null || KnownTypes.IsFieldwiseStruct(type)) && Array.TrueForAll(type.GetGenericArguments(), IsSelfContained));
}
