using Holdfast.Storage;

namespace Holdfast.Tests.Runs;

/// <summary>
/// A store that dies at its n-th append, as a process would: either just before it, or just after it was kept and before anybody
/// heard of it. From then on it keeps nothing more.
/// </summary>
sealed class DyingStore(IStore inner, int appendsMax, bool keepsLast) : StoreWrapper(inner)
{
    readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _appends;

    public Task Died => _died.Task;

    public override async ValueTask AppendAsync(IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        var number = ++_appends;
        if (number <= appendsMax || (number == appendsMax + 1 && keepsLast)) await Inner.AppendAsync(writes, results);
        if (number <= appendsMax) return;
        _died.TrySetResult();
        throw Dead();
    }

    public override ValueTask SyncAsync() => _died.Task.IsCompleted ? throw Dead() : base.SyncAsync();

    static HoldfastException Dead() => new(HoldfastError.OutcomeUnknown, "The store has died.");
}
