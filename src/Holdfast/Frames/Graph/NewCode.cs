using System.Collections.Concurrent;
using System.Reflection;
using Holdfast.Frames.Code;
using Holdfast.Storage;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Descriptions of code that was met here for the first time since the engine started, until they are durable. A transition takes all
/// of them along, so that no snapshot becomes durable before the description of its code. Thread-safe.
/// </summary>
sealed class NewCode
{
    readonly Lock _lock = new();
    readonly ConcurrentDictionary<MemberInfo, bool> _met = new();
    volatile CodeRecord[] _items = [];

    /// <summary>What is not durable yet; nearly always nothing.</summary>
    public IReadOnlyList<CodeRecord> Items => _items;

    public void Meet(MemberInfo code, Fingerprint fingerprint)
    {
        if (!_met.TryAdd(code, true)) return;
        var record = new CodeRecord(IdOf(fingerprint), CodeDescription.Of(code).Encode());
        lock (_lock) _items = [.. _items, record];
    }

    /// <summary>These are durable now.</summary>
    public void Kept(IReadOnlyList<CodeRecord> kept)
    {
        if (kept.Count == 0) return;
        lock (_lock) _items = [.. _items.Where(item => !kept.Contains(item))];
    }

    public static CodeId IdOf(Fingerprint fingerprint)
    {
        Span<byte> bytes = stackalloc byte[Fingerprint.Length];
        fingerprint.WriteBytes(bytes);
        return CodeId.FromBytes(bytes);
    }
}
