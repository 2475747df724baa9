using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>
/// Puts messages and due times into the order in which they came. A process that was down, or slow, finds both at once; whether a message
/// beat a deadline was decided when it was accepted, not by who is looked at first.
/// </summary>
static class Arrivals
{
    /// <summary>
    /// Adds the messages to the events of the turn, and with them the time that passes. One turn never fires a timer before a message that
    /// came earlier, nor takes a message after a timer that was due before it: the code has to see the one before the other. What does not
    /// fit into this turn is posted for the next.
    /// </summary>
    public static void Add(LiveRun run, RunMemory memory, List<StoredMail> unseen, List<RunEvent> events)
    {
        var engine = run.Engine;
        var epoch = engine.Epoch;
        var due = RunKernel.WakeUtc(memory.State);
        if (unseen.Count == 0 || due is null || due > engine.Time.GetUtcNow())
        {
            foreach (var mail in unseen) events.Add(Arrived(mail));
            return;
        }
        events.RemoveAll(static e => e is RunEvent.TimePassed);
        var early = unseen.TakeWhile(mail => mail.Utc <= due).ToList();
        foreach (var mail in early) events.Add(Arrived(mail));
        if (early.Count == 0) events.Add(new RunEvent.TimePassed(epoch, unseen[0].Utc));
        var isAll = early.Count == unseen.Count;
        // An update is done by the turn after the one that looks at it, and so before any timer that was due later.
        if (isAll && !early.Exists(static mail => mail.Kind == MailKind.Update))
        {
            events.Add(new RunEvent.TimePassed(epoch));
            return;
        }
        if (!isAll) run.TryPost(MailWaiting.Instance);
        run.TryPost(new RunEvent.TimePassed(epoch));

        RunEvent.MailArrived Arrived(StoredMail mail) => new(mail, engine.Options.CancelRunGrace, epoch);
    }
}
