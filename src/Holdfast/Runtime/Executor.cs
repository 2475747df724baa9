namespace Holdfast.Runtime;

/// <summary>
/// Where the engine's work goes on when it is handed over: on the threads of the pool, or, in a simulation, all on one thread and in an order
/// that a seed draws. Everything that the engine does elsewhere goes through here. Thread-safe.
/// </summary>
abstract class Executor
{
    /// <summary>The threads of the pool.</summary>
    public static Executor Pool { get; } = new PoolExecutor();

    /// <summary>Whether whoever waits for something goes on elsewhere by itself once it is there; if not, going on is handed over like other work.</summary>
    public abstract bool GoesOnElsewhere { get; }

    /// <summary>For what somebody waits for, outside the engine perhaps.</summary>
    public TaskCreationOptions Completion => GoesOnElsewhere ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;

    /// <summary>Runs it elsewhere, soon.</summary>
    public abstract void Run(IThreadPoolWorkItem work);

    /// <summary>Something that does its work each time it is called, and never twice at once.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="work">What it does.</param>
    public abstract Standby StandBy(string name, Action work);

    /// <summary>Signals the token at once; what is registered on it is the users' code, and is called elsewhere. Throws what that throws.</summary>
    public abstract Task CancelAsync(CancellationTokenSource source);

    /// <summary>Waits while others work.</summary>
    public abstract Task PauseAsync(TimeSpan time);

    sealed class PoolExecutor : Executor
    {
        public override bool GoesOnElsewhere => true;

        public override void Run(IThreadPoolWorkItem work) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

        public override Standby StandBy(string name, Action work) => new ThreadStandby(name, work);

        public override Task CancelAsync(CancellationTokenSource source) => source.CancelAsync();

        public override Task PauseAsync(TimeSpan time) => Task.Delay(time);
    }
}
