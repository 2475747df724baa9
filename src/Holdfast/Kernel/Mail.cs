using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>Messages reach a run, each looked at once.</summary>
static class Mail
{
    /// <summary>Looks at a new message.</summary>
    public static void Arrived(RunState state, RunEvent.MailArrived arrived, DateTimeOffset now, Decision decision)
    {
        var mail = arrived.Mail;
        if (mail.Sequence <= state.MailSeen) return;
        state.MailSeen = mail.Sequence;
        // A parked run keeps what comes, of every kind, unconsumed in its mailbox. The inbox is refilled from there on every load,
        // so nothing depends on this process, and the run takes it all, in order, when it goes on.
        if (state.Status == RunStatus.Parked && mail.Kind is not (MailKind.Terminate or MailKind.Unpark or MailKind.Restart)) state.Inbox.Add(mail);
        else Take(state, mail, arrived.CancelGrace, arrived.Epoch, now, decision);
    }

    /// <summary>Takes up what came while the run was parked.</summary>
    public static void TakeKept(RunState state, TimeSpan cancelGrace, long epoch, DateTimeOffset now, Decision decision)
    {
        if (state.Inbox.Count == 0) return;
        StoredMail[] kept = [.. state.Inbox];
        state.Inbox.Clear();
        foreach (var mail in kept) Take(state, mail, cancelGrace, epoch, now, decision);
    }

    public static void Take(RunState state, StoredMail mail, TimeSpan cancelGrace, long epoch, DateTimeOffset now, Decision decision)
    {
        if (Updates.Holds(state, mail))
        {
            state.Inbox.Add(mail);
            return;
        }
        switch (mail.Kind)
        {
            case MailKind.Signal:
                Receive.Signalled(state, mail, decision);
                break;
            case MailKind.ChildSettled:
                Children.Settled(state, mail, decision);
                break;
            case MailKind.Cancel:
                decision.ConsumedMail.Add(mail.Sequence);
                CancelRun.Apply(state, Line.Of(mail.Payload), cancelGrace, now, decision);
                break;
            case MailKind.Terminate:
                decision.ConsumedMail.Add(mail.Sequence);
                Terminate.End(state, Line.Of(mail.Payload), now, decision);
                break;
            case MailKind.Restart:
                Restart.Apply(state, mail, now, decision);
                break;
            case MailKind.Decision:
                InDoubt.Decided(state, mail, epoch, decision);
                break;
            case MailKind.Unpark:
                decision.ConsumedMail.Add(mail.Sequence);
                Parking.Unpark(state, cancelGrace, epoch, now, decision);
                break;
            case MailKind.Update:
                // The runtime calls its code, between two turns.
                state.Inbox.Add(mail);
                break;
            default:
                Bury(mail, $"this version knows no message of kind {(byte)mail.Kind}", decision);
                break;
        }
    }

    /// <summary>Makes a message that nobody can take a dead letter.</summary>
    public static void Bury(StoredMail mail, string reason, Decision decision, long op = 0)
    {
        // The store deletes what is consumed and keeps what is dead: a message is one of both.
        decision.ConsumedMail.Remove(mail.Sequence);
        decision.DeadMail.Add(new(mail.Sequence, reason));
        decision.Note(JournalKind.DeadLetter, op, Line.Of(reason), mail.Sequence);
    }

    /// <summary>The op that a message names, or null when it names none.</summary>
    public static Op? Addressee(RunState state, StoredMail mail) =>
        long.TryParse(mail.Name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && state.Ops.TryGet(number, out var op) ? op : null;
}
