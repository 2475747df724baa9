namespace Holdfast.Frames.Graph;

/// <summary>Where the entries of a hashed collection stood before it was compacted, so that enumerators met later find their place.</summary>
sealed class Holes(int[] slots, int end)
{
    /// <summary>From an enumerator's index to the number of entries it has passed; one more than there are when it has ended.</summary>
    public int PositionOf(int index)
    {
        if (index > end) return slots.Length + 1;
        var found = Array.BinarySearch(slots, index);
        return found < 0 ? ~found : found;
    }
}

/// <summary>
/// A dictionary with holes enumerates later additions in an order that depends on its list of free slots, which a rebuilt one does not
/// have. So a run's own collections are compacted whenever the run is saved: then hot and restored ones go on alike. Copies are not
/// touched, because enumerators that are not part of the copy may stand on the original.
/// </summary>
static class Compaction
{
    /// <summary>The holes that enumerators over this collection must allow for; null when there are none.</summary>
    /// <param name="writer">The writer of the graph.</param>
    /// <param name="collection">The live collection.</param>
    /// <param name="hasHoles">Whether the collection has holes now.</param>
    /// <param name="find">Finds the live slots.</param>
    /// <param name="compact">Rebuilds the collection in place.</param>
    public static Holes? Of<T>(GraphWriter writer, T collection, bool hasHoles, Func<T, Holes> find, Action<T> compact) where T : class
    {
        if (writer.Compacted is { } compacted && compacted.TryGetValue(collection, out var known)) return known;
        if (!hasHoles) return null;
        var holes = find(collection);
        if (!writer.OwnsGraph) return holes;
        compact(collection);
        (writer.Compacted ??= new(ReferenceEqualityComparer.Instance)).Add(collection, holes);
        return holes;
    }
}
