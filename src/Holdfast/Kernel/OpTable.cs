using System.Collections;
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
    int _shifts;

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

    /// <summary>Puts an op in its place by number: a new one at the end, one that was taken out back where it was.</summary>
    public void Restore(Op op)
    {
        var at = _ids.BinarySearch(op.Id);
        if (at >= 0)
        {
            Invariant.Holds(_slots[at] is null);
            _slots[at] = op;
        }
        else
        {
            _slots.Insert(~at, op);
            _ids.Insert(~at, op.Id);
            _shifts++;
        }
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

    /// <summary>Takes all ops out.</summary>
    public void Clear()
    {
        _slots.Clear();
        _ids.Clear();
        Count = 0;
        _shifts++;
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
        _shifts++;
    }

    /// <summary>Goes through the open ops without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<Op> IEnumerable<Op>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Goes on after the number it stood at, so that the loop's own body may add and take out ops: each op that is open when
    /// its turn comes is met exactly once.
    /// </summary>
    public struct Enumerator(OpTable table) : IEnumerator<Op>
    {
        int _next;
        int _shifts = table._shifts;
        Op? _current;

        /// <inheritdoc/>
        public readonly Op Current => _current!;

        readonly object IEnumerator.Current => _current!;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_shifts != table._shifts)
            {
                var at = _current is null ? -1 : table._ids.BinarySearch(_current.Id);
                _next = _current is null ? 0 : at >= 0 ? at + 1 : ~at;
                _shifts = table._shifts;
            }
            while (_next < table._slots.Count)
            {
                if (table._slots[_next++] is not { } op) continue;
                _current = op;
                return true;
            }
            return false;
        }

        readonly void IEnumerator.Reset() => throw new NotSupportedException();

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
