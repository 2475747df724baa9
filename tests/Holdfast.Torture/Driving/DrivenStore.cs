using Holdfast.Storage;
using Holdfast.Testing;

namespace Holdfast.Torture.Driving;

/// <summary>
/// A store that counts the awaits of its runs: commits after which frames, or a result for them, are durable. At a given one it takes
/// nothing more, as if the process had died just after that commit and before anybody heard of it.
/// </summary>
sealed class DrivenStore(IStore inner, StepGate gate) : StoreWrapper(inner)
{
    int _awaits;
    int _appends;
    volatile bool _isFrozen;

    public int AwaitsMax { get; init; } = int.MaxValue;

    public int Awaits => Volatile.Read(ref _awaits);

    public int Appends => Volatile.Read(ref _appends);

    /// <summary>Messages from outside that were kept.</summary>
    public int Posts { get; private set; }

    public bool IsFrozen => _isFrozen;

    public int SnapshotBytesMax { get; private set; }

    public RunId Root { get; set; }

    public bool RootHasEnded { get; private set; }

    public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        var answer = new WriteResult[1];
        for (var i = 0; i < writes.Count; i++)
        {
            if (_isFrozen) throw Frozen();
            Meet(writes[i]);
            await Inner.AppendAsync([writes[i]], answer);
            results[i] = answer[0];
            if (results[i].Verdict == Verdict.Committed && IsAwait(writes[i]) && Interlocked.Increment(ref _awaits) >= AwaitsMax) _isFrozen = true;
            Interlocked.Increment(ref _appends);
            if (_isFrozen) throw Frozen();
        }
    }

    public override ValueTask SyncAsync()
    {
        if (_isFrozen) throw Frozen();
        return base.SyncAsync();
    }

    /// <summary>Runs are driven from before their first step.</summary>
    void Meet(StoreWrite write)
    {
        if (write is CreateRun created) gate.Drive(created.Run.Id);
        if (write is not Transition transition) return;
        foreach (var child in transition.Children) gate.Drive(child.Id);
    }

    bool IsAwait(StoreWrite write)
    {
        switch (write)
        {
            case PostMail:
                Posts++;
                return false;
            case Transition { Outcome: not null } ended:
                if (ended.Run == Root) RootHasEnded = true;
                return false;
            case Transition { Snapshot: { IsEmpty: false } snapshot } saved:
                SnapshotBytesMax = Math.Max(SnapshotBytesMax, snapshot.Length + saved.Blobs.Sum(static b => b.Data.Length));
                return true;
            default:
                return write is ResultOnly or TransactionStep { SettlesOp: true };
        }
    }

    static HoldfastException Frozen() => new(HoldfastError.OutcomeUnknown, "The store has stopped at an await, as it was told to.");
}
