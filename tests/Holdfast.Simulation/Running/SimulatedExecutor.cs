using Holdfast.Runtime;

namespace Holdfast.Simulation.Running;

/// <summary>Does the work of one process's engine on the world's one thread, in the order of the agenda.</summary>
sealed class SimulatedExecutor(Agenda agenda, Actor process) : Executor
{
    public override bool GoesOnElsewhere => false;

    public override void Run(IThreadPoolWorkItem work) => agenda.Now(process, NameOf(work), work.Execute);

    public override Standby StandBy(string name, Action work) => new QueuedStandby(this, work);

    public override Task CancelAsync(CancellationTokenSource source)
    {
        var done = new TaskCompletionSource();
        agenda.Now(process, "cancel", () =>
        {
            try
            {
                source.Cancel();
                done.SetResult();
            }
            catch (AggregateException error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    public override Task PauseAsync(TimeSpan time) => agenda.PauseAsync(process, time, "pause");

    static string NameOf(IThreadPoolWorkItem work) => work switch
    {
        LiveRun => "pump",
        Attempt => "attempt",
        _ => "answer",
    };

    sealed class QueuedStandby(SimulatedExecutor executor, Action work) : Standby
    {
        bool _isCalled, _isDisposed;

        public override void Call()
        {
            if (_isCalled) return;
            _isCalled = true;
            executor.Enqueue(() =>
            {
                _isCalled = false;
                if (!_isDisposed) work();
            });
        }

        public override void Dispose() => _isDisposed = true;
    }

    void Enqueue(Action work) => agenda.Now(process, "commit", work);
}
