using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Runs the frames of a run for one turn, from its beginning to its end.</summary>
static class FrameRunner
{
    public static void Run(LiveRun run, RunMemory memory, RunGraph graph, DateTimeOffset now, Decision decision, bool begins)
    {
        graph.State = memory.State;
        graph.Decision = decision;
        graph.Now = now;
        graph.Epoch = run.Engine.Epoch;
        graph.Enter();
        try
        {
            if (begins) Begin(memory, graph, decision);
            graph.RunUntilParked();
            WindUp(graph);
            RefuseDeadlock(memory, graph);
        }
        finally
        {
            graph.Leave();
        }
        if (graph.Misuse is null && graph.Root is { IsSettled: true } root && memory.State.Ops.Count == 0) End(run, memory, graph, root, now, decision);
    }

    static void Begin(RunMemory memory, RunGraph graph, Decision decision)
    {
        if (decision.CancelRun is { } reason)
        {
            decision.CancelRun = null;
            graph.RootScope.OwnReason = reason;
        }
        var type = memory.Type!;
        try
        {
            var input = type.InputType is { } inputType ? graph.Services.ReadKept(memory.Info.Input, inputType, $"The input of {type.Name}", KeptUtc(memory)) : null;
            graph.Root = type.Start(graph.Workflow, input);
            if (!ReferenceEquals(graph.Root.Owner, graph)) graph.RecordMisuse($"{type.Name}.Run returned a durable of another run.");
        }
        catch (Exception error) when (error is not MisreadException)
        {
            // A Run that is not async, or an input that does not decode, throws at the call instead of through its durable.
            var failed = new Durable<Nothing> { Owner = graph, Scope = graph.RootScope, Observed = true };
            failed.SettleFailed(error, cancelled: error is OperationCanceledException && graph.RootScope.IsCancelled);
            graph.Root = failed;
        }
        // The engine looks at the root's outcome.
        graph.Root.Observed = true;
        graph.Unobserved.Remove(graph.Root);
    }

    /// <summary>When the input was written. That of a run in another one's place is older than the run.</summary>
    static DateTimeOffset KeptUtc(RunMemory memory) => memory.State.RestartOf is null ? memory.Info.CreatedUtc : DateTimeOffset.MinValue;

    /// <summary>
    /// Once Run has returned, nothing may be left over: ops that nobody waits for are given up, and code that still runs is cancelled and
    /// waited for.
    /// </summary>
    static void WindUp(RunGraph graph)
    {
        if (graph.Misuse is not null || graph.Root is not { IsSettled: true }) return;
        graph.GiveUpOrphans(graph.RootScope);
        if (graph.Ops.Count > 0) graph.Cancel(graph.RootScope, "The run's Run method has returned.");
        graph.RunUntilParked();
        graph.GiveUpOrphans(graph.RootScope);
    }

    /// <summary>With no op open, nothing from outside can wake the run any more: its methods wait for each other. It must not look as if it ran.</summary>
    static void RefuseDeadlock(RunMemory memory, RunGraph graph)
    {
        if (graph.Misuse is not null || graph.Root is not { IsSettled: false } || memory.State.Ops.Count > 0) return;
        var chain = new List<Durable>();
        for (var waiting = graph.Root; waiting is not null && !chain.Contains(waiting) && chain.Count < 20; waiting = waiting.Dependencies.FirstOrDefault(static d => !d.IsSettled)) chain.Add(waiting);
        graph.RecordMisuse($"Nothing that the run waits for can happen any more; its methods wait for each other: {string.Join(" waits for ", chain.Select(static d => d.Describe()))}.");
    }

    static void End(LiveRun run, RunMemory memory, RunGraph graph, Durable root, DateTimeOffset now, Decision decision)
    {
        var json = graph.Services.Json;
        RunOutcome outcome;
        string? summary = null;
        // What failed unseen fails the run, unless Run has failed itself.
        var error = root.State == DurableState.Failed ? root.Error : root.State == DurableState.Succeeded && graph.Unobserved.Count > 0 ? graph.Unobserved[0].Error : null;
        if (error is not null && ReferenceEquals(error, graph.Uncapturable)) throw graph.Uncapturable;
        if (root.State == DurableState.Cancelled)
        {
            summary = ErrorText.MessageOf(root.Error!);
            outcome = new(RunStatus.Cancelled, default, RunErrors.Encode(root.Error!));
        }
        else if (error is null)
        {
            try
            {
                outcome = new(RunStatus.Completed, memory.Type!.ResultOf(root, json), default);
            }
            catch (HoldfastException unwritable)
            {
                (outcome, summary) = Failed(unwritable);
            }
        }
        else
        {
            (outcome, summary) = Failed(error);
        }
        RunKernel.Decide(memory.State, new RunEvent.Finish(outcome, summary), now, decision);

        static (RunOutcome, string) Failed(Exception error) =>
            (new(RunStatus.Failed, default, RunErrors.Encode(error)), $"{error.GetType().Name}: {ErrorText.MessageOf(error)}");
    }
}
