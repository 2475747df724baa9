using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>Signals and the ops that wait for them. Messages are taken in the order in which they came, by ops in the order of their numbers.</summary>
static class Receive
{
    public static void Start(RunState state, RunEvent.StartReceive start, Decision decision)
    {
        OpNumbers.Take(state, start.Op, decision);
        Await(state, start.Op, start.Signal, decision);
    }

    public static void Signalled(RunState state, StoredMail mail, Decision decision)
    {
        foreach (var op in state.Ops)
        {
            if (op is not ReceiveOp receive || receive.Signal != mail.Name) continue;
            state.Ops.Remove(receive.Id);
            Deliver(receive.Id, mail, decision);
            return;
        }
        // Nobody waits yet: an early signal is kept.
        state.Inbox.Add(mail);
    }

    public static void Reject(RunState state, RunEvent.RejectMail reject, Decision decision)
    {
        Invariant.Holds(reject.Op < state.NextOp && !state.Ops.TryGet(reject.Op, out _));
        Mail.Bury(reject.Mail, reject.Reason, decision, reject.Op);
        // The code still waits under the same number, now for the message after the bad one.
        Await(state, reject.Op, reject.Signal, decision);
    }

    static void Await(RunState state, long op, string signal, Decision decision)
    {
        for (var i = 0; i < state.Inbox.Count; i++)
        {
            var mail = state.Inbox[i];
            // What came after an update is not seen before it.
            if (mail.Kind == MailKind.Update) break;
            if (mail.Kind != MailKind.Signal || mail.Name != signal) continue;
            state.Inbox.RemoveAt(i);
            Deliver(op, mail, decision);
            return;
        }
        state.Ops.Restore(new ReceiveOp(op, signal));
        decision.Note(JournalKind.SignalAwaited, op, signal);
    }

    static void Deliver(long op, StoredMail mail, Decision decision)
    {
        decision.ConsumedMail.Add(mail.Sequence);
        decision.Note(JournalKind.SignalReceived, op, mail.Name, mail.Sequence);
        decision.Deliveries.Add(new(op, Outcome.Done, mail));
    }
}
