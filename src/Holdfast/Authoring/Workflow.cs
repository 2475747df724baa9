using System.Linq.Expressions;

namespace Holdfast;

/// <summary>
/// The base of workflows. A workflow is a class with one public method <c>Run</c> of no or one parameter that returns
/// <see cref="Durable"/> or <see cref="Durable{T}"/>. Its constructor takes services from the container; every other field is part of
/// the run's saved state.
/// </summary>
/// <remarks>Code between awaits runs on one thread at a time and may be anything; calls with side effects go into steps.</remarks>
public abstract class Workflow
{
    /// <summary>The id of this run.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.Misuse"/> outside a run, as in a step or a constructor.</exception>
    protected static RunId RunId => (Frames.RunGraph.HereOrNull ?? throw new HoldfastException(
        HoldfastError.Misuse, "RunId is known in the turns of a run only. In a step, use step.RunId of the StepContext that its lambda takes; outside of runs, the Id of a handle.")).Services.Run;

    /// <inheritdoc cref="Durable.Step{T}(Func{Task{T}}, StepOptions?)"/>
    protected static Durable<T> Step<T>(Func<Task<T>> body, StepOptions? options = null) => Durable.Step(body, options);

    /// <inheritdoc cref="Durable.Step{T}(Func{Task{T}}, StepOptions?)"/>
    protected static Durable<T> Step<T>(Func<StepContext, Task<T>> body, StepOptions? options = null) => Durable.Step(body, options);

    /// <inheritdoc cref="Durable.Step{T}(Func{Task{T}}, StepOptions?)"/>
    protected static Durable Step(Func<Task> body, StepOptions? options = null) => Durable.Step(body, options);

    /// <inheritdoc cref="Durable.Step{T}(Func{Task{T}}, StepOptions?)"/>
    protected static Durable Step(Func<StepContext, Task> body, StepOptions? options = null) => Durable.Step(body, options);

    /// <inheritdoc cref="Durable.Transaction{T}"/>
    protected static Durable<T> Transaction<T>(Func<StepTransaction, T> body, StepOptions? options = null) => Durable.Transaction(body, options);

    /// <inheritdoc cref="Durable.Call{T}"/>
    protected static Durable<T> Call<T>(string handler, object? argument = null, StepOptions? options = null) => Durable.Call<T>(handler, argument, options);

    /// <inheritdoc cref="Durable.Copy{T}"/>
    protected static T Copy<T>(T value) => Durable.Copy(value);

    /// <inheritdoc cref="Durable.Delay"/>
    protected static Durable Delay(TimeSpan time) => Durable.Delay(time);

    /// <inheritdoc cref="Durable.DelayUntil"/>
    protected static Durable DelayUntil(DateTimeOffset utc) => Durable.DelayUntil(utc);

    /// <inheritdoc cref="Durable.Receive{T}"/>
    protected static Durable<T> Receive<T>(Signal<T> signal) => Durable.Receive(signal);

    /// <inheritdoc cref="Durable.Child{TWorkflow, T}"/>
    protected static Durable<T> Child<TWorkflow, T>(Expression<Func<TWorkflow, Durable<T>>> call, string? key = null) where TWorkflow : Workflow => Durable.Child(call, key);

    /// <inheritdoc cref="Durable.Child{TWorkflow, T}"/>
    protected static Durable Child<TWorkflow>(Expression<Func<TWorkflow, Durable>> call, string? key = null) where TWorkflow : Workflow => Durable.Child(call, key);

    /// <inheritdoc cref="Durable.InScope{T}"/>
    protected static Durable<T> InScope<T>(Func<CancelScope, Durable<T>> body, TimeSpan? deadline = null) => Durable.InScope(body, deadline);

    /// <inheritdoc cref="Durable.InScope{T}"/>
    protected static Durable InScope(Func<CancelScope, Durable> body, TimeSpan? deadline = null) => Durable.InScope(body, deadline);

    /// <inheritdoc cref="Durable.Shield{T}"/>
    protected static Durable<T> Shield<T>(Func<Durable<T>> body) => Durable.Shield(body);

    /// <inheritdoc cref="Durable.Shield{T}"/>
    protected static Durable Shield(Func<Durable> body) => Durable.Shield(body);

    /// <inheritdoc cref="Durable.InSaga{T}"/>
    protected static Durable<T> InSaga<T>(Func<Saga, Durable<T>> part) => Durable.InSaga(part);

    /// <inheritdoc cref="Durable.InSaga{T}"/>
    protected static Durable InSaga(Func<Saga, Durable> part) => Durable.InSaga(part);
}

/// <summary>Names a workflow class in stores. Without it the name is the class's name, and the version is 1.</summary>
/// <param name="name">The name; runs are found by it, so it outlives the class's own name.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class WorkflowAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The version. New runs take the highest one registered; parked runs go on in the one they began in.</summary>
    /// <value>1.</value>
    public int Version { get; init; } = 1;
}
