using Holdfast.Kernel;
using Holdfast.Payloads;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Runs whose saved record cannot be read: it is damaged, of a later format, or was saved with a codec that is not here. They are parked like others that cannot go on, but their bytes stay as they are: a newer build, or
/// a person, may still make something of them.
/// </summary>
static class Damaged
{
    /// <summary>Why a run is parked whose record is readable, and was not when it was parked: an older build may have parked it.</summary>
    public const string ReadableAgain = "its saved record could not be read, and can be now";

    /// <summary>How the reason of a run begins that was saved with a codec that is not here. Runs parked with it are tried again at every start.</summary>
    public const string Unreadable = "unreadable";

    public static bool IsUnreadable(RunState state) => state.ParkReason?.StartsWith(Unreadable, StringComparison.Ordinal) == true;

    /// <summary>Parks the run with what stands against reading it, or ends it, if that was asked for.</summary>
    public static async ValueTask SetAsideAsync(LiveRun run, StoredRun stored, HoldfastException error)
    {
        var engine = run.Engine;
        if (RunKernel.IsFinished(stored.Status))
        {
            engine.Forget(run);
            return;
        }
        var now = engine.Time.GetUtcNow();
        var decision = new Decision();
        var reason = ReasonOf(error);
        var seen = 0L;
        foreach (var mail in stored.Mail)
        {
            seen = Math.Max(seen, mail.Sequence);
            // Asked to go on, it has tried to.
            if (mail.Kind is MailKind.Unpark or MailKind.Terminate) decision.ConsumedMail.Add(mail.Sequence);
        }
        var state = StateBytes.TryRead(stored.Run.State, out _);
        if (stored.Mail.FirstOrDefault(static mail => mail.Kind == MailKind.Terminate) is { } terminate)
        {
            state ??= new() { MailSeen = seen };
            if (stored.Run.Parent is { } parent && state.Parent is null) Children.TellParent(parent, run.Id, "terminated: its record could not be read", now, decision);
            Terminate.End(state, Envelope.IsSealed(terminate.Payload) ? "" : Line.Of(terminate.Payload), now, decision);
        }
        else
        {
            if (stored.Status == RunStatus.Parked && decision.ConsumedMail.Count == 0 && !stored.Owed) return;
            // What a codec is missing for stays as it is, readable or not: all of it is taken up again at once.
            if (stored.Unreadable is not null) state = null;
            if (state is { Status: RunStatus.Running or RunStatus.Parked }) RunKernel.Decide(state, new RunEvent.Park(reason), now, decision);
            else decision.Note(JournalKind.Parked, 0, Line.Of(reason));
        }
        var answer = await engine.Committer.CommitAsync(new Transition
        {
            Run = run.Id,
            Key = stored.Key,
            Revision = stored.Revision,
            Epoch = engine.Epoch,
            Utc = now,
            Status = decision.Outcome?.Status ?? RunStatus.Parked,
            WakeUtc = null,
            Owed = false,
            MailSeen = seen,
            IndexChanged = true,
            State = state is not null ? StateBytes.Of(state) : stored.Unreadable is null ? stored.Run.State : stored.StateAsStored,
            KeepsState = state is null,
            // A bare null would become empty frames, by way of the conversion from an array, and remove them.
            Snapshot = decision.Outcome is null ? default(ReadOnlyMemory<byte>?) : default(ReadOnlyMemory<byte>),
            ConsumedMail = decision.ConsumedMail,
            Outgoing = decision.Outgoing,
            Journal = StateBytes.Of(decision.Journal),
            Outcome = decision.Outcome,
        }).ConfigureAwait(false);
        if (answer.Verdict != Verdict.Committed) engine.LostOwnership(run.Id, answer);
        else if (decision.Outcome is { } outcome)
        {
            // Which of them the record names is not known.
            foreach (var attempt in run.Attempts.Values) attempt.Cancel();
            engine.Finished(run, outcome);
        }
        else engine.NoteParked(run.Id, reason);
        foreach (var mail in decision.Outgoing) engine.MailPosted(mail.Run);
    }

    /// <summary>What people are told of it, also where nobody has tried to take the run up yet.</summary>
    public static string ReasonOf(HoldfastException error) => $"{(error.Error == HoldfastError.PayloadUnreadable ? Unreadable : "cannot be loaded")}: {error.Message}";

    /// <summary>How the row of a run contradicts its record, or null. A run that was set aside is parked by its row alone.</summary>
    public static HoldfastException? Contradiction(RunState state, RunStatus stored) =>
        state.Status == stored || (stored == RunStatus.Parked && state.Status == RunStatus.Running) ? null
        : new(HoldfastError.CorruptSnapshot, $"The engine's own record says that the run is {state.Status}, and its row says {stored}. Restore it from a backup.");

    /// <summary>What the row of a run says that the record in it must say too.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/>: they contradict each other.</exception>
    public static void CheckStatus(RunState state, RunStatus stored)
    {
        if (state.Status == stored) return;
        if (Contradiction(state, stored) is { } error) throw error;
        state.Status = RunStatus.Parked;
        state.ParkReason = ReadableAgain;
    }

    /// <summary>What lies beside a run's record must be of steps. Of one that has been given up meanwhile it may be, and of a number that was never given it may not.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.CorruptSnapshot"/>: it is not.</exception>
    public static void CheckResults(RunState state, IReadOnlyList<StoredResult> results)
    {
        for (var i = 0; i < results.Count; i++)
        {
            var op = results[i].Op;
            if (op <= 0 || op >= state.NextOp || (state.Ops.TryGet(op, out var of) && of is not StepOp))
                throw new HoldfastException(HoldfastError.CorruptSnapshot, $"A result is kept of op {op}, which is no step of the run. Restore it from a backup.");
        }
    }
}
