namespace Holdfast.Frames.Graph;

/// <summary>
/// An enumerator as the collection it stands on, how many items it has passed, its current item, and whether the collection was
/// changed behind its back. Its fields are private and its index counts in the collection's own way, so neither goes into the data.
/// </summary>
/// <param name="owner">The field that holds the collection.</param>
/// <param name="index">The field that holds the place.</param>
/// <param name="current">The field that holds the current item, if any.</param>
/// <param name="version">The field that holds the collection's version, if any.</param>
/// <param name="offset">The index is the number of passed items plus this.</param>
/// <param name="ended">The index of an enumerator that has ended, if it is not its place.</param>
sealed class Cursor<TEnumerator, TOwner, TItem>(string owner, string index, string? current, string? version = null, int offset = 0, int? ended = null)
    where TOwner : class
{
    const byte IsEmpty = 0, IsValid = 1, HasEnded = 2, IsSet = 4;
    const int PositionMax = int.MaxValue / 2;

    readonly Get<TEnumerator, TOwner?> _owner = Layout.Getter<TEnumerator, TOwner?>(owner);
    readonly Set<TEnumerator, TOwner?> _setOwner = Layout.Setter<TEnumerator, TOwner?>(owner);
    readonly Get<TEnumerator, int> _index = Layout.Getter<TEnumerator, int>(index);
    readonly Set<TEnumerator, int> _setIndex = Layout.Setter<TEnumerator, int>(index);
    readonly Get<TEnumerator, TItem>? _current = current is null ? null : Layout.Getter<TEnumerator, TItem>(current);
    readonly Set<TEnumerator, TItem>? _setCurrent = current is null ? null : Layout.Setter<TEnumerator, TItem>(current);
    readonly Get<TEnumerator, int>? _version = version is null ? null : Layout.Getter<TEnumerator, int>(version);
    readonly Set<TEnumerator, int>? _setVersion = version is null ? null : Layout.Setter<TEnumerator, int>(version);

    public TOwner? OwnerOf(ref TEnumerator enumerator) => _owner(ref enumerator);

    /// <summary>Writes the enumerator and tells whether it is valid.</summary>
    public bool Write(GraphWriter writer, ref TEnumerator enumerator, Func<TOwner, int>? versionOf = null, Func<GraphWriter, TOwner, Holes?>? holesOf = null)
    {
        if (_owner(ref enumerator) is not { } collection)
        {
            // What the compiler leaves behind once a loop is done.
            writer.WriteByte(IsEmpty);
            return true;
        }
        var place = _index(ref enumerator);
        var valid = _version is null || versionOf is null || _version(ref enumerator) == versionOf(collection);
        if (valid && holesOf?.Invoke(writer, collection) is { } holes)
        {
            place = holes.PositionOf(place);
            // A collection that was compacted for this graph is now without holes, so its enumerators stand elsewhere.
            if (writer.OwnsGraph) _setIndex(ref enumerator, place);
        }
        var hasEnded = place == ended;
        writer.WriteByte((byte)(IsSet | (valid ? IsValid : 0) | (hasEnded ? HasEnded : 0)));
        writer.WriteReference(collection);
        writer.WriteUnsigned(hasEnded ? 0 : (uint)Math.Clamp(place - offset, 0, PositionMax));
        if (_current is null) return valid;
        var item = _current(ref enumerator);
        Codec<TItem>.Write(writer, ref item);
        return valid;
    }

    /// <summary>Fills an empty enumerator, and tells what it stands on.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="enumerator">What to fill.</param>
    /// <param name="validVersion">The version that a rebuilt collection will have.</param>
    public TOwner? Read(GraphReader reader, ref TEnumerator enumerator, Func<TOwner, int>? validVersion = null)
    {
        var flags = reader.ReadByte();
        if (flags == IsEmpty) return null;
        if (flags > (IsSet | IsValid | HasEnded) || (flags & IsSet) == 0) throw GraphErrors.Corrupt("an enumerator is in no known state");
        var collection = reader.ReadReference<TOwner>() ?? throw GraphErrors.Corrupt("an enumerator has lost its collection");
        var position = reader.ReadUnsigned();
        if (position > PositionMax) throw GraphErrors.Corrupt("an enumerator stands beyond its collection");
        _setOwner(ref enumerator, collection);
        _setIndex(ref enumerator, (flags & HasEnded) != 0 ? ended ?? throw GraphErrors.Corrupt("an enumerator is in no known state") : (int)position + offset);
        if (_setVersion is not null)
        {
            var version = validVersion?.Invoke(collection) ?? 0;
            _setVersion(ref enumerator, (flags & IsValid) != 0 ? version : version - 1);
        }
        if (_setCurrent is null) return collection;
        TItem item = default!;
        Codec<TItem>.Read(reader, ref item);
        _setCurrent(ref enumerator, item);
        return collection;
    }
}
