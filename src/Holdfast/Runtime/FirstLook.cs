using System.Reflection;
using System.Runtime.CompilerServices;
using Holdfast.Hosting;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Before the first engine of a process is ready, it reads one waiting run of each workflow among the newest, without running any of its code. What reads those runs is compiled by then, so that the first one that is woken does not wait for it;
/// and where this build cannot go on with one, or its codec is missing, somebody is told at the deploy, and not when its time comes.
/// </summary>
static class FirstLook
{
    /// <summary>A page of them: a sample, and not a report.</summary>
    const int RunsMax = 100;

    static int _isTaken;

    public static async Task TakeAsync(Engine engine, CancellationToken cancellationToken)
    {
        if (!Rehearsal.IsFor(engine.Options) || Interlocked.Exchange(ref _isTaken, 1) != 0) return;
        await LookAsync(engine, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks, whoever has looked before.</summary>
    public static async Task LookAsync(Engine engine, CancellationToken cancellationToken)
    {
        try
        {
            var seen = new HashSet<WorkflowType>();
            foreach (var row in await engine.Store.ListAsync(new() { Status = RunStatus.Running, Limit = RunsMax }, cancellationToken).ConfigureAwait(false))
                if (engine.Registry.Find(row.Workflow, row.Version) is { } type && seen.Add(type)) await LookAtAsync(engine, type, row.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // What is wrong with a run or the store is said when the run is taken up.
        }
    }

    static async Task LookAtAsync(Engine engine, WorkflowType type, RunId run, CancellationToken cancellationToken)
    {
        if (await engine.Store.LoadAsync(run, cancellationToken).ConfigureAwait(false) is not { } stored) return;
        var problem = stored.Unreadable ?? await SnapshotCheck.ProblemAsync(engine.Store, engine.Services(stored.Run), () => new StandIns(type), type, stored, cancellationToken).ConfigureAwait(false);
        if (problem is { Error: HoldfastError.NeedsMigration }) engine.NoteForOtherCode(run, problem.Message);
        else if (problem is { Error: HoldfastError.PayloadUnreadable or HoldfastError.CorruptSnapshot }) engine.NoteUnreadable(run, problem.Message);
        else Compile(type.Type);
    }

    /// <summary>Compiles the class's suspended methods up to what they call.</summary>
    static void Compile(Type workflow)
    {
        if (workflow.IsGenericType) return;
        foreach (var method in workflow.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            if (method.IsGenericMethod || method.GetCustomAttribute<AsyncStateMachineAttribute>()?.StateMachineType is not { } machine) continue;
            if (machine.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public) is { } goesOn) RuntimeHelpers.PrepareMethod(goesOn.MethodHandle);
        }
    }
}
