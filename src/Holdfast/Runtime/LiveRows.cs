using System.Runtime.CompilerServices;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Reads all runs that stand so, a page at a time, so that the writer beside it is not held up.</summary>
static class LiveRows
{
    const int PageMax = 1_000;

    /// <summary>The rows, newest first, each with its state; null where that cannot be read.</summary>
    public static async IAsyncEnumerable<(RunRow Row, RunState? State)> ReadAsync(IStore store, RunStatus status, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunId? before = null;
        while (true)
        {
            var page = await store.ListAsync(new() { Status = status, Before = before, Limit = PageMax }, cancellationToken).ConfigureAwait(false);
            foreach (var row in page) yield return (row, StateBytes.TryRead(row.State, out _));
            if (page.Count < PageMax) yield break;
            before = page[^1].Id;
        }
    }
}
