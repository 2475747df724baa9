using System.Buffers.Binary;
using System.Text;
using Holdfast.Storage;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Reads what <see cref="GraphWriter"/> wrote. Trusts nothing: every count is checked against what is left before anything is
/// allocated, types come from the catalog only, and no constructor or setter of the data's types runs. Damaged bytes give a
/// <see cref="HoldfastException"/> of kind corrupt snapshot, whatever they are.
/// </summary>
sealed class GraphReader
{
    const int DepthMax = 64;

    // How deep sets may stand in keys of sets in keys of sets.
    const int RoundsMax = 64;

    // How many items without any bytes one graph may have.
    const int WeightlessMax = 1_000_000;

    ReadOnlyMemory<byte> _memory;
    TypeCatalog _catalog;
    IInjected _injected;
    Func<BlobHash, ReadOnlyMemory<byte>?> _blobs;
    readonly List<object?> _objects = [];
    readonly List<WireType> _types = [];
    readonly Queue<(object Value, WireType Type)> _queue = new();
    readonly List<Action> _building = [];
    readonly List<Keyed> _keyed = [];
    readonly List<Action> _afterwards = [];
    int _at;
    int _depth;
    int _weightless = WeightlessMax;

    public GraphReader(
        ReadOnlyMemory<byte> bytes, TypeCatalog catalog, IInjected injected, Func<BlobHash, ReadOnlyMemory<byte>?> blobs, object? owner = null)
    {
        _catalog = catalog;
        _injected = injected;
        _blobs = blobs;
        Open(bytes, catalog, injected, blobs, owner);
    }

    /// <summary>Begins with other bytes. A reader that has read its bytes to their end, or was reset, can be used again.</summary>
    public void Open(ReadOnlyMemory<byte> bytes, TypeCatalog catalog, IInjected injected, Func<BlobHash, ReadOnlyMemory<byte>?> blobs, object? owner)
    {
        _memory = bytes;
        _catalog = catalog;
        _injected = injected;
        _blobs = blobs;
        Owner = owner;
        _at = _depth = 0;
        _weightless = WeightlessMax;
        ReadHead();
    }

    /// <summary>Lets go of everything that was read.</summary>
    public void Reset()
    {
        _memory = default;
        _injected = NoServices.Instance;
        Owner = null;
        Changed = null;
        _objects.Clear();
        _types.Clear();
        _queue.Clear();
        _building.Clear();
        _keyed.Clear();
        _afterwards.Clear();
        // What one huge graph has grown is not kept.
        if (_objects.Capacity <= 1 << 14) return;
        _objects.Capacity = 0;
        _queue.TrimExcess();
        _building.TrimExcess();
        _keyed.TrimExcess();
        _afterwards.TrimExcess();
    }

    /// <summary>The run graph that durables read here belong to.</summary>
    public object? Owner { get; private set; }

    public TypeCatalog Catalog => _catalog;

    /// <summary>The workflow object, built by its constructor through the container.</summary>
    public Workflow CreateWorkflow(Type type) => _injected.CreateWorkflow(type);

    public int Remaining => _memory.Length - _at;

    /// <summary>Struct types whose saved fields differ from today's, with what reads them.</summary>
    public Dictionary<Type, TolerantReader>? Changed { get; private set; }

    /// <summary>The hashes of the large values that the bytes refer to, so that they can be fetched before reading.</summary>
    public static IReadOnlyList<BlobHash> BlobsOf(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return [];
        return Raw(bytes, null!).ReadHead();
    }

    /// <summary>Reads bytes that have no head.</summary>
    public static GraphReader Raw(ReadOnlyMemory<byte> bytes, TypeCatalog catalog) => new(bytes, catalog);

    GraphReader(ReadOnlyMemory<byte> bytes, TypeCatalog catalog)
    {
        _memory = bytes;
        _catalog = catalog;
        _injected = NoServices.Instance;
        _blobs = static _ => null;
    }

    static readonly List<BlobHash> NoBlobs = [];

    List<BlobHash> ReadHead()
    {
        var version = ReadByte();
        if (version != GraphWriter.FormatVersion)
            throw GraphErrors.Corrupt($"its format is {version}, and this build reads format {GraphWriter.FormatVersion}");
        if (!Checksum.IsIntact(_memory.Span)) throw GraphErrors.Corrupt(Checksum.Wrong);
        _at = Checksum.HeadBytes;
        var count = ReadCount(32);
        if (count == 0) return NoBlobs;
        var hashes = new List<BlobHash>(count);
        for (var i = 0; i < count; i++) hashes.Add(BlobHash.FromBytes(ReadSpan(32)));
        return hashes;
    }

    /// <summary>Fills all objects found so far, and those found by that, then rebuilds what depends on complete objects.</summary>
    public void Drain()
    {
        while (_queue.TryDequeue(out var item)) item.Type.ReadBody(this, item.Value);
        foreach (var action in _building) action();
        FillKeyed();
        // Last found, first done: what stands inside is complete before what it stands in.
        for (var i = _afterwards.Count - 1; i >= 0; i--) _afterwards[i]();
        _afterwards.Clear();
        if (Remaining != 0) throw GraphErrors.Corrupt($"{Remaining} bytes are left over");
    }

    /// <summary>Runs once all objects have their contents. Must not call the user's code, because hashed collections are still empty.</summary>
    public void Build(Action action) => _building.Add(action);

    /// <summary>Fills a collection once its keys are complete.</summary>
    public void AddKeyed(Keyed collection) => _keyed.Add(collection);

    /// <summary>Runs when everything else is done.</summary>
    public void Afterwards(Action action) => _afterwards.Add(action);

    void FillKeyed()
    {
        if (_keyed.Count == 0) return;
        foreach (var simple in _keyed)
            if (simple.IsComplete) simple.Fill();
        // Inner collections are mostly found after the outer ones, so one round backwards is nearly always enough.
        var hashed = _keyed.FindAll(static k => !k.IsComplete && !k.IsSorted);
        var isChanging = hashed.Count > 0;
        for (var round = 0; isChanging && round < RoundsMax; round++)
        {
            isChanging = false;
            for (var i = hashed.Count - 1; i >= 0; i--) isChanging |= hashed[i].Fill();
        }
        // A key may hold a sorted collection, too, without which it compares as another one.
        var sorted = _keyed.FindAll(static k => !k.IsComplete && k.IsSorted);
        isChanging = sorted.Count > 0;
        for (var round = 0; isChanging && round < RoundsMax; round++)
        {
            isChanging = false;
            for (var i = sorted.Count - 1; i >= 0; i--) isChanging |= sorted[i].Fill();
        }
        foreach (var collection in _keyed) collection.Finish();
    }

    public object? ReadReference()
    {
        var tag = ReadUnsigned();
        switch (tag)
        {
            case GraphWriter.TagNull: return null;
            case GraphWriter.TagNew: return ReadNew();
            case GraphWriter.TagInjected: return ReadInjected();
            case GraphWriter.TagKeep: throw GraphErrors.Corrupt("a value to keep stands where there is none");
            default:
                var number = tag - GraphWriter.TagSeen;
                if (number >= (ulong)_objects.Count || _objects[(int)number] is not { } seen) throw GraphErrors.Corrupt("a reference points nowhere");
                return seen is Dropped dropped ? throw dropped.Gone() : seen;
        }
    }

    public T? ReadReference<T>() where T : class => ReadReference() switch
    {
        null => null,
        T value when ArrayFit<T>.Is(value) => value,
        var other => (T?)Fitting(other, typeof(T)),
    };

    /// <summary>What stands for a service that is not there where another type is wanted, or null.</summary>
    public object? StandInFor(object value, Type wanted) => _injected.IsStandIn(value, wanted, out var fitting) ? fitting : null;

    /// <summary>What stands for a value that does not fit; only a stand-in for a service is exchanged.</summary>
    public object? Fitting(object value, Type wanted) => _injected.IsStandIn(value, wanted, out var fitting) ? fitting : throw GraphErrors.Misfit(value, wanted);

    /// <summary>Reads a reference that may say: keep what the constructor put there.</summary>
    public T? ReadReferenceOrKeep<T>(T? kept) where T : class => TryReadKeep() ? kept : ReadReference<T>();

    /// <summary>Steps over a mark that says: keep what the constructor put there. Returns whether there was one.</summary>
    public bool TryReadKeep()
    {
        if (Remaining == 0 || _memory.Span[_at] != GraphWriter.TagKeep) return false;
        _at++;
        return true;
    }

    /// <summary>
    /// Steps over a reference that holds nothing of the run's own: null, a service, or an object without anything in it, such as one for locks, that nothing else refers to. Returns false, and does not move, at any other.
    /// </summary>
    /// <param name="gone">The error for an object that something else turns out to refer to: which one it was is then lost.</param>
    public bool TrySkipEmptyReference(Func<HoldfastException>? gone)
    {
        var at = _at;
        var tag = ReadUnsigned();
        if (tag == GraphWriter.TagInjected) ReadText();
        if (tag is GraphWriter.TagNull or GraphWriter.TagInjected) return true;
        if (tag == GraphWriter.TagNew && gone is not null && IsPlainObject())
        {
            ReadType();
            _objects.Add(new Dropped(gone));
            return true;
        }
        _at = at;
        return false;
    }

    /// <summary>Stands for an object that went with its field.</summary>
    sealed record Dropped(Func<HoldfastException> Gone);

    static readonly byte[] PlainObject = TypeDescriptor.Of(typeof(object));

    /// <summary>Whether an object follows that is nothing but itself. What is not known yet is not read for that: it may be gone altogether.</summary>
    bool IsPlainObject()
    {
        var at = _at;
        var number = ReadUnsigned();
        var isPlain = number > 0 ? number <= (ulong)_types.Count && _types[(int)number - 1].Descriptor.AsSpan().SequenceEqual(PlainObject) : ReadSpan(ReadCount(1)).SequenceEqual(PlainObject);
        _at = at;
        return isPlain;
    }

    object ReadNew()
    {
        if (++_depth > DepthMax) throw GraphErrors.Corrupt("values are nested too deeply");
        var type = ReadType();
        var number = _objects.Count;
        _objects.Add(null);
        var value = type.Plan.ReadHeader(this, type);
        _objects[number] = value;
        if (type.Plan.HasBody) _queue.Enqueue((value, type));
        _depth--;
        return value;
    }

    object? ReadInjected()
    {
        var name = ReadText();
        if (_injected.TryGet(name, out var service)) return service;
        throw GraphErrors.Migration($"The constructor parameter '{name}' is gone, but the saved run uses the service that it brought.");
    }

    public WireType ReadType()
    {
        var number = ReadUnsigned();
        if (number > 0)
        {
            if (number > (ulong)_types.Count) throw GraphErrors.Corrupt("a type number is unknown");
            return _types[(int)number - 1];
        }
        var descriptor = ReadSpan(ReadCount(1));
        var type = _catalog.WireTypeFrom(descriptor);
        foreach (var changed in type.ChangedValues)
            (Changed ??= [])[changed.Key] = changed.Value;
        _types.Add(type);
        return type;
    }

    public ReadOnlyMemory<byte> ReadBlob()
    {
        var hash = BlobHash.FromBytes(ReadSpan(32));
        return _blobs(hash) ?? throw GraphErrors.Corrupt("a large value is missing from the store, or is damaged there");
    }

    public string ReadText()
    {
        var span = ReadSpan(ReadCount(1));
        return Encoding.UTF8.GetString(span);
    }

    public byte ReadByte() => _at < _memory.Length ? _memory.Span[_at++] : throw End();

    public bool ReadBoolean() => ReadByte() switch
    {
        0 => false,
        1 => true,
        _ => throw GraphErrors.Corrupt("a truth value is neither 0 nor 1"),
    };

    public ulong ReadUnsigned()
    {
        var span = _memory.Span;
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= span.Length) throw End();
            var b = span[_at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw GraphErrors.Corrupt("a number is too long");
    }

    public long ReadSigned()
    {
        var value = ReadUnsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public int ReadFixed32() => BinaryPrimitives.ReadInt32LittleEndian(ReadSpan(4));

    public long ReadFixed64() => BinaryPrimitives.ReadInt64LittleEndian(ReadSpan(8));

    public ReadOnlySpan<byte> ReadSpan(int count)
    {
        if (count > Remaining) throw End();
        var span = _memory.Span.Slice(_at, count);
        _at += count;
        return span;
    }

    /// <summary>Reads how many values of a type follow, each with some bytes beside it. Of a struct that has changed there are as many as its saved fields leave room for.</summary>
    public int ReadCount<T>(int beside = 0) => ReadCount(beside + (Changed is null ? Codec<T>.BytesMin : StructCodec.BytesMin(typeof(T), Changed)));

    /// <summary>Reads how many items follow, each of at least <paramref name="bytesMin"/> bytes: more than can be there is refused before anything is allocated.</summary>
    public int ReadCount(int bytesMin)
    {
        var count = ReadUnsigned();
        // An item may take no bytes at all (an empty struct). Of those only so many are believed, in all that is read.
        var most = bytesMin == 0 ? _weightless : Remaining / bytesMin;
        if (bytesMin == 0 && count <= (ulong)most) _weightless -= (int)count;
        return count <= (ulong)most ? (int)count : throw GraphErrors.Corrupt($"a count of {count} is more than {Remaining} bytes can hold");
    }

    HoldfastException End() => GraphErrors.Corrupt($"it ends after {_memory.Length} bytes, in the middle of a value");
}
