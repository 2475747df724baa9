using System.Linq.Expressions;
using Holdfast.Storage;

namespace Holdfast;

/// <summary>Starts runs and talks to them. Everything that returned is durable. Thread-safe.</summary>
/// <remarks>
/// All methods throw <see cref="HoldfastException"/>: <see cref="HoldfastError.NotRunning"/> before the engine runs and after it stopped,
/// <see cref="HoldfastError.StoreFull"/> when nothing was kept and it may be tried again, <see cref="HoldfastError.OutcomeUnknown"/> when only
/// a restart shows whether it was kept.
/// </remarks>
public interface IHoldfastClient
{
    /// <summary>The engine's clock: what it notes is in its time, and timers of runs go by it. A test may move it.</summary>
    TimeProvider Time => TimeProvider.System;

    /// <summary>Starts a run. With a key, a second start of the same workflow and key gives the run that is there, whatever its input.</summary>
    /// <param name="call">The call of its <c>Run</c>, such as <c>(Refund w) =&gt; w.Run(request)</c>.</param>
    /// <param name="key">The idempotency key, at most 1,000 characters; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting for the commit; the run may have been started all the same.</param>
    Task<RunHandle<TWorkflow, T>> StartAsync<TWorkflow, T>(Expression<Func<TWorkflow, Durable<T>>> call, string? key = null, CancellationToken cancellationToken = default) where TWorkflow : Workflow;

    /// <inheritdoc cref="StartAsync{TWorkflow, T}"/>
    Task<RunHandle<TWorkflow, Nothing>> StartAsync<TWorkflow>(Expression<Func<TWorkflow, Durable>> call, string? key = null, CancellationToken cancellationToken = default) where TWorkflow : Workflow;

    /// <summary>Starts many runs of one workflow; they share commits. The handles come in the order of the inputs.</summary>
    /// <param name="inputs">Input and idempotency key of each; a null key for none.</param>
    /// <param name="cancellationToken">Gives up waiting; runs may have been started all the same.</param>
    /// <exception cref="ArgumentException">An input is none that <c>Run</c> takes. None of the runs was started.</exception>
    Task<IReadOnlyList<RunHandle>> StartManyAsync<TWorkflow>(IEnumerable<(object? Input, string? Key)> inputs, CancellationToken cancellationToken = default) where TWorkflow : Workflow;

    /// <summary>A handle on a run, whether it is there or not.</summary>
    RunHandle GetRun(RunId run);

    /// <summary>A typed handle on a run, whether it is there or not.</summary>
    RunHandle<TWorkflow, T> GetRun<TWorkflow, T>(RunId run) where TWorkflow : Workflow;

    /// <summary>The run with this key, or null.</summary>
    Task<RunHandle?> FindAsync<TWorkflow>(string key, CancellationToken cancellationToken = default) where TWorkflow : Workflow;

    /// <summary>Runs, newest first, a page at a time.</summary>
    Task<IReadOnlyList<RunInfo>> ListAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// At-most-once steps of which nobody knows whether they happened, in running and in parked runs. Each waits for <c>ResolveInDoubtAsync</c>; that of a parked run stays
    /// in the list until the run goes on.
    /// </summary>
    Task<IReadOnlyList<InDoubtStep>> ListInDoubtAsync(CancellationToken cancellationToken = default);

    /// <summary>Decides a step in doubt, after asking the other side: the attempt that was listed, and never a later one. A parked run takes the decision when it goes on.</summary>
    /// <param name="step">The step, as it was listed.</param>
    /// <param name="decision">What it is decided to have done.</param>
    /// <param name="cancellationToken">Gives up waiting; the decision may have been kept all the same.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.NotInDoubt"/>: that attempt was decided before, or a later one is in doubt now. <see cref="HoldfastError.RunFinished"/>; <see cref="HoldfastError.UnknownRun"/>.
    /// <see cref="HoldfastError.Misuse"/>: the value is not of the type that the step gives. Where this build cannot read the run, a value is refused with what stands against that, for its type is not known; <c>Failed</c> and <c>Retry</c> are kept.
    /// In each case nothing was changed.
    /// </exception>
    Task ResolveInDoubtAsync(InDoubtStep step, InDoubtDecision decision, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ResolveInDoubtAsync(InDoubtStep, InDoubtDecision, CancellationToken)"/>
    /// <param name="run">The step's run.</param>
    /// <param name="op">Its number in the run.</param>
    /// <param name="attempt">The attempt that was looked into: <see cref="InDoubtStep.Attempt"/>.</param>
    /// <param name="decision">What it is decided to have done.</param>
    /// <param name="cancellationToken">Gives up waiting; the decision may have been kept all the same.</param>
    Task ResolveInDoubtAsync(RunId run, long op, int attempt, InDoubtDecision decision, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends a run and starts another one from its input in its place, in the newest version of its workflow: in one commit, or not at all.
    /// The old run ends as terminated; each names the other. Everything that the old run did is done again, under other idempotency keys.
    /// Called again, it gives the run that is there.
    /// </summary>
    /// <param name="run">A run that has not ended, parked or not, and that no other run waits for.</param>
    /// <param name="reason">Why, for the journal.</param>
    /// <param name="cancellationToken">Gives up waiting; the run may be restarted all the same.</param>
    /// <returns>The new run.</returns>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.RunFinished"/>: it has ended. <see cref="HoldfastError.UnknownRun"/>, <see cref="HoldfastError.UnknownWorkflow"/>.
    /// <see cref="HoldfastError.InvalidPayload"/>: the newest version does not take its input. <see cref="HoldfastError.Misuse"/>: it is a
    /// child, and its parent waits for it. In each case nothing was changed.
    /// </exception>
    Task<RunHandle> RestartAsync(RunId run, string reason, CancellationToken cancellationToken = default);

    /// <summary>Messages that no code could take, with the reason; of one run, or of all.</summary>
    Task<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(RunId? run = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts a dead letter back into its run's mailbox, once the build that can take it runs: the one that it was sent to, or a corrected one. It comes after the messages that are there by then, and counts as sent now. Its dedup key
    /// goes with it. A message that cannot be taken this time either is a dead letter again, a new one.
    /// </summary>
    /// <param name="letter">The letter, as it was listed.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be put back all the same.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.UnknownDeadLetter"/>; <see cref="HoldfastError.DeadLetterRedelivered"/>: somebody did so before; <see cref="HoldfastError.RunFinished"/>; <see cref="HoldfastError.UnknownRun"/>.
    /// In each case nothing was changed.
    /// </exception>
    Task RedeliverAsync(DeadLetter letter, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RedeliverAsync(DeadLetter, CancellationToken)"/>
    /// <param name="run">The run that it was sent to.</param>
    /// <param name="sequence">The letter's number: <see cref="StoredMail.Sequence"/> of its mail.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be put back all the same.</param>
    Task RedeliverAsync(RunId run, long sequence, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes ended runs now instead of at the next sweep: those that <see cref="HoldfastOptions.Retention"/> lets go, or others. Goes on in small
    /// writes beside all other work, also while the disk is full, and returns when they are through.
    /// </summary>
    /// <param name="retention">What is kept this time; null for what the options say.</param>
    /// <param name="workflow">The name of the one workflow whose runs may go; null for all.</param>
    /// <param name="cancellationToken">Stops between two writes; what is removed by then is gone.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.UnknownWorkflow"/>: the workflow is not registered, the options name it in no rule, and the store has no run of it.</exception>
    Task<PruneReport> PruneAsync(Retention? retention = null, string? workflow = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does something in the store's own database, beside the runs, in a commit of its own: what it did is durable when this returns. For tables that steps write to, where somebody outside
    /// reads or writes them too. An owner that was replaced does nothing.
    /// </summary>
    /// <param name="work">
    /// Runs synchronously, and holds up every other commit meanwhile: read long tables in pages. It sees what runs and steps committed before it. Throw to undo what it did; the exception comes out here.
    /// What it did is kept once, but it may be called again, when somebody else's write undoes the transaction that both were in: what it did to the database is undone first. So let it have no effect outside of it.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; what it does may be kept all the same.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/>: the store has no database, or the work broke what it may do.</exception>
    /// <exception cref="TimeoutException">It took longer than the store lets it hold up others, and was undone.</exception>
    Task<T> TransactAsync<T>(Func<StoreTransaction, T> work, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a consistent copy of the store while it runs. What was acknowledged before the call is in it. When this returns, the copy is on the disk, whole;
    /// until then there is nothing at the path, also if the process is killed.
    /// </summary>
    /// <param name="path">Where to; there must be no file yet. A copy is marked as one, and an engine starts on it only when told to.</param>
    /// <param name="cancellationToken">Gives the backup up; nothing is left of it.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.BackupFailed"/>: there is no copy; the message says why.</exception>
    Task<StoreBackup> BackupAsync(string path, CancellationToken cancellationToken = default);
}

/// <summary>A run as people see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Workflow">The workflow's name.</param>
/// <param name="Version">The workflow's version.</param>
/// <param name="Key">Its idempotency key, or null.</param>
/// <param name="Parent">The run that started it, or null.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Waiting">Why it is not going on at this moment, in one line; empty once it has ended.</param>
/// <param name="CreatedUtc">When its start was asked for.</param>
/// <param name="UpdatedUtc">When it last changed.</param>
/// <param name="WakeUtc">When a timer, retry or deadline wakes it next, or null.</param>
/// <param name="Error">What ended it, when it failed or was cancelled.</param>
public sealed record RunInfo(
    RunId Id, string Workflow, int Version, string? Key, RunId? Parent, RunStatus Status, string Waiting, DateTimeOffset CreatedUtc,
    DateTimeOffset UpdatedUtc, DateTimeOffset? WakeUtc, RunError? Error)
{
    /// <summary>The run that was started in this one's place, or null.</summary>
    public RunId? RestartedAs { get; init; }

    /// <summary>The run in whose place this one was started, or null.</summary>
    public RunId? RestartOf { get; init; }
}

/// <summary>One thing that happened to a run, for people and audits.</summary>
/// <param name="Utc">When.</param>
/// <param name="What">What, as a stable word such as <c>StepSucceeded</c>.</param>
/// <param name="Op">To which op; 0 for the run.</param>
/// <param name="Text">A label, a reason, an error in one line; may be empty.</param>
/// <param name="Number">An attempt; 0 for none.</param>
public sealed record JournalLine(DateTimeOffset Utc, string What, long Op, string Text, long Number);

/// <summary>A step of which nobody knows whether it happened.</summary>
/// <param name="Run">Its run.</param>
/// <param name="Op">Its number in the run.</param>
/// <param name="Attempt">Which of its attempts is in doubt. What is found out about this one says nothing about the next.</param>
/// <param name="Label">What people call it.</param>
/// <param name="IdempotencyKey">The key that its attempt carried.</param>
/// <param name="Workflow">The run's workflow.</param>
/// <param name="RunKey">The run's own idempotency key, or null.</param>
public sealed record InDoubtStep(RunId Run, long Op, int Attempt, string Label, string IdempotencyKey, string Workflow, string? RunKey);

/// <summary>What a step in doubt is decided to have done.</summary>
public abstract record InDoubtDecision
{
    private protected InDoubtDecision()
    {
    }

    /// <summary>It happened; for a step that gives no value.</summary>
    public static InDoubtDecision Succeeded() => new SucceededWith<Nothing>(default);

    /// <summary>It happened, and gave this value: of the very type that the step or call gives, or one that can be assigned to it. Nothing is converted: <c>7</c> is no <c>long</c> here.</summary>
    public static InDoubtDecision Succeeded<T>(T value) => new SucceededWith<T>(value);

    /// <summary>It did not happen: the step fails in the workflow with this message.</summary>
    public static InDoubtDecision Failed(string message) => new FailedWith(message);

    /// <summary>It did not happen: it is to be done now.</summary>
    public static InDoubtDecision Retry() => new Again();

    /// <summary>The value that the step gave, which is to be of the step's type; null for a decision that fits any step.</summary>
    internal virtual (object? Value, Type Type)? Given => null;

    /// <summary>A decision that fits any step, as it is kept.</summary>
    internal virtual ReadOnlyMemory<byte> Encode(Frames.Graph.GraphCodec codec) => default;

    sealed record SucceededWith<T>(T Value) : InDoubtDecision
    {
        internal override (object? Value, Type Type)? Given => (Value, typeof(T));
    }

    sealed record FailedWith(string Message) : InDoubtDecision
    {
        internal override ReadOnlyMemory<byte> Encode(Frames.Graph.GraphCodec codec) => Kernel.StateCodec.EncodeOutcome(
            new(Kernel.OutcomeKind.Failed, codec.EncodeValue<Exception>(new StepFailedException(typeof(InDoubtDecision).FullName!, Message, null)), Message));
    }

    sealed record Again : InDoubtDecision;
}
