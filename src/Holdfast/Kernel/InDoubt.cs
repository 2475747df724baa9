using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A person or a policy decides about a step that may or may not have happened.</summary>
static class InDoubt
{
    const System.Globalization.NumberStyles Digits = System.Globalization.NumberStyles.None;

    public static void Decided(RunState state, StoredMail mail, long epoch, Decision decision)
    {
        decision.ConsumedMail.Add(mail.Sequence);
        if (Doubted(state, mail.Name) is not { } step)
        {
            decision.Note(JournalKind.StepDecided, 0, Line.Of($"ignored: {mail.Name} is not in doubt"), mail.Sequence);
            return;
        }
        if (mail.Payload.IsEmpty) TryAgain(state, step, epoch, decision);
        else Settle(state, step, mail, decision);
    }

    /// <summary>The steps in doubt of a run; of one whose state cannot be read, none that anybody knows of.</summary>
    public static IEnumerable<StepOp> StepsOf(RunState? state)
    {
        foreach (var op in state?.Ops ?? [])
            if (op is StepOp { Phase: StepPhase.InDoubt } step) yield return step;
    }

    /// <summary>How a decision names what it is about: the op, and the attempt that was in doubt when it was decided.</summary>
    public static string NameOf(long op, int attempt) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{op}/{attempt}");

    /// <summary>
    /// A decision is about one attempt. One that still lies in the mailbox when the next attempt has been made, and cut off, says nothing
    /// about that one: to follow it could repeat the step. A name without an attempt means whichever is in doubt.
    /// </summary>
    static StepOp? Doubted(RunState state, string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (!long.TryParse(slash < 0 ? name : name.AsSpan(0, slash), Digits, null, out var op)) return null;
        if (!state.Ops.TryGet(op, out var found) || found is not StepOp { Phase: StepPhase.InDoubt } step) return null;
        if (slash < 0) return step;
        return int.TryParse(name.AsSpan(slash + 1), Digits, null, out var attempt) && attempt == step.Attempt ? step : null;
    }

    static void TryAgain(RunState state, StepOp step, long epoch, Decision decision)
    {
        if (step.CancelGraceUtc is not null)
        {
            // "Try again" says that it need not have happened, and the run wanted it gone in the meantime: it does not start.
            decision.Note(JournalKind.StepDecided, step.Id, $"{step.Label}: not tried again, for it was asked to cancel", step.Attempt);
            Steps.Settle(state, step, Outcome.Cancelled("cancelled while in doubt"), decision);
            return;
        }
        decision.Note(JournalKind.StepDecided, step.Id, $"{step.Label}: try again", step.Attempt);
        step.Attempt++;
        Steps.Run(step, epoch, decision);
    }

    static void Settle(RunState state, StepOp step, StoredMail mail, Decision decision)
    {
        Outcome outcome;
        try
        {
            outcome = StateCodec.DecodeOutcome(mail.Payload.Span);
        }
        catch (HoldfastException)
        {
            // The doubt stays, and may be decided by another message.
            Mail.Bury(mail, $"the decision about op {step.Id} cannot be read", decision, step.Id);
            return;
        }
        decision.Note(JournalKind.StepDecided, step.Id, Line.Of($"{step.Label}: {outcome.Kind} {outcome.Summary}".TrimEnd()), step.Attempt);
        Steps.Settle(state, step, outcome, decision, mail.Utc);
    }
}
