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
    public static HoldfastException? Problem(RunServices with, IInjected services, StoredRun stored)
    {
        try
        {
            // Large values are not fetched: code and types are what is looked at.
            if (!stored.Snapshot.IsEmpty) with.Codec.DecodeRun(stored.Snapshot, static _ => Array.Empty<byte>(), new RunGraph(with), services);
            foreach (var op in StateCodec.Decode(stored.Run.State.Span).Ops)
                if (op is StepOp { Kind: not StepKind.Call } step) with.Codec.DecodeIntent(step.Intent, static _ => Array.Empty<byte>(), services);
            return null;
        }
        catch (HoldfastException error)
        {
            return error;
        }
    }
}
