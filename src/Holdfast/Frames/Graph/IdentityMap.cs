using System.Runtime.CompilerServices;

namespace Holdfast.Frames.Graph;

/// <summary>
/// Object → number, by reference. Open addressing with linear probing; cleared by walking what was used, because a writer is reused
/// for every turn and most graphs are small.
/// </summary>
sealed class IdentityMap
{
    object?[] _keys = new object?[64];
    int[] _values = new int[64];
    int[] _used = new int[32];

    public int Count { get; private set; }

    /// <summary>Finds the object's number, or adds it with <paramref name="added"/>. Returns whether it was there.</summary>
    public bool GetOrAdd(object key, int added, out int value)
    {
        var mask = _keys.Length - 1;
        var slot = RuntimeHelpers.GetHashCode(key) & mask;
        while (_keys[slot] is { } present)
        {
            if (ReferenceEquals(present, key))
            {
                value = _values[slot];
                return true;
            }
            slot = (slot + 1) & mask;
        }
        Put(slot, key, added);
        value = added;
        return false;
    }

    public bool TryGet(object key, out int value)
    {
        var mask = _keys.Length - 1;
        var slot = RuntimeHelpers.GetHashCode(key) & mask;
        while (_keys[slot] is { } present)
        {
            if (ReferenceEquals(present, key))
            {
                value = _values[slot];
                return true;
            }
            slot = (slot + 1) & mask;
        }
        value = 0;
        return false;
    }

    public void Clear()
    {
        // A map that once held a huge graph is given back, so that one run does not cost every later turn.
        if (_keys.Length > 1 << 16)
        {
            _keys = new object?[64];
            _values = new int[64];
            _used = new int[32];
        }
        else
        {
            for (var i = 0; i < Count; i++) _keys[_used[i]] = null;
        }
        Count = 0;
    }

    void Put(int slot, object key, int value)
    {
        _keys[slot] = key;
        _values[slot] = value;
        _used[Count++] = slot;
        if (Count < _used.Length) return;
        var (keys, values, used) = (_keys, _values, _used);
        _keys = new object?[keys.Length * 2];
        _values = new int[keys.Length * 2];
        _used = new int[used.Length * 2];
        var count = Count;
        Count = 0;
        for (var i = 0; i < count; i++) GetOrAdd(keys[used[i]]!, values[used[i]], out _);
    }
}
