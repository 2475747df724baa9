using System.Globalization;
using System.Text;
using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>Child runs, from the parent's side: started, told to end, settled.</summary>
static class Children
{
    public static void Start(RunState state, RunEvent.StartChild start, DateTimeOffset now, Decision decision)
    {
        var child = start.Child;
        if (child.Key is { } key)
        {
            var taken = new Outcome(OutcomeKind.Failed, default, $"not started: its key '{key}' is taken by another run of workflow '{child.Workflow}'");
            // Only the store knows. What an earlier run has started, in whose place this one is, or a run above it, gives its key up.
            child = child with { TakesKeyFrom = state.KeysFrom(), WhenKeyTaken = Settling(start.Op.ToString(CultureInfo.InvariantCulture), taken, now) };
        }
        OpNumbers.Take(state, start.Op, decision);
        state.Ops.Add(new ChildOp(start.Op, child.Id, child.Workflow));
        decision.Children.Add(child);
        decision.Note(JournalKind.ChildStarted, start.Op, $"{child.Workflow} {child.Id}");
    }

    public static void Settled(RunState state, StoredMail mail, Decision decision)
    {
        decision.ConsumedMail.Add(mail.Sequence);
        // A parent that gave the child up has no such op any more, and nobody wants the answer.
        if ((Mail.Addressee(state, mail) ?? Named(state, mail.Name)) is not ChildOp child) return;
        Outcome outcome;
        try
        {
            outcome = StateCodec.DecodeOutcome(mail.Payload.Span);
        }
        catch (HoldfastException)
        {
            // The child will not answer twice: to wait on would be to wait for ever.
            var reason = $"the outcome of child {child.Workflow} {child.Child} cannot be read";
            Mail.Bury(mail, reason, decision, child.Id);
            outcome = new(OutcomeKind.Failed, default, reason);
        }
        state.Ops.Remove(child.Id);
        decision.Note(JournalKind.ChildSettled, child.Id, $"{child.Workflow} {child.Child}: {Word(outcome)}");
        decision.Deliveries.Add(new(child.Id, outcome, KeptUtc: mail.Utc));
    }

    static ChildOp? Named(RunState state, string child)
    {
        if (!RunId.TryParse(child, out var id)) return null;
        foreach (var op in state.Ops)
            if (op is ChildOp found && found.Child == id) return found;
        return null;
    }

    /// <summary>Asks the child to cancel, once.</summary>
    public static void AskToCancel(ChildOp child, string reason, DateTimeOffset now, Decision decision)
    {
        if (child.CancelRequested) return;
        child.CancelRequested = true;
        Post(child, MailKind.Cancel, reason, $"cancel:{child.Id.ToString(CultureInfo.InvariantCulture)}", now, decision);
    }

    /// <summary>Ends the child together with its parent.</summary>
    public static void TellTerminate(ChildOp child, string reason, DateTimeOffset now, Decision decision) =>
        // A child has one parent, which ends once: the key needs to name no run.
        Post(child, MailKind.Terminate, reason, "terminate:parent", now, decision);

    /// <summary>Tells the parent, if there is one, how this run ended.</summary>
    public static void TellParent(RunState state, Outcome outcome, DateTimeOffset now, Decision decision)
    {
        if (state.Parent is not { } parent) return;
        var op = parent.Op.ToString(CultureInfo.InvariantCulture);
        decision.Outgoing.Add(new(parent.Run, Settling(op, outcome, now)));
    }

    static NewMail Settling(string op, Outcome outcome, DateTimeOffset now) => new(MailKind.ChildSettled, op, StateCodec.EncodeOutcome(outcome), $"child:{op}", now);

    /// <summary>The same for a run of whose own record not even its parent's op is known: the parent finds it by the child.</summary>
    public static void TellParent(RunId parent, RunId child, string reason, DateTimeOffset now, Decision decision) => decision.Outgoing.Add(
        new(parent, new(MailKind.ChildSettled, child.ToString(), StateCodec.EncodeOutcome(new(OutcomeKind.Failed, default, reason)), $"child:{child}", now)));

    static void Post(ChildOp child, MailKind kind, string reason, string dedupKey, DateTimeOffset now, Decision decision) =>
        decision.Outgoing.Add(new(child.Child, new(kind, "", Encoding.UTF8.GetBytes(reason), dedupKey, now)));

    static string Word(Outcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Succeeded => "completed",
        OutcomeKind.Failed => Line.Of($"failed: {outcome.Summary}"),
        _ => "cancelled",
    };
}
