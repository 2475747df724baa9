using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Kernel;

/// <summary>
/// The open ops of a run in order of their numbers. Numbers only grow, so adding is an append and finding is a binary search;
/// a fan-out of thousands settles in any order without rewriting the list each time.
/// </summary>
sealed class OpTable : IEnumerable<Op>
{
    readonly List<Op?> _slots = [];
    readonly List<long> _ids = [];

    /// <summary>How many ops are open.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an op, whose number must be higher than every number before it.</summary>
    public void Add(Op op)
    {
        Invariant.Holds(_ids.Count == 0 || op.Id > _ids[^1]);
        _slots.Add(op);
        _ids.Add(op.Id);
        Count++;
    }

    /// <summary>Finds an open op.</summary>
    public bool TryGet(long id, [NotNullWhen(true)] out Op? op)
    {
        var at = _ids.BinarySearch(id);
        op = at >= 0 ? _slots[at] : null;
        return op is not null;
    }

    /// <summary>Takes an op out. Returns false when it is not open.</summary>
    public bool Remove(long id)
    {
        var at = _ids.BinarySearch(id);
        if (at < 0 || _slots[at] is null) return false;
        _slots[at] = null;
        Count--;
        // Holes are closed when they outnumber the open ops, so that a run of a million steps keeps a small table.
        if (_slots.Count - Count > Count + 8) Compact();
        return true;
    }

    void Compact()
    {
        var kept = 0;
        for (var i = 0; i < _slots.Count; i++)
        {
            if (_slots[i] is not { } op) continue;
            _slots[kept] = op;
            _ids[kept++] = op.Id;
        }
        _slots.RemoveRange(kept, _slots.Count - kept);
        _ids.RemoveRange(kept, _ids.Count - kept);
    }

    /// <inheritdoc/>
    public IEnumerator<Op> GetEnumerator()
    {
        // By index, so that an op added or settled by the loop's own body is met or passed over in a defined way.
        for (var i = 0; i < _slots.Count; i++)
            if (_slots[i] is { } op) yield return op;
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
