namespace Holdfast.Runtime;

/// <summary>Lets in one after the other, in the order in which they came. Who comes in goes on where the engine's work goes on. Thread-safe.</summary>
sealed class OneAtATime(Executor executor)
{
    readonly Lock _lock = new();
    readonly Queue<TaskCompletionSource> _waiting = new();
    bool _isTaken;

    public bool IsTaken => Volatile.Read(ref _isTaken);

    /// <summary>Completes when nobody else is in. Who came in leaves; who gave up waiting was not in.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return;
            }
            _waiting.Enqueue(turn = new(executor.Completion));
        }
        try
        {
            await turn.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It may have come at the same moment.
            if (!turn.TrySetCanceled(cancellationToken)) Leave();
            throw;
        }
    }

    public void Leave()
    {
        while (true)
        {
            TaskCompletionSource? next;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _isTaken = false;
                    return;
                }
            }
            if (next.TrySetResult()) return;
        }
    }
}
