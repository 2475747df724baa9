using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Says why a run cannot go on in the code that is loaded here: which workflow, which method, and what changed.</summary>
static class Migration
{
    /// <summary>How the reason of a run begins that waits for its code. Runs parked with it are tried again at every start.</summary>
    public const string Word = "needs migration";

    public static bool IsReasonOf(RunState state) => state.ParkReason?.StartsWith(Word, StringComparison.Ordinal) == true;

    /// <summary>The error's message, with what changed when the store holds a description of the code that the run was saved in.</summary>
    public static async ValueTask<string> ExplainAsync(IStore store, HoldfastException error)
    {
        if (error is not CodeChangedException changed) return error.Message;
        try
        {
            return changed.Explain(await store.LoadCodeAsync(changed.Saved, default).ConfigureAwait(false));
        }
        catch (HoldfastException)
        {
            // That the code is another one stands, also when the store cannot say for now what it was.
            return error.Message;
        }
    }

    /// <summary>The reason for which a run is parked.</summary>
    public static async ValueTask<DiscardReason> ReasonAsync(IStore store, NewRun run, HoldfastException error, string? where = null) =>
        new($"{WordOf(error)}: workflow '{run.Workflow}', version {run.Version}{where}: {await ExplainAsync(store, error).ConfigureAwait(false)}", Terminates: false);

    static string WordOf(HoldfastException error) => error.Error switch
    {
        HoldfastError.CorruptSnapshot => "cannot be loaded",
        HoldfastError.PayloadUnreadable => Damaged.Unreadable,
        _ => Word,
    };
}
