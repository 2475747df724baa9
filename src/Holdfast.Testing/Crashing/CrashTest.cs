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

    /// <summary>Kills a workflow everywhere, and compares how it ends and what the world looks like then.</summary>
    /// <param name="call">The workflow and its input: <c>(Refund w) =&gt; w.Run(request)</c>.</param>
    /// <param name="plan">What is done to it, and what must hold.</param>
    /// <inheritdoc cref="CrashEverywhereAsync{TWorkflow, T}(Expression{Func{TWorkflow, Durable{T}}}, Action{HoldfastBuilder})"/>
    public static Task<CrashReport> CrashEverywhereAsync<TWorkflow, TWorld, T>(Expression<Func<TWorkflow, Durable<T>>> call, CrashPlan<TWorld, T> plan) where TWorkflow : Workflow
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(plan);
        return Sweep.RunAsync(plan.KillsMax, plan.Check is not null, () =>
        {
            var world = plan.World();
            return new Life
            {
                Configure = builder => plan.Configure(builder, world),
                Options = plan.Options,
                Start = async client => await client.StartAsync(call, key: "crash-test").ConfigureAwait(false),
                Acts = plan.Acts,
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
