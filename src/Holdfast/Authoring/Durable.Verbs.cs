using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Holdfast.Frames;
using Holdfast.Kernel;

namespace Holdfast;

// The verbs that start something durable. The same ones are members of Workflow; these serve static helpers.
public partial class Durable
{
    /// <summary>Runs code with side effects, and keeps its result: once committed, it never runs again.</summary>
    /// <param name="body">What to run. Works on a copy of what it captures; gives its result back by returning it.</param>
    /// <param name="options">Retry, timeout, label; null for the defaults.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/> outside a run; <see cref="HoldfastError.NotSavable"/> when the lambda captures what cannot be saved.</exception>
    public static Durable<T> Step<T>(Func<Task<T>> body, StepOptions? options = null) => StepVerbs.Start<T>(StepKind.Lambda, new PlainStep<T>(body), body, options);

    /// <inheritdoc cref="Step{T}(Func{Task{T}}, StepOptions?)"/>
    public static Durable<T> Step<T>(Func<StepContext, Task<T>> body, StepOptions? options = null) => StepVerbs.Start<T>(StepKind.Lambda, new ContextStep<T>(body), body, options);

    /// <inheritdoc cref="Step{T}(Func{Task{T}}, StepOptions?)"/>
    public static Durable Step(Func<Task> body, StepOptions? options = null) => StepVerbs.Start<Nothing>(StepKind.Lambda, new PlainAction(body), body, options);

    /// <inheritdoc cref="Step{T}(Func{Task{T}}, StepOptions?)"/>
    public static Durable Step(Func<StepContext, Task> body, StepOptions? options = null) => StepVerbs.Start<Nothing>(StepKind.Lambda, new ContextAction(body), body, options);

    /// <summary>
    /// Runs a short synchronous step inside the store's own transaction, in the very commit that records its result: exactly once. Only
    /// for stores that are a database.
    /// </summary>
    /// <param name="body">
    /// What to run on the store's connection. It holds up every other commit while it runs. What it did is kept once, but it may be called again, when somebody else's write undoes the transaction that both were in, when it is retried, and when the
    /// process dies before the commit: what it did to the database is undone first. So let it have no effect outside of it.
    /// </param>
    /// <param name="options">Retry and label; a timeout undoes a step that took longer.</param>
    public static Durable<T> Transaction<T>(Func<StepTransaction, T> body, StepOptions? options = null) => StepVerbs.Start<T>(StepKind.Transaction, new TransactionStepBody<T>(body), body, options);

    /// <summary>Runs a handler that is registered by name, in this process or in a worker.</summary>
    /// <param name="handler">The handler's name, as given to <c>AddStep</c>.</param>
    /// <param name="argument">Its argument; travels as JSON.</param>
    /// <param name="options">Retry, timeout, label; null for the defaults.</param>
    public static Durable<T> Call<T>(string handler, object? argument = null, StepOptions? options = null) => StepVerbs.StartCall<T>(handler, argument, options);

    /// <summary>
    /// A copy of something that belongs to the run, as a step is given one: it shares nothing with it but the workflow and its services, and durables in it are null. To go back to when what comes next goes wrong, and to see
    /// whether something can be saved.
    /// </summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.NotSavable"/>: it cannot be saved; the message names the path. <see cref="HoldfastError.Misuse"/> outside a run.</exception>
    public static T Copy<T>(T value)
    {
        var graph = RunGraph.Here;
        return graph.Services.Codec.Copy(value, [.. graph.Services.Injected, new("", graph.Workflow)]);
    }

    /// <summary>Waits, also through restarts. Never shorter than asked. A time of nothing or less, such as what is left of one that is over, ends at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is <see cref="Timeout.InfiniteTimeSpan"/>: a run does not wait for ever by a clock.</exception>
    public static Durable Delay(TimeSpan time)
    {
        var graph = RunGraph.Required;
        return DelayUntil(graph.After(time));
    }

    /// <summary>Waits until a point in time, also through restarts. Never ends earlier.</summary>
    public static Durable DelayUntil(DateTimeOffset utc)
    {
        var graph = RunGraph.Required;
        var timer = new OpDurable<Nothing>(ValueForm.None, "timer");
        return graph.CurrentScope.IsCancelled ? graph.Stillborn(timer) : graph.StartOp(timer, new RunEvent.StartTimer(graph.State.NextOp, utc.ToUniversalTime()));
    }

    /// <summary>Waits for the next message of a signal. Messages that came before are taken first, in their order.</summary>
    public static Durable<T> Receive<T>(Signal<T> signal)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var graph = RunGraph.Required;
        var receive = new OpDurable<T>(ValueForm.Mail, signal.Name);
        return graph.CurrentScope.IsCancelled ? graph.Stillborn(receive) : graph.StartOp(receive, new RunEvent.StartReceive(graph.State.NextOp, signal.Name));
    }

    /// <summary>Starts a run of another workflow as a child and waits for its result. The child is created in the commit that ends this turn.</summary>
    /// <param name="call">The call of its <c>Run</c>, such as <c>(Refund w) => w.Run(request)</c>.</param>
    /// <param name="key">
    /// The child's key, by which it is found from outside; unique among the runs of its workflow, as long as they are kept. Where another run has it, the child is not started, and the await throws
    /// <see cref="ChildFailedException"/>; but the child of a run that was restarted takes it from the one in whose place it is. Null for none.
    /// </param>
    public static Durable<T> Child<TWorkflow, T>(Expression<Func<TWorkflow, Durable<T>>> call, string? key = null) where TWorkflow : Workflow => ChildVerbs.Start<TWorkflow, T>(call, key);

    /// <inheritdoc cref="Child{TWorkflow, T}"/>
    public static Durable Child<TWorkflow>(Expression<Func<TWorkflow, Durable>> call, string? key = null) where TWorkflow : Workflow => ChildVerbs.Start<TWorkflow, Nothing>(call, key);

    /// <summary>
    /// Runs a part that can be cancelled by itself, with or without a deadline. The part has ended when everything that it started has: once its own code
    /// returns or throws, what it left behind is cancelled and waited for.
    /// </summary>
    /// <param name="body">The part; it gets the scope, to cancel it.</param>
    /// <param name="deadline">After this time the scope is cancelled; null for no deadline. An absolute time, kept through restarts.</param>
    public static Durable<T> InScope<T>(Func<CancelScope, Durable<T>> body, TimeSpan? deadline = null) => ScopeOf<T>.Start(body, deadline);

    /// <inheritdoc cref="InScope{T}"/>
    public static Durable InScope(Func<CancelScope, Durable> body, TimeSpan? deadline = null) => ScopeOf<Nothing>.Start(body, deadline);

    /// <summary>Runs a part that cancellation from outside does not reach: for what must be done in a <c>catch</c> or <c>finally</c> all the same.</summary>
    public static Durable<T> Shield<T>(Func<Durable<T>> body) => Shields.Run(body);

    /// <inheritdoc cref="Shield{T}"/>
    public static Durable Shield(Func<Durable> body) => Shields.Run(body);

    /// <summary>
    /// Runs a part whose steps are undone when it does not succeed. When it throws or is cancelled, what was registered with <see cref="Saga.Compensate(Func{Task}, StepOptions?)"/>
    /// is run, the last first, one after the other, each as a step of its own; cancellation does not reach them. Then the part's exception is thrown.
    /// </summary>
    /// <param name="part">The part; it gets the saga, to register with.</param>
    /// <exception cref="CompensationFailedException">Compensations failed too, after their retries. All others were run.</exception>
    public static Durable<T> InSaga<T>(Func<Saga, Durable<T>> part) => SagaOf<T>.Start(part);

    /// <inheritdoc cref="InSaga{T}"/>
    public static Durable InSaga(Func<Saga, Durable> part) => SagaOf<Nothing>.Start(part);

    /// <summary>
    /// Waits for all. Their values come in the order of the arguments; the failure that comes first in that order is thrown once all have ended, a failure rather than a
    /// cancellation.
    /// </summary>
    public static Durable<T[]> WhenAll<T>(params IEnumerable<Durable<T>> all) => AllOf<T>.Start(all);

    /// <inheritdoc cref="WhenAll{T}"/>
    public static Durable WhenAll(params IEnumerable<Durable> all) => AllDone.Start(all);

    /// <inheritdoc cref="WhenAll{T}"/>
    public static Durable<(T1, T2)> WhenAll<T1, T2>(Durable<T1> first, Durable<T2> second) => Both<T1, T2>.Start(first, second);

    /// <inheritdoc cref="WhenAll{T}"/>
    public static Durable<(T1, T2, T3)> WhenAll<T1, T2, T3>(Durable<T1> first, Durable<T2> second, Durable<T3> third) => Three<T1, T2, T3>.Start(first, second, third);

    /// <summary>
    /// Waits for the first that ends, whether it succeeds or not, and gives it; await it for its value. The others run on until their scope ends; should they fail,
    /// nobody is told. Throws when its own scope is cancelled.
    /// </summary>
    public static Durable<Durable<T>> WhenAny<T>(params IEnumerable<Durable<T>> any) => AnyOf<Durable<T>>.Start(any);

    /// <inheritdoc cref="WhenAny{T}"/>
    public static Durable<Durable> WhenAny(params IEnumerable<Durable> any) => AnyOf<Durable>.Start(any);

    /// <summary>Gives the durables in the order in which they end: <c>await foreach (var done in Durable.WhenEach(all)) …</c></summary>
    public static DurableSequence<T> WhenEach<T>(params IEnumerable<Durable<T>> all) => new([.. all]);
}

/// <summary>Further waits on durables.</summary>
public static class DurableExtensions
{
    /// <summary>Waits at most this long. When time runs out, a wait for a signal is withdrawn and the message stays for the next one; other work runs on. A time of nothing or less, such as what is left of one that is over, runs out at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is <see cref="Timeout.InfiniteTimeSpan"/>: await the durable itself.</exception>
    public static Durable<Timed<T>> Within<T>(this Durable<T> durable, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(durable);
        return WithinOf<T>.Start(durable, Durable.Delay(time));
    }

    /// <summary>Waits without throwing: how it ended, as a value. Throws only when the scope in which this is called is cancelled.</summary>
    public static Durable<Outcome<T>> Outcome<T>(this Durable<T> durable)
    {
        ArgumentNullException.ThrowIfNull(durable);
        return OutcomeOf<T>.Start(durable);
    }
}
