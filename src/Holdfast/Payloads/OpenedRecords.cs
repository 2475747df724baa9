using Holdfast.Storage;

namespace Holdfast.Payloads;

/// <summary>
/// What the store holds, as whoever reads it gets it. A part that cannot be opened is given as it is stored, beside why: one run without its key must not hide the others.
/// </summary>
static class OpenedRecords
{
    public static StoredRun Of(Envelope envelope, StoredRun stored)
    {
        if (!IsSealed(stored)) return stored;
        HoldfastException? unreadable = null;
        var opened = stored with
        {
            Run = stored.Run with { Input = Open(envelope, stored.Run.Input, ref unreadable), State = Open(envelope, stored.Run.State, ref unreadable) },
            Snapshot = Open(envelope, stored.Snapshot, ref unreadable),
            Results = stored.Results.ToList().ConvertAll(result => result with { Outcome = Open(envelope, result.Outcome, ref unreadable) }),
            Mail = stored.Mail.ToList().ConvertAll(mail => mail with { Payload = Open(envelope, mail.Payload, ref unreadable) }),
            Outcome = Of(envelope, stored.Outcome),
        };
        return opened with { Unreadable = stored.Unreadable ?? unreadable, StateAsStored = stored.Run.State };
    }

    public static RunRow Of(Envelope envelope, RunRow row)
    {
        if (!Envelope.IsSealed(row.State) && row.Outcome is null) return row;
        HoldfastException? unreadable = null;
        return row with { State = Open(envelope, row.State, ref unreadable), Outcome = Of(envelope, row.Outcome), Unreadable = row.Unreadable ?? unreadable };
    }

    public static JournalRow Of(Envelope envelope, JournalRow row)
    {
        if (!Envelope.IsSealed(row.Entries)) return row;
        HoldfastException? unreadable = null;
        return row with { Entries = Open(envelope, row.Entries, ref unreadable), Unreadable = unreadable };
    }

    /// <summary>Of a letter that cannot be opened nothing is shown but why; it stays in the store.</summary>
    public static DeadLetter Of(Envelope envelope, DeadLetter letter)
    {
        try
        {
            return letter with { Mail = letter.Mail with { Payload = envelope.Open(letter.Mail.Payload) }, Reason = envelope.Open(letter.Reason) };
        }
        catch (HoldfastException error)
        {
            return letter with { Mail = letter.Mail with { Payload = default }, Reason = error.Message };
        }
    }

    static RunOutcome? Of(Envelope envelope, RunOutcome? outcome)
    {
        if (outcome is null || !(Envelope.IsSealed(outcome.Result) || Envelope.IsSealed(outcome.Error))) return outcome;
        HoldfastException? unreadable = null;
        return outcome with { Result = Open(envelope, outcome.Result, ref unreadable), Error = Open(envelope, outcome.Error, ref unreadable), Unreadable = unreadable };
    }

    static bool IsSealed(StoredRun stored) =>
        Envelope.IsSealed(stored.Run.State) || Envelope.IsSealed(stored.Run.Input) || Envelope.IsSealed(stored.Snapshot) || stored.Outcome is not null
        || stored.Results.Any(static result => Envelope.IsSealed(result.Outcome)) || stored.Mail.Any(static mail => Envelope.IsSealed(mail.Payload));

    static ReadOnlyMemory<byte> Open(Envelope envelope, ReadOnlyMemory<byte> stored, ref HoldfastException? unreadable)
    {
        try
        {
            return envelope.Open(stored);
        }
        catch (HoldfastException error)
        {
            unreadable ??= error;
            return stored;
        }
    }
}
