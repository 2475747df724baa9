using Holdfast.Client;

namespace Holdfast;

/// <summary>Talks to one run. Thread-safe.</summary>
public class RunHandle
{
    internal RunHandle(HoldfastClient client, RunId id) => (Client, Id) = (client, id);

    internal HoldfastClient Client { get; }

    /// <summary>The run.</summary>
    public RunId Id { get; }

    /// <summary>Sends a message to the run. When this returns, the message is durable and will be received once.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="value">The message; travels as JSON.</param>
    /// <param name="dedupKey">A second message of this signal to the run with the same key is not kept, whatever is in it; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may have been kept all the same.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.UnknownRun"/> or <see cref="HoldfastError.RunFinished"/>; <see cref="HoldfastError.KeyUsed"/>: another signal of the run has the key.
    /// </exception>
    public Task SignalAsync<TSignal>(Signal<TSignal> signal, TSignal value, string? dedupKey = null, CancellationToken cancellationToken = default) =>
        Client.SignalAsync(Id, signal, value, dedupKey, cancellationToken);

    /// <summary>Asks the run to cancel: its awaits throw <see cref="OperationCanceledException"/>, its catch and finally blocks run.</summary>
    /// <param name="reason">Why; the exceptions' message.</param>
    /// <param name="cancellationToken">Gives up waiting; the request may have been kept all the same.</param>
    public Task CancelAsync(string reason = "The run was asked to cancel.", CancellationToken cancellationToken = default) =>
        Client.PostAsync(Id, Storage.MailKind.Cancel, "", System.Text.Encoding.UTF8.GetBytes(reason), null, cancellationToken);

    /// <summary>Ends the run as it stands, without running any of its code.</summary>
    public Task TerminateAsync(string reason = "The run was terminated.", CancellationToken cancellationToken = default) =>
        Client.PostAsync(Id, Storage.MailKind.Terminate, "", System.Text.Encoding.UTF8.GetBytes(reason), null, cancellationToken);

    /// <summary>Takes a parked run up again, once what parked it is mended.</summary>
    public Task ResumeAsync(CancellationToken cancellationToken = default) =>
        Client.PostAsync(Id, Storage.MailKind.Unpark, "", default, null, cancellationToken);

    /// <summary>
    /// Waits until the run has ended, however. A parked run has not: the call waits on until somebody takes the run up again or ends it. Whether it is parked, and why, says
    /// <see cref="GetInfoAsync"/> with <see cref="RunInfo.Status"/> and <see cref="RunInfo.Waiting"/>, and log event 11.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; the run goes on. Without one, the call waits as long as the engine runs.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.UnknownRun"/>; <see cref="HoldfastError.NotRunning"/>: the engine stopped before the run ended.</exception>
    public Task<RunStatus> WaitAsync(CancellationToken cancellationToken = default) => Client.WaitAsync(Id, cancellationToken);

    /// <summary>
    /// Waits until the run has ended and gives its result. A parked run has not ended: the call waits on until somebody takes the run up again or ends it. Whether it is parked, and
    /// why, says <see cref="GetInfoAsync"/> with <see cref="RunInfo.Status"/> and <see cref="RunInfo.Waiting"/>, and log event 11.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; the run goes on. Without one, the call waits as long as the engine runs.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.RunFailed"/> or <see cref="HoldfastError.RunCancelled"/>, with what ended it.</exception>
    public Task<T> ResultAsync<T>(CancellationToken cancellationToken = default) => Client.ResultAsync<T>(Id, cancellationToken);

    /// <summary>The run as it stands now.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.UnknownRun"/>.</exception>
    public Task<RunInfo> GetInfoAsync(CancellationToken cancellationToken = default) => Client.GetInfoAsync(Id, cancellationToken);

    /// <summary>What the run was started with, whether it waits, is parked or has ended, as long as it is kept. Each call reads an object of its own.</summary>
    /// <typeparam name="T">The type of the input, or another one that its JSON fits.</typeparam>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.UnknownRun"/>; <see cref="HoldfastError.InvalidPayload"/>: it was started without an input, or with one that does not fit the type.
    /// </exception>
    public Task<T> InputAsync<T>(CancellationToken cancellationToken = default) => Client.InputAsync<T>(Id, cancellationToken);

    /// <summary>What happened to the run, oldest first.</summary>
    public Task<IReadOnlyList<JournalLine>> ReadJournalAsync(int limit = 1_000, CancellationToken cancellationToken = default) => Client.ReadJournalAsync(Id, limit, cancellationToken);
}

/// <summary>Talks to one run of a known workflow. Thread-safe.</summary>
/// <typeparam name="TWorkflow">The workflow.</typeparam>
/// <typeparam name="T">The type of its result.</typeparam>
public sealed class RunHandle<TWorkflow, T> : RunHandle where TWorkflow : Workflow
{
    internal RunHandle(HoldfastClient client, RunId id) : base(client, id)
    {
    }

    /// <inheritdoc cref="RunHandle.ResultAsync{T}"/>
    public Task<T> ResultAsync(CancellationToken cancellationToken = default) => ResultAsync<T>(cancellationToken);

    /// <inheritdoc cref="IHoldfastClient.RestartAsync"/>
    public async Task<RunHandle<TWorkflow, T>> RestartAsync(string reason, CancellationToken cancellationToken = default) =>
        new(Client, await Client.RestartRunAsync(Id, reason, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Reads the run's state, between two of its turns: what the answer tells is durable. The run may wait, be parked, or not be in memory. Nothing is kept
    /// of the query, and no commit waits for it.
    /// </summary>
    /// <param name="query">One property or method of the workflow that is marked with <see cref="QueryAttribute"/>, such as <c>w =&gt; w.Status</c>.</param>
    /// <param name="timeout">How long to wait; null for <see cref="HoldfastOptions.AnswerTimeout"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.RunFinished"/>: an ended run has no state any more, only its result. <see cref="HoldfastError.QueryFailed"/>: the query threw.
    /// <see cref="HoldfastError.QueryChangedState"/>. <see cref="HoldfastError.AnswerTimeout"/>. <see cref="HoldfastError.NeedsMigration"/>: the state belongs to other code.
    /// </exception>
    public Task<TAnswer> QueryAsync<TAnswer>(System.Linq.Expressions.Expression<Func<TWorkflow, TAnswer>> query, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Client.QueryAsync<TAnswer>(Id, query, timeout, cancellationToken);

    /// <summary>
    /// Changes the run's state from outside. When this returns, the change is committed. The update is kept first, like a signal, and is done in the order in which updates and
    /// signals came, at once unless the run is parked.
    /// </summary>
    /// <param name="update">The call of a method of the workflow that is marked with <see cref="UpdateAttribute"/>, such as <c>w =&gt; w.Raise(amount)</c>.</param>
    /// <param name="key">
    /// At most 1,000 characters. A second call of the same update of the run with the same key is not done again, whatever its arguments, and gets the answer of the first, also after a crash or the run's end.
    /// Null for none: after a crash or a time-out nobody can ask for the answer.
    /// </param>
    /// <param name="timeout">How long to wait for the answer; null for <see cref="HoldfastOptions.AnswerTimeout"/>.</param>
    /// <param name="cancellationToken">Gives up waiting; the update may be done all the same.</param>
    /// <exception cref="HoldfastException">
    /// <see cref="HoldfastError.UpdateRejected"/>: the method threw, and nothing of it was kept. <see cref="HoldfastError.AnswerTimeout"/>: kept, and not done yet.
    /// <see cref="HoldfastError.KeyUsed"/>: another update of the run has the key. <see cref="HoldfastError.RunFinished"/>; <see cref="HoldfastError.UnknownRun"/>.
    /// </exception>
    public Task<TAnswer> UpdateAsync<TAnswer>(System.Linq.Expressions.Expression<Func<TWorkflow, TAnswer>> update, string? key = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Client.UpdateAsync<TAnswer>(Id, update, key, timeout, cancellationToken);

    /// <inheritdoc cref="UpdateAsync{TAnswer}"/>
    public Task UpdateAsync(System.Linq.Expressions.Expression<Action<TWorkflow>> update, string? key = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Client.UpdateAsync<Nothing>(Id, update, key, timeout, cancellationToken);
}
