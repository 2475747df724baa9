using System.Threading.Tasks.Sources;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// One write on its way into a commit. Whoever waits for the answer goes on elsewhere, never on the committer's thread; an answer that is there before anybody waits
/// is taken without a hand-over. Used again for the next write of the same run, because a run waits for one at a time.
/// </summary>
sealed class PendingWrite(Executor executor) : IValueTaskSource<WriteResult>, IThreadPoolWorkItem
{
    static readonly Action<object?> Answered = static _ => throw new InvariantException("The answer to a write was waited for twice.");

    Action<object?>? _continuation;
    object? _state;
    WriteResult _result;
    Exception? _error;
    short _version;

    public StoreWrite Write { get; private set; } = null!;

    /// <summary>Begins to wait for the answer to a write; the one before has been taken.</summary>
    public ValueTask<WriteResult> Begin(StoreWrite write)
    {
        Write = write;
        (_continuation, _state, _error) = (null, null, null);
        return new(this, ++_version);
    }

    /// <summary>The store's answer, which nobody hears yet.</summary>
    public void Take(WriteResult result) => _result = result;

    /// <summary>The answer may be heard.</summary>
    public void Answer() => GoOn();

    public void Fail(Exception error)
    {
        _error = error;
        GoOn();
    }

    void GoOn()
    {
        // Where all that goes on is handed over, also what nobody waits for yet is.
        if (!executor.GoesOnElsewhere || Interlocked.CompareExchange(ref _continuation, Answered, null) is not null) executor.Run(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var continuation = Interlocked.Exchange(ref _continuation, Answered);
        if (!ReferenceEquals(continuation, Answered)) continuation?.Invoke(_state);
    }

    ValueTaskSourceStatus IValueTaskSource<WriteResult>.GetStatus(short token) =>
        !IsAnswered(token) ? ValueTaskSourceStatus.Pending : _error is null ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Faulted;

    void IValueTaskSource<WriteResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // No context is asked for: everything here awaits without one, and async methods bring their own.
        if (IsAnswered(token))
        {
            continuation(state);
            return;
        }
        _state = state;
        if (Interlocked.CompareExchange(ref _continuation, continuation, null) is not null) continuation(state);
    }

    WriteResult IValueTaskSource<WriteResult>.GetResult(short token)
    {
        if (!IsAnswered(token)) throw new InvariantException("The answer to a write was taken before it was there.");
        Write = null!;
        if (_error is { } error) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        return _result;
    }

    bool IsAnswered(short token) => token == _version
        ? ReferenceEquals(Volatile.Read(ref _continuation), Answered)
        : throw new InvariantException("The answer to a write was asked for after the next one had begun.");
}
