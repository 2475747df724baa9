using Holdfast.Storage;

namespace Holdfast.Sqlite.Writing;

/// <summary>A message by its dedup key. It is known as long as the run, whatever has become of it.</summary>
readonly record struct KnownMail(long Sequence, string Name);

/// <summary>Writes mailboxes.</summary>
sealed class MailRows(Database database)
{
    readonly Statement _post = database.Prepare(
        "INSERT INTO holdfast_mail (k, kind, name, payload, dedup, utc) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING");
    readonly Statement _findDedup = database.Prepare("SELECT seq, name FROM holdfast_mail WHERE k = ?1 AND dedup = ?2");

    // A message without a dedup key leaves nothing behind.
    readonly Statement _delete = database.Prepare("DELETE FROM holdfast_mail WHERE seq = ?1 AND k = ?2 AND state = 0 AND dedup IS NULL");
    readonly Statement _consume = database.Prepare("UPDATE holdfast_mail SET state = 1, payload = NULL WHERE seq = ?1 AND k = ?2 AND state = 0");
    readonly Statement _bury = database.Prepare("UPDATE holdfast_mail SET state = 2, reason = ?3 WHERE seq = ?1 AND k = ?2 AND state = 0");

    // A dead letter that was put back has left its content, and with it its dedup key, to the message that it became. What stays says that it was.
    readonly Statement _isDead = database.Prepare("SELECT dedup FROM holdfast_mail WHERE seq = ?1 AND k = ?2 AND state = 2");
    readonly Statement _copy = database.Prepare(
        "INSERT INTO holdfast_mail (k, kind, name, payload, utc) SELECT k, kind, name, payload, ?3 FROM holdfast_mail WHERE seq = ?1 AND k = ?2 AND state = 2 AND payload IS NOT NULL");
    readonly Statement _empty = database.Prepare("UPDATE holdfast_mail SET payload = NULL, dedup = NULL WHERE seq = ?1");
    readonly Statement _giveDedup = database.Prepare("UPDATE holdfast_mail SET dedup = ?2 WHERE seq = ?1");

    // Signals that nobody has taken, and those that nobody could.
    const string Untaken = "k = ?1 AND kind = ?2 AND (state = 0 OR state = 2) AND payload IS NOT NULL";
    readonly Statement _moveSignals = database.Prepare(
        $"INSERT INTO holdfast_mail (k, kind, name, payload, dedup, utc, state, reason) SELECT ?3, kind, name, payload, dedup, utc, state, reason FROM holdfast_mail WHERE {Untaken} ORDER BY seq");
    readonly Statement _leaveDedup = database.Prepare($"UPDATE holdfast_mail SET state = 1, payload = NULL, reason = NULL WHERE {Untaken} AND dedup IS NOT NULL");
    readonly Statement _leaveNothing = database.Prepare($"DELETE FROM holdfast_mail WHERE {Untaken} AND dedup IS NULL");

    readonly LastNumber _last = new(database, "holdfast_mail", "seq");

    readonly Statement _answer = database.Prepare("UPDATE holdfast_mail SET payload = ?3 WHERE seq = ?1 AND k = ?2 AND state = 1");

    /// <summary>Forgets what was learnt: a transaction was undone, or somebody else wrote to the file.</summary>
    public void Forget() => _last.Forget();

    /// <summary>Puts a message into the box; what has its dedup key, when that is known.</summary>
    public KnownMail? Post(long key, NewMail mail, out long sequence)
    {
        _last.ThrowIfGiven();
        _post.Bind(1, key).Bind(2, (long)mail.Kind).Bind(3, mail.Name).Bind(4, mail.Payload.Span).Bind(5, mail.DedupKey).Bind(6, mail.Utc).Run();
        if (database.Changes > 0)
        {
            sequence = database.LastInsertRowId;
            return null;
        }
        var known = Find(key, mail) ?? default;
        sequence = known.Sequence;
        return known;
    }

    /// <summary>The message that has the dedup key of this one; null when there is none.</summary>
    public KnownMail? Find(long key, NewMail mail)
    {
        if (mail.DedupKey is null) return null;
        KnownMail? known = _findDedup.Bind(1, key).Bind(2, mail.DedupKey).Step() ? new(_findDedup.Long(0), _findDedup.Text(1)) : null;
        _findDedup.Reset();
        return known;
    }

    public void Consume(long key, long sequence)
    {
        _delete.Bind(1, sequence).Bind(2, key).Run();
        if (database.Changes == 0) _consume.Bind(1, sequence).Bind(2, key).Run();
    }

    /// <summary>Keeps the answer in the place of the message; one without a dedup key has left no row to keep it in.</summary>
    public void Answer(long key, MailAnswer answer) => _answer.Bind(1, answer.Sequence).Bind(2, key).Bind(3, answer.Answer.Span).Run();

    /// <summary>Makes a dead letter a message again; null when it is one already. False when there is none.</summary>
    public bool? Redeliver(long key, RedeliverMail again, out long sequence)
    {
        sequence = 0;
        var isDead = _isDead.Bind(1, again.Sequence).Bind(2, key).Step();
        var dedup = isDead && !_isDead.IsNull(0) ? _isDead.Text(0) : null;
        _isDead.Reset();
        if (!isDead) return false;
        _last.ThrowIfGiven();
        _copy.Bind(1, again.Sequence).Bind(2, key).Bind(3, again.Utc).Run();
        if (database.Changes == 0) return null;
        sequence = database.LastInsertRowId;
        _empty.Bind(1, again.Sequence).Run();
        if (dedup is not null) _giveDedup.Bind(1, sequence).Bind(2, dedup).Run();
        return true;
    }

    /// <summary>Gives the signals in a mailbox to another run. Their dedup keys stay known in the first one as well.</summary>
    public void MoveSignals(long from, long to)
    {
        _last.ThrowIfGiven();
        _moveSignals.Bind(1, from).Bind(2, (long)MailKind.Signal).Bind(3, to).Run();
        _leaveDedup.Bind(1, from).Bind(2, (long)MailKind.Signal).Run();
        _leaveNothing.Bind(1, from).Bind(2, (long)MailKind.Signal).Run();
    }

    public void Bury(long key, DeadMail dead) => _bury.Bind(1, dead.Sequence).Bind(2, key).Bind(3, dead.Reason).Run();
}
