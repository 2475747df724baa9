using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Fetches the values that are kept apart by the hash of what they hold.</summary>
static class LargeValues
{
    /// <summary>The value; null when it is not there, or is not what its hash says any more: for whoever needs it that is the same.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> LoadAsync(IStore store, RunKey run, BlobHash hash, CancellationToken cancellationToken)
    {
        var data = await store.LoadBlobAsync(run, hash, cancellationToken).ConfigureAwait(false);
        return data is { } found && BlobHash.Of(found.Span) == hash ? data : null;
    }
}
