using Holdfast.Storage;

namespace Holdfast.Testing;

/// <summary>When a process dies.</summary>
/// <param name="Commit">At its how-manieth commit, counted from 1 since the run began.</param>
/// <param name="IsKept">Whether that commit is kept before nobody hears of it any more, or lost.</param>
readonly record struct KillPoint(int Commit, bool IsKept);

/// <summary>A store that can die with its process: from then on it takes and tells nothing. Counts commits.</summary>
/// <param name="inner">The store.</param>
/// <param name="kill">When it dies; null for never.</param>
/// <param name="kept">Told of each write that was kept; null for nobody.</param>
sealed class FrozenStore(IStore inner, KillPoint? kill, Action<StoreWrite>? kept) : StoreWrapper(inner)
{
    readonly WriteResult[] _answer = new WriteResult[1];
    int _appends;
    volatile bool _isFrozen;

    public bool IsFrozen => _isFrozen;

    /// <summary>What was asked of a store in memory that it has no database for; null for nothing.</summary>
    public string? Lacks { get; private set; }

    /// <summary>How many writes were given to the store.</summary>
    public int Appends => Volatile.Read(ref _appends);

    /// <summary>Null: marks of deaths are of no use where death is the rule.</summary>
    public override string? SidecarPath => null;

    public void Freeze() => _isFrozen = true;

    public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            ThrowIfFrozen();
            var isKill = Appends + 1 == kill?.Commit;
            if (isKill && !kill!.Value.IsKept) _isFrozen = true;
            ThrowIfFrozen();
            await Inner.AppendAsync([writes[i]], _answer).ConfigureAwait(false);
            results[i] = _answer[0];
            if (results[i].Verdict == Verdict.Refused && Inner is MemoryStore && writes[i] is TransactionStep or ClientTransaction) Lacks ??= results[i].Reason;
            if (results[i].Verdict == Verdict.Committed) kept?.Invoke(writes[i]);
            if (isKill) _isFrozen = true;
            Interlocked.Increment(ref _appends);
            ThrowIfFrozen();
        }
    }

    public override ValueTask SyncAsync()
    {
        ThrowIfFrozen();
        return base.SyncAsync();
    }

    void ThrowIfFrozen()
    {
        if (_isFrozen) throw new HoldfastException(HoldfastError.OutcomeUnknown, "The process was killed here, as the test told it to.");
    }
}
