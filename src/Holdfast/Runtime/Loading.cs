using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Reads runs back from the store, and frames back from their snapshots.</summary>
static class Loading
{
    /// <summary>
    /// Brings a run's memory up to the store, and replaces the notices among the events by what the store says. Null when there is no
    /// such run, or it cannot be read and was set aside.
    /// </summary>
    public static async ValueTask<RunMemory?> PrepareAsync(LiveRun run, List<RunEvent> events)
    {
        var engine = run.Engine;
        var created = JustCreated(run, events);
        var stored = created ?? await engine.Store.LoadAsync(run.Id, default).ConfigureAwait(false);
        if (stored is null)
        {
            engine.Forget(run);
            return null;
        }
        if (stored.Unreadable is { } unreadable)
        {
            await SetAsideAsync(run, stored, events, unreadable).ConfigureAwait(false);
            return null;
        }
        var epoch = engine.Epoch;
        if (run.Memory is not { } memory)
        {
            var prelude = new List<RunEvent> { new RunEvent.Recover(epoch, null, stored.Results) };
            try
            {
                memory = MemoryOf(engine, stored);
                memory.IsAssumed = created is not null;
                foreach (var result in stored.Results) prelude.Add(new RunEvent.ResultStored(result.Op, StateCodec.DecodeOutcome(result.Outcome.Span)));
            }
            catch (HoldfastException error) when (error.Error == HoldfastError.CorruptSnapshot)
            {
                await SetAsideAsync(run, stored, events, error).ConfigureAwait(false);
                return null;
            }
            if (memory.State.Ops.Any(op => op is StepOp step && step.Epoch > epoch))
            {
                // A later owner has asked for this step, and runs it: to begin it here needs no write that would be refused.
                engine.LostOwnership(run.Id, new(Verdict.Stale, run.Id));
                return null;
            }
            run.Memory = memory;
            if (engine.TakeMarks(run.Id) is { } marks && !await CountDeathAsync(run, memory, marks, stored.Results).ConfigureAwait(false))
            {
                // What is in memory ran ahead of the store, and is read again. The death stays uncounted: the store has said why.
                return engine.Failure is null ? await PrepareAsync(run, events).ConfigureAwait(false) : null;
            }
            memory.Unfolded.AddRange(stored.Results);
            if (RunKernel.NextUpdate(memory.State) is null) prelude.Add(new RunEvent.TimePassed(epoch));
            else run.TryPost(new RunEvent.TimePassed(epoch));
            events.InsertRange(0, prelude);
        }
        var unseen = stored.Mail.Where(mail => mail.Sequence > memory.State.MailSeen).ToList();
        var unparks = unseen.Exists(static mail => mail.Kind == MailKind.Unpark);
        Arrivals.Add(run, memory, unseen, events);
        if (unparks && memory.State.Status == RunStatus.Parked) TakeKeptResults(memory, stored, events);
        return memory;
    }

    /// <summary>What the store has of a run that was created just now, unless something has come to it since.</summary>
    static StoredRun? JustCreated(LiveRun run, List<RunEvent> events) => run.Memory is null && events is [JustCreated created] ? created.Stored : null;

    /// <summary>The run cannot be read; or it is in memory, and a message has come that cannot be decoded here. What its steps have just done is kept first.</summary>
    static async ValueTask SetAsideAsync(LiveRun run, StoredRun stored, List<RunEvent> events, HoldfastException unreadable)
    {
        await Parked.KeepResultsAsync(run, stored.Key, run.Memory?.State, events, run.Engine.Time.GetUtcNow()).ConfigureAwait(false);
        run.Memory?.DropGraph();
        run.Memory = null;
        await Damaged.SetAsideAsync(run, stored, unreadable).ConfigureAwait(false);
    }

    /// <summary>While a run was parked, its results were kept beside the state and not taken: it takes them once it goes on.</summary>
    static void TakeKeptResults(RunMemory memory, StoredRun stored, List<RunEvent> events)
    {
        memory.Unfolded.Clear();
        memory.Unfolded.AddRange(stored.Results);
        foreach (var result in stored.Results) events.Add(new RunEvent.ResultStored(result.Op, StateCodec.DecodeOutcome(result.Outcome.Span)));
    }

    /// <summary>
    /// Counts a death of the process while this run's code was running, in a commit of its own before any of that code runs again: if it
    /// kills this process too, the next one knows. False when the store has not taken it.
    /// </summary>
    static async ValueTask<bool> CountDeathAsync(LiveRun run, RunMemory memory, IReadOnlyList<Mark> marks, IReadOnlyList<StoredResult> results)
    {
        var engine = run.Engine;
        if (memory.State.Status != RunStatus.Running) return true;
        var now = engine.Time.GetUtcNow();
        var decision = new Decision();
        var deaths = new Deaths(marks, engine.Options.CrashesMax, engine.Options.CrashesInStepMax);
        RunKernel.Decide(memory.State, new RunEvent.Recover(engine.Epoch, deaths, results), now, decision);
        if (!await Parked.CommitStateAsync(run, memory, decision, now).ConfigureAwait(false)) return false;
        if (memory.State.Status == RunStatus.Parked) engine.NoteParked(run.Id, memory.State.ParkReason!);
        return true;
    }

    /// <summary>What stands against taking the run up from its record, or null.</summary>
    public static HoldfastException? Problem(Engine engine, StoredRun stored)
    {
        if (stored.Unreadable is { } unreadable) return unreadable;
        try
        {
            MemoryOf(engine, stored);
            foreach (var result in stored.Results) StateCodec.DecodeOutcome(result.Outcome.Span);
            return null;
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.CorruptSnapshot)
        {
            return error;
        }
    }

    static RunMemory MemoryOf(Engine engine, StoredRun stored)
    {
        var state = StateCodec.Decode(stored.Run.State.Span);
        Damaged.CheckStatus(state, stored.Status);
        Damaged.CheckResults(state, stored.Results);
        foreach (var mail in stored.Mail)
            if (mail.Sequence <= state.MailSeen) state.Inbox.Add(mail);
        var memory = new RunMemory
        {
            Info = stored.Run,
            Key = stored.Key,
            Type = engine.Registry.Find(stored.Run.Workflow, stored.Run.Version),
            State = state,
            StateBytes = stored.Run.State,
            Snapshot = stored.Snapshot,
            Revision = stored.Revision,
            StoredStatus = stored.Status,
            StoredWake = stored.WakeUtc,
            StoredOwed = stored.Owed,
            SnapshotBlobs = GraphReader.BlobsOf(stored.Snapshot),
        };
        memory.Blobs.UnionWith(memory.SnapshotBlobs);
        foreach (var op in state.Ops)
            if (op is StepOp step) memory.Blobs.UnionWith(step.IntentBlobs);
        return memory;
    }

    /// <summary>Fetches the large values that the frames refer to, before the synchronous part of a turn needs them.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadUnreadable"/>.</exception>
    public static async ValueTask FetchBlobsAsync(Engine engine, RunMemory memory)
    {
        foreach (var hash in memory.SnapshotBlobs)
            if (!memory.FetchedBlobs.ContainsKey(hash) && await LargeValues.LoadAsync(engine.Store, memory.Key, hash, default).ConfigureAwait(false) is { } data)
                memory.FetchedBlobs[hash] = data;
    }

    /// <summary>The same; and why the turn cannot be run, or null.</summary>
    public static async ValueTask<DiscardReason?> TryFetchBlobsAsync(Engine engine, RunMemory memory)
    {
        try
        {
            await FetchBlobsAsync(engine, memory).ConfigureAwait(false);
            return null;
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.PayloadUnreadable)
        {
            return new(Damaged.ReasonOf(error), Terminates: false);
        }
    }

    /// <summary>The live frames of a run: read from its snapshot, or empty before its first turn.</summary>
    public static RunGraph Graph(LiveRun run, RunMemory memory, DateTimeOffset now, Decision decision, bool begins)
    {
        var engine = run.Engine;
        var type = memory.Type ?? throw new HoldfastException(
            HoldfastError.UnknownWorkflow, $"No workflow '{memory.Info.Workflow}', version {memory.Info.Version}, is registered here.{Hosting.WorkflowType.WhyNot(memory.Info.Workflow, memory.Info.Version, engine.Registry.All)} Register its class again, or start the build that has it.");
        var services = new ServiceLease(engine, type);
        var graph = new RunGraph(engine.Services(memory.Info))
        {
            State = memory.State,
            Decision = decision,
            Now = now,
            Epoch = engine.Epoch,
        };
        try
        {
            if (memory.Snapshot.IsEmpty)
            {
                // Without its frames nothing would ever go on, and it would look as if it ran.
                if (!begins) throw GraphErrors.Corrupt("the frames are missing");
                graph.Workflow = services.CreateWorkflow(type.Type);
            }
            else
            {
                engine.Codec.DecodeRun(memory.Snapshot, hash => memory.FetchedBlobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null, graph, services);
                memory.FetchedBlobs.Clear();
                // Results beside the snapshot were taken by joins before; no frame could run on them, so none does now. The ones that this
                // very turn brings come as deliveries. A parked run takes none until it goes on: code could run on them that nobody may run now.
                foreach (var result in memory.State.Status == RunStatus.Running ? memory.Unfolded : [])
                    if (!decision.Deliveries.Exists(d => d.Op == result.Op) && graph.Ops.Remove(result.Op, out var durable))
                        durable.Deliver(new(result.Op, StateCodec.DecodeOutcome(result.Outcome.Span), KeptUtc: DateTimeOffset.MinValue));
            }
        }
        catch
        {
            services.Dispose();
            throw;
        }
        graph.Services.Injected = services.Injected;
        memory.Services = services;
        return graph;
    }
}
