using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Fetches the values that are kept apart by the hash of what they hold.</summary>
static class LargeValues
{
    /// <summary>All that the frames and the steps of a run refer to.</summary>
    public static IEnumerable<BlobHash> NeededBy(StoredRun stored) =>
        GraphReader.BlobsOf(stored.Snapshot).Concat((StateBytes.TryRead(stored.Run.State, out _)?.Ops ?? []).OfType<StepOp>().SelectMany(static step => step.IntentBlobs)).Distinct();

    /// <summary>Whether the codec that they were saved with is here.</summary>
    public static async ValueTask<bool> AreReadableAsync(IStore store, StoredRun stored, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var hash in NeededBy(stored)) await store.LoadBlobAsync(stored.Key, hash, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (HoldfastException error) when (error.Error is HoldfastError.PayloadUnreadable or HoldfastError.CorruptSnapshot)
        {
            return false;
        }
    }

    /// <summary>The value; null when it is not there, or is not what its hash says any more: for whoever needs it that is the same.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadUnreadable"/>: it is there, and its codec is not.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> LoadAsync(IStore store, RunKey run, BlobHash hash, CancellationToken cancellationToken)
    {
        var data = await store.LoadBlobAsync(run, hash, cancellationToken).ConfigureAwait(false);
        return data is { } found && BlobHash.Of(found.Span) == hash ? data : null;
    }
}
