using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>An update stands next in the mailbox: its code is to run.</summary>
sealed record UpdateWaiting : RunEvent
{
    public static UpdateWaiting Instance { get; } = new();
}

/// <summary>Runs the code of an update on the committed state, as the first thing of a turn.</summary>
static class UpdateCode
{
    /// <summary>
    /// Puts the end of the run's next update before the turn's other events. What the code has changed stands in the live frames; when it has refused,
    /// they are dropped, and read anew if the turn needs them. True when they have changed.
    /// </summary>
    public static bool Run(LiveRun run, RunMemory memory, List<RunEvent> events, DateTimeOffset now, Decision decision)
    {
        if (events.RemoveAll(static e => e is UpdateWaiting) == 0) return false;
        // A state that was just read has to be taken up first; the update is asked for anew after that.
        if (memory.IsFresh || RunKernel.NextUpdate(memory.State) is not { } mail) return false;
        var engine = run.Engine;
        var blobs = memory.FetchedBlobs.ToArray();
        var (call, outcome) = Call(run, memory, mail, now, decision);
        var succeeded = outcome.Kind == OutcomeKind.Succeeded;
        if (!succeeded)
        {
            memory.DropGraph();
            foreach (var (hash, data) in blobs) memory.FetchedBlobs[hash] = data;
        }
        run.Answered = call is null ? null : (call, outcome);
        events.Insert(0, new RunEvent.UpdateTaken(mail.Sequence, outcome, engine.Options.CancelRunGrace, engine.Epoch));
        return succeeded;
    }

    /// <summary>
    /// What stands against an update that the run's class does not have: another build kept it, and can do it. To refuse it would be the answer to its key for ever. Null where this build can have kept it: one that another
    /// version has is kept for all of them.
    /// </summary>
    public static MisreadException? Missing(WorkflowRegistry registry, WorkflowType type, StoredMail mail, DateTimeOffset since) =>
        mail.Utc < since && !registry.All.Any(other => other.Name == type.Name && other.Updates.ContainsKey(mail.Name))
            ? new(new(HoldfastError.UnknownMember, $"The update '{mail.Name}' waits, which workflow '{type.Name}', version {type.Version}, does not have here."), "class")
            : null;

    static (string? Call, Outcome Outcome) Call(LiveRun run, RunMemory memory, StoredMail mail, DateTimeOffset now, Decision decision)
    {
        var engine = run.Engine;
        string? id = null;
        // Frames that cannot be read park the run, as in every turn; that is not the update's fault.
        var graph = memory.Graph ??= Loading.Graph(run, memory, now, decision, begins: !memory.State.Begun);
        var mark = engine.Marks.Enter(run.Id);
        try
        {
            (id, var written, var names) = UpdateCall.Decode(mail.Payload);
            var member = memory.Type!.Updates.GetValueOrDefault(mail.Name) ?? throw (Missing(engine.Registry, memory.Type, mail, engine.Since) ?? new HoldfastException(
                HoldfastError.UnknownMember, $"Run {run.Id} is of workflow '{memory.Type.Name}', version {memory.Type.Version}, which has no update '{mail.Name}'. Mark the method with [Update]."));
            var arguments = member.Read(written, names, graph.Services, mail.Utc);
            var answer = graph.Look(() => member.Write(member.Call(graph.Workflow, arguments), engine.Json));
            // What could not be saved is the update's to answer for, and must not park the run.
            engine.Codec.EncodeRun(graph);
            return (id, new(OutcomeKind.Succeeded, answer));
        }
        catch (Exception error) when (error is not (InvariantException or Frames.Graph.MisreadException))
        {
            return (id, new(OutcomeKind.Failed, RunErrors.Encode(error), $"{error.GetType().Name}: {ErrorText.MessageOf(error)}"));
        }
        finally
        {
            engine.Marks.Leave(mark);
        }
    }
}
