using System.Linq.Expressions;
using System.Text.Json;

namespace Holdfast.Testing;

/// <summary>
/// Kills a workflow everywhere. It runs once straight, once with its frames read back at every await, and then once for each commit that it
/// made and each of its two sides: killed after the commit was durable and before anybody heard of it, and killed when the work was done and the commit lost.
/// Each killed run goes on in a fresh engine, and must end as the straight one did.
/// </summary>
/// <remarks>
/// The clock is virtual, steps are let go one at a time in the order of their numbers, and the engine's random source is seeded, so every life hears the same
/// things in the same order. What the workflow itself takes from <c>Guid.NewGuid</c>, <c>Random.Shared</c> or the system's clock differs between two lives;
/// let such values come from a service or a step where they reach the result.
/// </remarks>
public static class CrashTest
{
    /// <summary>Kills a workflow everywhere, and compares how it ends.</summary>
    /// <param name="call">The workflow and its input: <c>(Refund w) =&gt; w.Run(request)</c>.</param>
    /// <param name="configure">Registers the workflow and its services. Called once for each process, so what it makes dies with the process.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="DivergenceException">
    /// A killed run ended otherwise. The message says where it was killed, and names the first variable that differs, with its line. Or the run that nobody kills does not complete, or fails the check.
    /// </exception>
    /// <exception cref="WorkflowStandsException">The run that nobody kills waits for something that the test does not bring, or is parked. Nothing was killed.</exception>
    public static Task<CrashReport> CrashEverywhereAsync<TWorkflow, T>(Expression<Func<TWorkflow, Durable<T>>> call, Action<HoldfastBuilder> configure) where TWorkflow : Workflow
    {
        ArgumentNullException.ThrowIfNull(configure);
        return CrashEverywhereAsync(call, new CrashPlan<Nothing, T> { World = static () => default, Configure = (builder, _) => configure(builder) });
    }

    /// <summary>One of a plan's <see cref="CrashPlan{TWorld, T}.Acts"/> that knows the workflow, such as for an update: <c>CrashTest.Act((RunHandle&lt;Order, int&gt; run) =&gt; run.UpdateAsync(w =&gt; w.Raise(5)))</c>.</summary>
    /// <param name="act">What somebody outside does to the run.</param>
    public static Func<RunHandle, Task> Act<TWorkflow, T>(Func<RunHandle<TWorkflow, T>, Task> act) where TWorkflow : Workflow
    {
        ArgumentNullException.ThrowIfNull(act);
        return run => act(run as RunHandle<TWorkflow, T> ?? throw new HoldfastException(HoldfastError.Misuse, $"An act of the plan is for runs of {typeof(TWorkflow)} that give a {typeof(T)}, and the plan's run is another one."));
    }

    /// <summary>Kills a workflow everywhere, and compares how it ends and what the world looks like then.</summary>
    /// <param name="call">The workflow and its input: <c>(Refund w) =&gt; w.Run(request)</c>.</param>
    /// <param name="plan">What is done to it, and what must hold.</param>
    /// <inheritdoc cref="CrashEverywhereAsync{TWorkflow, T}(Expression{Func{TWorkflow, Durable{T}}}, Action{HoldfastBuilder})"/>
    public static Task<CrashReport> CrashEverywhereAsync<TWorkflow, TWorld, T>(Expression<Func<TWorkflow, Durable<T>>> call, CrashPlan<TWorld, T> plan) where TWorkflow : Workflow
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.World is null || plan.Configure is null || plan.Acts is null) throw new ArgumentException("The plan's World, Configure or Acts is null. Leave Acts out where there are none.", nameof(plan));
        object? before = null;
        return Sweep.RunAsync(plan.KillsMax, plan.Check is not null, () =>
        {
            var world = plan.World();
            // A text is no world that anything could be left in.
            if (world is not (null or string or ValueType) && ReferenceEquals(world, before))
                throw new HoldfastException(HoldfastError.Misuse, $"The plan's World gave the same {world.GetType().Name} to two lives of the run, and the second would find what the first has left there. Let it make a new one each time.");
            before = world;
            return new Life
            {
                Configure = builder => plan.Configure(builder, world),
                Options = plan.Options,
                Start = async (client, begun) => begun is { } id ? client.GetRun<TWorkflow, T>(id) : await client.StartAsync(call, key: "crash-test").ConfigureAwait(false),
                Acts = plan.Acts,
                InDoubt = plan.InDoubt is { } decide ? step => decide(step, world) : null,
                StepPatience = plan.StepPatience,
                Stubs = plan.StubsIn(world),
                Ended = async run =>
                {
                    var result = await run.ResultAsync<T>().ConfigureAwait(false);
                    plan.Check?.Invoke(world, result);
                    // As it is kept: all of it, and whatever the check has done to its own.
                    return (await run.ResultAsync<JsonElement>().ConfigureAwait(false)).GetRawText();
                },
            };
        });
    }
}
