using Holdfast.Storage;

namespace Holdfast.Kernel;

/// <summary>A person or a policy decides about a step that may or may not have happened.</summary>
static class InDoubt
{
    public static void Decided(RunState state, StoredMail mail, long epoch, Decision decision)
    {
        decision.ConsumedMail.Add(mail.Sequence);
        if (Mail.Addressee(state, mail) is not StepOp { Phase: StepPhase.InDoubt } step)
        {
            decision.Note(JournalKind.StepDecided, 0, Line.Of($"ignored: op {mail.Name} is not in doubt"), mail.Sequence);
            return;
        }
        if (mail.Payload.IsEmpty) TryAgain(state, step, epoch, decision);
        else Settle(state, step, mail, decision);
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
        Steps.Settle(state, step, outcome, decision);
    }
}
