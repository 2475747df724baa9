using Holdfast.Frames;
using Holdfast.Kernel;

namespace Holdfast.Runtime;

/// <summary>Somebody wants to know something of the run. In memory only: who asks is in this process, and asks again after its death.</summary>
/// <param name="What">What people call it.</param>
/// <param name="Look">Looks at the frames, and gives the answer.</param>
/// <param name="Executor">Where the answer is told.</param>
sealed record Question(string What, Func<LiveRun, RunMemory, RunGraph, byte[]> Look, Executor Executor) : RunEvent
{
    public TaskCompletionSource<byte[]> Answer { get; } = new(Executor.Completion);

    public void Fail(Exception error) => Answer.TrySetException(error as HoldfastException
        ?? new HoldfastException(HoldfastError.StoreUnavailable, $"{What} could not be answered, because the run could not be read: {ErrorText.MessageOf(error)}", error));
}

/// <summary>
/// Answers queries between two turns of a run. The turn before has been committed then, so what they see is durable, and nothing
/// of the run runs meanwhile.
/// </summary>
static class Questions
{
    /// <summary>How often a run that vanishes from memory is read again for one question: it is being parked just then.</summary>
    const int LoadsMax = 3;

    /// <summary>Takes the questions out of the events of the next turn; null when there are none.</summary>
    public static List<Question>? TakeOut(List<RunEvent> events)
    {
        List<Question>? found = null;
        foreach (var happened in events)
            if (happened is Question question) (found ??= []).Add(question);
        if (found is not null) events.RemoveAll(static e => e is Question);
        return found;
    }

    public static async ValueTask AnswerAsync(LiveRun run, List<Question> questions)
    {
        foreach (var question in questions)
        {
            // Its time is over.
            if (question.Answer.Task.IsCompleted) continue;
            try
            {
                var memory = await MemoryAsync(run).ConfigureAwait(false);
                if (memory.Graph is null) await Loading.FetchBlobsAsync(run.Engine, memory).ConfigureAwait(false);
                question.Answer.TrySetResult(Look(run, memory, question));
            }
            catch (HoldfastException error)
            {
                question.Fail(error);
            }
        }
    }

    static byte[] Look(LiveRun run, RunMemory memory, Question question)
    {
        var engine = run.Engine;
        var started = engine.Time.GetTimestamp();
        run.Decision.Clear();
        try
        {
            var graph = memory.Graph ??= Loading.Graph(run, memory, engine.Time.GetUtcNow(), run.Decision, begins: !memory.State.Begun);
            return question.Look(run, memory, graph);
        }
        finally
        {
            if (memory.State.Status != RunStatus.Running || engine.DropsFrames()) memory.DropGraph();
            engine.NoteTurn(run.Id, memory.Info.Workflow, started);
        }
    }

    /// <summary>A question for one of the workflow's queries.</summary>
    public static Question Query(MemberCall call, Executor executor) => new($"Query '{call.Name}'", (run, memory, graph) => Ask(run, memory, graph, call), executor);

    static byte[] Ask(LiveRun run, RunMemory memory, RunGraph graph, MemberCall call)
    {
        var engine = run.Engine;
        var member = memory.Type!.Queries.GetValueOrDefault(call.Name) ?? throw new HoldfastException(
            HoldfastError.UnknownMember, $"Run {run.Id} is of workflow '{memory.Type.Name}', version {memory.Type.Version}, which has no query '{call.Name}'. Mark the property or method with [Query].");
        var arguments = member.Read(call.Arguments, call.Parameters, graph.Services, keptUtc: null);
        var before = engine.Codec.EncodeRun(graph).Bytes;
        byte[]? answer = null;
        Exception? thrown = null;
        var mark = engine.Marks.Enter(run.Id);
        try
        {
            // The answer is written within the look: it may be an object of the run, or be computed while it is read.
            answer = graph.Look(() => member.Write(member.Call(graph.Workflow, arguments), engine.Json));
        }
        catch (Exception error)
        {
            thrown = error;
        }
        finally
        {
            engine.Marks.Leave(mark);
        }
        if (!IsUnchanged(engine, graph, before))
        {
            memory.DropGraph();
            throw new HoldfastException(HoldfastError.QueryChangedState, $"Query '{call.Name}' of run {run.Id} changed the run's state. Its changes were thrown away. A query only reads; compute what it needs without assigning fields.");
        }
        return answer ?? throw Failed(run, call, thrown!);
    }

    static bool IsUnchanged(Engine engine, RunGraph graph, byte[] before)
    {
        try
        {
            return engine.Codec.EncodeRun(graph).Bytes.AsSpan().SequenceEqual(before);
        }
        catch (HoldfastException)
        {
            return false;
        }
    }

    /// <summary>The exception itself stays with the run: it may refer to the run's objects.</summary>
    static HoldfastException Failed(LiveRun run, MemberCall call, Exception thrown) => thrown as HoldfastException is { Error: HoldfastError.InvalidPayload } unwritable
        ? unwritable
        : Failed(run, call, thrown.GetType(), ErrorText.Of(thrown));

    static HoldfastException Failed(LiveRun run, MemberCall call, Type type, ErrorText told) => new(
        HoldfastError.QueryFailed, $"Query '{call.Name}' of run {run.Id} threw {type.Name}: {told.Message}", new StepFailedException(type.FullName!, told.Message, told.Stack));

    /// <summary>The run's committed state, read from the store if need be.</summary>
    static async ValueTask<RunMemory> MemoryAsync(LiveRun run)
    {
        var engine = run.Engine;
        for (var loads = 0; run.Memory is null; loads++)
        {
            var row = await engine.Store.GetAsync(run.Id, default).ConfigureAwait(false);
            if (row is null || RunKernel.IsFinished(row.Status)) engine.Forget(run);
            if (row is null) throw new HoldfastException(HoldfastError.UnknownRun, $"There is no run {run.Id} in this store. It may have been removed by retention.");
            if (RunKernel.IsFinished(row.Status))
                throw new HoldfastException(HoldfastError.RunFinished, $"Run {run.Id} has ended as {row.Status}; its state is gone. What it is to be asked for afterwards belongs into its result.");
            if (loads > 0 && await engine.Store.LoadAsync(run.Id, default).ConfigureAwait(false) is { } stored && Loading.Problem(engine, stored) is { } damage)
                throw new HoldfastException(damage.Error, $"Run {run.Id} cannot be asked. {damage.Message}", damage);
            if (loads == LoadsMax) throw new HoldfastException(HoldfastError.StoreUnavailable, $"Run {run.Id} cannot be read at this moment; ask again.");
            (await Turn.RunAsync(run, [TakeUp.Instance]).ConfigureAwait(false))?.StartElsewhere();
        }
        return run.Memory;
    }
}
