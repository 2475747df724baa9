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
    /// <param name="with">What frames need.</param>
    /// <param name="services">What stands where services were.</param>
    /// <param name="stored">The run.</param>
    /// <param name="blobs">Its large values; null leaves them empty, for code and types are what is looked at.</param>
    public static HoldfastException? Problem(RunServices with, IInjected services, StoredRun stored, Func<BlobHash, ReadOnlyMemory<byte>?>? blobs = null)
    {
        blobs ??= static _ => Array.Empty<byte>();
        try
        {
            var graph = new RunGraph(with);
            if (!stored.Snapshot.IsEmpty) with.Codec.DecodeRun(stored.Snapshot, blobs, graph, services);
            foreach (var result in stored.Results)
                if (graph.Ops.TryGetValue(result.Op, out var waiting)) waiting.Check(StateCodec.DecodeOutcome(result.Outcome.Span));
            foreach (var op in StateCodec.Decode(stored.Run.State.Span).Ops)
                if (op is StepOp { Kind: not StepKind.Call } step) with.Codec.DecodeIntent(step.Intent, blobs, services);
            return null;
        }
        catch (HoldfastException error)
        {
            return error;
        }
    }
}
