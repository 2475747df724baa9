using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Holdfast.Storage;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Writes one object graph. A reference is null, an object met before, an injected service, or a new object: its type, then
/// what is needed to allocate it. The contents of new objects follow in the order of discovery, so nothing here recurses along
/// references and a list of a million nodes needs no stack. One thread at a time; reused from turn to turn.
/// </summary>
sealed class GraphWriter
{
    /// <summary>The first byte of everything written. Raised when the layout changes; older ones stay readable.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Strings and byte arrays longer than this are kept apart, by the hash of their content.</summary>
    public const int LargeBytes = 4096;

    internal const int TagNull = 0;
    internal const int TagNew = 1;
    internal const int TagInjected = 2;
    internal const int TagKeep = 3;
    internal const int TagSeen = 4;

    byte[] _buffer = new byte[2048];
    int _length;
    (object Value, WireType Type)[] _queue = new (object, WireType)[64];
    int _queued;
    int _next;
    readonly IdentityMap _objects = new();
    readonly IdentityMap _types = new();
    readonly List<Blob> _blobs = [];
    TypeCatalog _catalog = null!;
    IReadOnlyList<Injected> _injected = [];

    /// <summary>
    /// Whether the graph is a run's own and whole, so that its collections may be put in order while they are written. Off for copies:
    /// what they are taken from is in use.
    /// </summary>
    public bool OwnsGraph { get; private set; }

    /// <summary>The collections that were put in order for this graph.</summary>
    public Dictionary<object, Holes>? Compacted { get; set; }

    /// <summary>The graph is a step's intent: durables are not part of it, because a step cannot await them.</summary>
    public bool IsIntent { get; private set; }

    /// <summary>Whether large values are kept apart; off where there is no store to keep them.</summary>
    public bool SplitsLarge { get; private set; }

    /// <summary>Whether objects of static members are written like any others, by their contents alone.</summary>
    public bool AsCopies { get; private set; }

    public TypeCatalog Catalog => _catalog;

    public int Length => _length;

    public IReadOnlyList<Blob> Blobs => _blobs;

    public void Begin(TypeCatalog catalog, IReadOnlyList<Injected> injected, bool isIntent, bool splitsLarge, bool ownsGraph = false, bool asCopies = false)
    {
        _catalog = catalog;
        _injected = injected;
        IsIntent = isIntent;
        SplitsLarge = splitsLarge;
        OwnsGraph = ownsGraph;
        AsCopies = asCopies;
        for (var i = 0; i < injected.Count; i++)
            if (injected[i].Value is { } service) _objects.GetOrAdd(service, -1 - i, out _);
    }

    /// <summary>Writes the contents of all objects found so far, and of those found by that.</summary>
    public void Drain()
    {
        while (_next < _queued)
        {
            var (value, type) = _queue[_next++];
            type.Plan.WriteBody(this, value);
        }
    }

    /// <summary>The bytes: version, hashes of the large values, contents.</summary>
    public byte[] ToArray()
    {
        Invariant.Holds(_next == _queued);
        var body = _length;
        var head = Checksum.HeadBytes + VarintLength((uint)_blobs.Count) + (32 * _blobs.Count);
        var result = GC.AllocateUninitializedArray<byte>(head + body);
        result[0] = FormatVersion;
        var at = Checksum.HeadBytes;
        var count = (uint)_blobs.Count;
        for (; count >= 0x80; count >>= 7) result[at++] = (byte)(count | 0x80);
        result[at++] = (byte)count;
        foreach (var blob in _blobs)
        {
            blob.Hash.WriteBytes(result.AsSpan(at));
            at += 32;
        }
        _buffer.AsSpan(0, body).CopyTo(result.AsSpan(at));
        Checksum.Seal(result);
        return result;
    }

    /// <summary>The contents alone, for descriptions that have no large values.</summary>
    public byte[] BodyToArray() => _buffer.AsSpan(0, _length).ToArray();

    public void Reset()
    {
        _objects.Clear();
        _types.Clear();
        Array.Clear(_queue, 0, _queued);
        _queued = _next = _objectCount = 0;
        _length = 0;
        _blobs.Clear();
        _injected = [];
        Compacted = null;
        if (_buffer.Length > 1 << 20) _buffer = new byte[2048];
        if (_queue.Length > 1 << 14) _queue = new (object, WireType)[64];
    }

    int _objectCount;

    /// <summary>Writes a reference; the object itself follows later, once.</summary>
    public void WriteReference(object? value)
    {
        if (value is null || (IsIntent && value is Durable))
        {
            WriteByte(TagNull);
            return;
        }
        if (_objects.GetOrAdd(value, _objectCount, out var number))
        {
            if (number >= 0) WriteUnsigned((uint)(TagSeen + number));
            else WriteInjected(_injected[-1 - number].Name);
            return;
        }
        _objectCount++;
        WriteByte(TagNew);
        var type = AsCopies ? _catalog.CopiedTypeOf(value) : _catalog.WireTypeOf(value);
        WriteType(type);
        type.Plan.WriteHeader(this, value);
        if (!type.Plan.HasBody) return;
        if (_queued == _queue.Length) Array.Resize(ref _queue, _queued * 2);
        _queue[_queued++] = (value, type);
    }

    /// <summary>A read-only field whose value cannot be saved keeps what the constructor gives it on every load.</summary>
    public void WriteReferenceOrKeep(object? value)
    {
        if (value is not null && !_objects.TryGet(value, out _) && !_catalog.IsSavable(value)) WriteByte(TagKeep);
        else WriteReference(value);
    }

    void WriteInjected(string name)
    {
        WriteByte(TagInjected);
        WriteText(name);
    }

    public void WriteType(WireType type)
    {
        if (_types.GetOrAdd(type, _types.Count, out var number))
        {
            WriteUnsigned((uint)number + 1);
            return;
        }
        WriteByte(0);
        WriteUnsigned((uint)type.Descriptor.Length);
        WriteBytes(type.Descriptor);
    }

    /// <summary>Keeps a large value apart and writes its hash.</summary>
    public void WriteBlob(ReadOnlyMemory<byte> data)
    {
        var hash = BlobHash.Of(data.Span);
        if (!_blobs.Exists(b => b.Hash == hash)) _blobs.Add(new(hash, data));
        hash.WriteBytes(Take(32));
    }

    /// <summary>Writes UTF-8 with its length in front, without identity: for names. Text of the user's goes through <see cref="StringPlan"/>, which keeps lone surrogates.</summary>
    public void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        WriteUnsigned((uint)bytes);
        Encoding.UTF8.GetBytes(text, Take(bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteByte(byte value)
    {
        if (_length == _buffer.Length) Grow(1);
        _buffer[_length++] = value;
    }

    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Writes 7 bits a byte, lowest first.</summary>
    public void WriteUnsigned(ulong value)
    {
        if (_length + 10 > _buffer.Length) Grow(10);
        var buffer = _buffer;
        var at = _length;
        while (value >= 0x80)
        {
            buffer[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        buffer[at++] = (byte)value;
        _length = at;
    }

    /// <summary>Writes with the sign in the lowest bit, so that small negative numbers stay short.</summary>
    public void WriteSigned(long value) => WriteUnsigned((ulong)((value << 1) ^ (value >> 63)));

    public void WriteFixed32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void WriteFixed64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public Span<byte> Take(int count)
    {
        if (_length + count > _buffer.Length) Grow(count);
        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }

    void Grow(int count) => Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max((long)_buffer.Length * 2, (long)_length + count)));

    static int VarintLength(uint value) => value == 0 ? 1 : ((BitOperations.Log2(value) / 7) + 1);
}

/// <summary>A service that the container gave to the workflow's constructor: saved as its parameter's name, wherever it is found.</summary>
readonly record struct Injected(string Name, object? Value);
