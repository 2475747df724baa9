using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>
/// Updates from outside. An update runs code between two turns, so it ends the mail of the turn that looks at it: whatever comes after it is
/// held in the inbox until it was taken.
/// </summary>
static class Updates
{
    /// <summary>The update that is next, or null. Everything that came before it has been taken.</summary>
    public static StoredMail? Next(RunState state)
    {
        if (state.Status != RunStatus.Running) return null;
        foreach (var mail in state.Inbox)
            if (mail.Kind == MailKind.Update) return mail;
        return null;
    }

    /// <summary>Whether a message has to wait behind an update. What ends a run or takes it up again waits for nothing.</summary>
    public static bool Holds(RunState state, StoredMail mail) => state.Inbox.Count > 0 && mail.Kind is not (MailKind.Terminate or MailKind.Unpark) && Next(state) is not null;

    public static void Taken(RunState state, RunEvent.UpdateTaken taken, DateTimeOffset now, Decision decision)
    {
        var at = state.Inbox.FindIndex(mail => mail.Sequence == taken.Sequence);
        Invariant.Holds(at >= 0 && state.Inbox[at].Kind == MailKind.Update);
        var update = state.Inbox[at];
        StoredMail[] held = [.. state.Inbox.Skip(at + 1)];
        state.Inbox.RemoveRange(at, state.Inbox.Count - at);
        decision.ConsumedMail.Add(update.Sequence);
        // Its code came to an end, so it is not what ends the processes.
        state.Crashes = 0;
        (decision.Answers ??= []).Add(new(update.Sequence, StateCodec.EncodeOutcome(taken.Outcome)));
        if (taken.Outcome.Kind == OutcomeKind.Succeeded) decision.Note(JournalKind.Updated, 0, update.Name, update.Sequence);
        else decision.Note(JournalKind.UpdateRejected, 0, Line.Of($"{update.Name}: {taken.Outcome.Summary}"), update.Sequence);
        foreach (var mail in held) Mail.Take(state, mail, taken.CancelGrace, taken.Epoch, now, decision);
    }
}
