using Holdfast.Storage;

namespace Holdfast.Payloads;

/// <summary>
/// Writes as the store gets them. They are copies: whoever computed a write goes on from the plain one. Made on the thread that brings the write, before it shares a commit with
/// others, so that a codec that is slow, or throws, holds up no other run.
/// </summary>
static class SealedWrites
{
    /// <exception cref="HoldfastException"><see cref="HoldfastError.PayloadNotEncoded"/>.</exception>
    public static StoreWrite Of(Envelope envelope, StoreWrite write) => write switch
    {
        Transition transition => Of(envelope, transition),
        ResultOnly result => Of(envelope, result),
        PostMail post => Of(envelope, post),
        CreateRun create => new CreateRun(Of(envelope, create.Run)) { Epoch = create.Epoch },
        // A transaction step seals its answer itself, for only its work knows it; and pruning carries nothing.
        _ => write,
    };

    static NewRun Of(Envelope envelope, NewRun run) => run with
    {
        Input = envelope.Seal(run.Input),
        State = envelope.Seal(run.State),
        WhenKeyTaken = run.WhenKeyTaken is { } mail ? mail with { Payload = envelope.Seal(mail.Payload) } : null,
    };

    static PostMail Of(Envelope envelope, PostMail post) => new(post.Run, post.Mail with { Payload = envelope.Seal(post.Mail.Payload) }) { Epoch = post.Epoch };

    static ResultOnly Of(Envelope envelope, ResultOnly plain) => new()
    {
        Run = plain.Run,
        Key = plain.Key,
        Epoch = plain.Epoch,
        Utc = plain.Utc,
        Op = plain.Op,
        Outcome = envelope.Seal(plain.Outcome),
        Journal = envelope.Seal(plain.Journal),
        JournalKeep = plain.JournalKeep,
    };

    static Transition Of(Envelope envelope, Transition plain) => new()
    {
        Run = plain.Run,
        Key = plain.Key,
        Revision = plain.Revision,
        Epoch = plain.Epoch,
        Utc = plain.Utc,
        Status = plain.Status,
        WakeUtc = plain.WakeUtc,
        Owed = plain.Owed,
        MailSeen = plain.MailSeen,
        IndexChanged = plain.IndexChanged,
        State = plain.KeepsState ? plain.State : envelope.Seal(plain.State),
        KeepsState = plain.KeepsState,
        // A bare null would become empty frames, by way of the conversion from an array, and remove them.
        Snapshot = plain.Snapshot is { } frames ? envelope.Seal(frames) : default(ReadOnlyMemory<byte>?),
        FoldedResults = plain.FoldedResults,
        ConsumedMail = plain.ConsumedMail,
        Answers = [.. plain.Answers.Select(answer => answer with { Answer = envelope.Seal(answer.Answer) })],
        DeadMail = [.. plain.DeadMail.Select(dead => dead with { Reason = envelope.Seal(dead.Reason) })],
        Outgoing = [.. plain.Outgoing.Select(post => Of(envelope, post))],
        Children = [.. plain.Children.Select(child => Of(envelope, child))],
        SignalsTo = plain.SignalsTo,
        Blobs = [.. plain.Blobs.Select(envelope.Seal)],
        DroppedBlobs = plain.DroppedBlobs,
        // Code is not data of the user's runs, and is kept once for all of them.
        Code = plain.Code,
        Journal = envelope.Seal(plain.Journal),
        JournalKeep = plain.JournalKeep,
        Outcome = plain.Outcome is { } outcome ? outcome with { Result = envelope.Seal(outcome.Result), Error = envelope.Seal(outcome.Error) } : null,
    };
}
