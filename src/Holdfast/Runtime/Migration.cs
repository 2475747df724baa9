using Holdfast.Frames.Graph;
using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Says why a run cannot go on in the code that is loaded here: which workflow, which method, and what changed.</summary>
static class Migration
{
    /// <summary>How the reason of a run begins that waits for its code.</summary>
    public const string Word = "needs migration";

    /// <summary>How the reason of a run begins that cannot be read, or whose workflow cannot be made.</summary>
    public const string Unloadable = "cannot be loaded";

    /// <summary>Whether the run can go on as soon as what is saved of it can be read: it needs its code, or was taken for damaged, perhaps by a build that did not know better. Runs parked for such a reason are tried again at every start.</summary>
    public static bool IsReason(string? parked) => parked is not null && (parked.StartsWith(Word, StringComparison.Ordinal) || (parked.StartsWith(Unloadable, StringComparison.Ordinal) && parked.Contains(GraphErrors.Damaged, StringComparison.Ordinal)));

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
        HoldfastError.CorruptSnapshot => Unloadable,
        HoldfastError.PayloadUnreadable => Damaged.Unreadable,
        _ => Word,
    };
}
