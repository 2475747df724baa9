using Holdfast.Frames;
using Holdfast.Frames.Graph;
using Holdfast.Hosting;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Whether what is saved of a run can be read by the code that is loaded here, without running any of it.</summary>
static class SnapshotCheck
{
    /// <summary>What stands against it, or null.</summary>
    /// <param name="store">Where its large values are; they are fetched if they are needed.</param>
    /// <param name="with">What frames need.</param>
    /// <param name="services">Makes what stands where services were.</param>
    /// <param name="type">The run's workflow.</param>
    /// <param name="stored">The run.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    public static async ValueTask<HoldfastException?> ProblemAsync(IStore store, RunServices with, Func<IInjected> services, WorkflowType type, StoredRun stored, CancellationToken cancellationToken)
    {
        var needed = false;
        var problem = Problem(with, services(), type, stored, _ =>
        {
            needed = true;
            return Array.Empty<byte>();
        });
        // Without its large values a graph can look changed: two keys of a dictionary may be the same empty text. And they may be damaged themselves.
        if (problem is CodeChangedException or MisreadException || !(needed || problem is { Error: HoldfastError.CorruptSnapshot or HoldfastError.NeedsMigration })) return problem;
        var blobs = new Dictionary<BlobHash, ReadOnlyMemory<byte>>();
        try
        {
            foreach (var hash in LargeValues.NeededBy(stored))
                if (await store.LoadBlobAsync(stored.Key, hash, cancellationToken).ConfigureAwait(false) is { } data) blobs[hash] = data;
        }
        catch (HoldfastException error) when (error.Error is HoldfastError.PayloadUnreadable or HoldfastError.CorruptSnapshot)
        {
            return error;
        }
        return Problem(with, services(), type, stored, hash => blobs.TryGetValue(hash, out var data) ? data : (ReadOnlyMemory<byte>?)null);
    }

    static HoldfastException? Problem(RunServices with, IInjected services, WorkflowType type, StoredRun stored, Func<BlobHash, ReadOnlyMemory<byte>?> blobs)
    {
        try
        {
            var state = StateCodec.Decode(stored.Run.State.Span);
            Damaged.CheckResults(state, stored.Results);
            var graph = new RunGraph(with);
            if (!stored.Snapshot.IsEmpty) with.Codec.DecodeRun(stored.Snapshot, blobs, graph, services);
            foreach (var result in stored.Results)
                if (graph.Ops.TryGetValue(result.Op, out var waiting)) Try(() => waiting.Check(new(result.Op, StateCodec.DecodeOutcome(result.Outcome.Span), KeptUtc: DateTimeOffset.MinValue)));
            foreach (var op in state.Ops)
            {
                if (op is not StepOp step) continue;
                if (step.Kind != StepKind.Call) with.Codec.DecodeIntent(step.Intent, blobs, services);
                else if (with.ArgumentOf(step.Handler!) is { } taken) Try(() => with.ReadKept(step.Intent, taken, $"The argument of '{step.Handler}'", step.StartedUtc));
            }
            if (!state.Begun && type.InputType is { } input) Try(() => with.ReadKept(stored.Run.Input, input, $"The input of {type.Name}", stored.Run.CreatedUtc));
            foreach (var mail in stored.Mail) Try(() => Read(mail, with, type, state, graph));
            return null;
        }
        catch (HoldfastException error)
        {
            return error;
        }
    }

    static void Read(StoredMail mail, RunServices with, WorkflowType type, RunState state, RunGraph graph)
    {
        switch (mail.Kind)
        {
            case MailKind.Signal when state.Ops.OfType<ReceiveOp>().FirstOrDefault(r => r.Signal == mail.Name) is { } receive:
                if (graph.Ops.TryGetValue(receive.Id, out var signalled)) signalled.Check(new(receive.Id, Outcome.Done, mail));
                break;
            case MailKind.ChildSettled when Kernel.Mail.Addressee(state, mail) is ChildOp child && graph.Ops.TryGetValue(child.Id, out var settled):
                settled.Check(new(child.Id, StateCodec.DecodeOutcome(mail.Payload.Span), KeptUtc: mail.Utc));
                break;
            case MailKind.Update when type.Updates.TryGetValue(mail.Name, out var update):
                var call = UpdateCall.Decode(mail.Payload);
                update.Read(call.Arguments, call.Parameters, with, mail.Utc);
                break;
            case MailKind.Update when UpdateCode.Missing(with.Registry, type, mail, with.Since) is { } missing:
                throw missing;
        }
    }

    /// <summary>Who has written what never fitted is told so by the run, which goes on.</summary>
    static void Try(Action read)
    {
        try
        {
            read();
        }
        catch (HoldfastException error) when (error.Error == HoldfastError.InvalidPayload)
        {
        }
    }
}
