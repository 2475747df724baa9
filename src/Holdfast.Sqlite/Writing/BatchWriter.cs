using Holdfast.Storage;

namespace Holdfast.Sqlite.Writing;

/// <summary>A write that breaks a rule of the store. What it did so far is undone, and it alone is refused.</summary>
sealed class WriteRefused(string reason) : Exception(reason)
{
    /// <summary>It took too long, which another time it may not.</summary>
    public bool IsOverdue { get; init; }
}

/// <summary>Applies writes inside the open transaction. The checks of a write come before its first change.</summary>
sealed class BatchWriter(Database database, GuestConnection guest, JournalRows journal)
{
    /// <summary>More often than any store is taken over. A number beyond it was never given, and the next one could not be told from it.</summary>
    const long EpochMax = 1 << 22;

    readonly RunRows _runs = new(database);
    readonly MailRows _mail = new(database);
    readonly ValueRows _values = new(database);
    readonly PruneRows _prune = new(database, journal);
    readonly Statement _readEpoch = database.Prepare("SELECT value FROM holdfast_meta WHERE name = 'epoch'");
    readonly Statement _putMeta = database.Prepare("UPDATE holdfast_meta SET value = ?2 WHERE name = ?1");
    readonly Statement _readVersion = database.Prepare("PRAGMA data_version");
    long _epoch;
    long _version;

    /// <summary>Reads under which epoch writes are taken: in the transaction, because whoever took over wrote it into the same file.</summary>
    public void BeginBatch()
    {
        // Changes when another connection has written, and only then; so what is remembered is what reading would find.
        _readVersion.Step();
        var version = _readVersion.Long(0);
        _readVersion.Reset();
        if (version != _version) Forget();
        _version = version;
        _epoch = _readEpoch.Step() && _readEpoch.IsLong(0) ? _readEpoch.Long(0) : -1;
        _readEpoch.Reset();
    }

    public long RaiseEpoch(string owner)
    {
        BeginBatch();
        if (_epoch is < 0 or >= EpochMax)
            throw new HoldfastException(HoldfastError.StoreCorrupt, "The store is damaged: the number of times that it was taken over is missing, or was never given. Stop, copy the file away, and restore it from a backup.");
        _putMeta.Bind(1, "epoch").Bind(2, ++_epoch).Run();
        _putMeta.Bind(1, "owner").Bind(2, owner).Run();
        _values.StartEpoch(_epoch);
        return _epoch;
    }

    /// <summary>A small change, to see whether a commit goes through.</summary>
    public void Probe() => _putMeta.Bind(1, "probe").Bind(2, Environment.TickCount64).Run();

    /// <summary>Forgets what was learnt: a transaction was undone, or somebody else wrote to the file.</summary>
    public void Forget()
    {
        _runs.Forget();
        _mail.Forget();
    }

    /// <param name="write">What to apply.</param>
    /// <param name="savepoint">The savepoint around this write; only a batch with work of users has them.</param>
    public WriteResult Apply(StoreWrite write, string? savepoint) => write switch
    {
        Transition transition => Advance(transition),
        ResultOnly result => Keep(result),
        PostMail post => post.Epoch is { } epoch && epoch != _epoch ? new(Verdict.Stale, post.Run) : Post(post),
        RedeliverMail again => again.Epoch == _epoch ? Redeliver(again) : new(Verdict.Stale, again.Run),
        CreateRun create => create.Epoch is { } epoch && epoch != _epoch ? new(Verdict.Stale, create.Run.Id) : _runs.Create(create.Run),
        TransactionStep step => RunStep(step, savepoint!),
        ClientTransaction transaction => Run(transaction, savepoint!),
        PruneRuns prune => prune.Epoch == _epoch ? new(Verdict.Committed, Pruned: _prune.Prune(prune)) : new(Verdict.Stale),
        _ => throw new ArgumentException($"The store does not know the write {write?.GetType().Name ?? "null"}."),
    };

    WriteResult Post(PostMail post)
    {
        if (_runs.Find(post.Run) is not { } head) return new(Verdict.UnknownRun, post.Run);
        var sequence = 0L;
        // A message that was kept is known, also when the run has ended since: whoever sends it again must not hear that it came to nothing.
        if ((head.IsFinished ? _mail.Find(head.Key, post.Mail) : _mail.Post(head.Key, post.Mail, out sequence)) is { } known)
            return new(Verdict.Duplicate, post.Run, new(head.Key), known.Sequence, KnownName: known.Name);
        if (head.IsFinished) return new(Verdict.Finished, post.Run, new(head.Key));
        _runs.Owe(head.Key);
        return new(Verdict.Committed, post.Run, new(head.Key), sequence);
    }

    WriteResult Redeliver(RedeliverMail again)
    {
        if (_runs.Find(again.Run) is not { } head) return new(Verdict.UnknownRun, again.Run);
        if (head.IsFinished) return new(Verdict.Finished, again.Run, new(head.Key));
        var isPutBack = _mail.Redeliver(head.Key, again, out var sequence);
        if (isPutBack is null) return new(Verdict.Duplicate, again.Run, new(head.Key));
        if (isPutBack is false) return new(Verdict.UnknownMail, again.Run, new(head.Key));
        _runs.Owe(head.Key);
        return new(Verdict.Committed, again.Run, new(head.Key), sequence);
    }

    WriteResult Advance(Transition next)
    {
        if (Check(next.Epoch, next.Key, next.Revision, out var head) is var verdict and not Verdict.Committed) return new(verdict, next.Run, next.Key);

        // Indexed, because enumerating an interface allocates, and nearly always there is nothing to enumerate.
        for (var i = 0; i < next.ConsumedMail.Count; i++) _mail.Consume(head.Key, next.ConsumedMail[i]);
        for (var i = 0; i < next.Answers.Count; i++) _mail.Answer(head.Key, next.Answers[i]);
        for (var i = 0; i < next.DeadMail.Count; i++) _mail.Bury(head.Key, next.DeadMail[i]);
        var told = 0L;
        for (var i = 0; i < next.Children.Count; i++) StartChild(next.Children[i], head.Key, ref told);
        if (next.SignalsTo is { } heir) _mail.MoveSignals(head.Key, _runs.Find(heir)!.Value.Key);
        for (var i = 0; i < next.Outgoing.Count; i++) Post(next.Outgoing[i]);
        for (var i = 0; i < next.Code.Count; i++) _values.PutCode(next.Code[i]);
        if (next.Outcome is not null) _values.DropResults(head.Key);
        else for (var i = 0; i < next.FoldedResults.Count; i++) _values.DropResult(head.Key, next.FoldedResults[i]);

        var (sequence, last) = journal.Append(head, next.Utc, next.Journal.Span, next.JournalKeep);
        if (next.Outcome is { } outcome)
        {
            _values.DropBlobs(head.Key);
            _runs.End(head, next, outcome, sequence, last);
            _prune.Enqueue(head.Key, next.Utc);
        }
        else
        {
            for (var i = 0; i < next.Blobs.Count; i++) _values.PutBlob(head.Key, next.Blobs[i]);
            for (var i = 0; i < next.DroppedBlobs.Count; i++) _values.DropBlob(head.Key, next.DroppedBlobs[i]);
            _runs.Advance(head, next, sequence, last);
        }
        return new(Verdict.Committed, next.Run, next.Key, told);
    }

    WriteResult Keep(ResultOnly result)
    {
        if (Check(result.Epoch, result.Key, revision: null, out var head) is var verdict and not Verdict.Committed) return new(verdict, result.Run, result.Key);
        if (!_values.PutResult(head.Key, result.Op, result.Outcome.Span)) return new(Verdict.Duplicate, result.Run, result.Key);
        Note(head, result.Utc, result.Journal.Span, result.JournalKeep);
        return new(Verdict.Committed, result.Run, result.Key);
    }

    WriteResult RunStep(TransactionStep step, string savepoint)
    {
        if (Check(step.Epoch, step.Key, revision: null, out var head) is var verdict and not Verdict.Committed) return new(verdict, step.Run, step.Key);
        if (_values.HasResult(head.Key, step.Op)) return new(Verdict.Duplicate, step.Run, step.Key);

        var answer = guest.Run(step.Work);
        if (!answer.Keep || (step.SettlesOp && answer.Outcome is null)) database.Execute($"ROLLBACK TO {savepoint}");
        if (!step.SettlesOp) return new(answer.Keep ? Verdict.Committed : Verdict.Undone, step.Run, step.Key);
        if (answer.Outcome is not { } outcome) return new(Verdict.Undone, step.Run, step.Key);
        _values.PutResult(head.Key, step.Op, outcome.Span);
        Note(head, step.Utc, answer.Journal.Span, step.JournalKeep);
        return new(Verdict.Committed, step.Run, step.Key, Outcome: outcome);
    }

    WriteResult Run(ClientTransaction transaction, string savepoint)
    {
        if (transaction.Epoch != _epoch) return new(Verdict.Stale);
        if (guest.Run(connection => new(transaction.Work(connection), null, default)).Keep) return new(Verdict.Committed);
        database.Execute($"ROLLBACK TO {savepoint}");
        return new(Verdict.Undone);
    }

    void Note(in RunHead head, DateTimeOffset utc, ReadOnlySpan<byte> entries, int keep)
    {
        var (sequence, last) = journal.Append(head, utc, entries, keep);
        _runs.Touch(head, utc, sequence, last);
    }

    /// <param name="child">The child.</param>
    /// <param name="parent">The run that starts it.</param>
    /// <param name="told">The place of the message that stands in the child's place, if one does.</param>
    void StartChild(NewRun child, long parent, ref long told)
    {
        var result = _runs.Create(child);
        if (result.Verdict != Verdict.Committed && result.Run != child.Id && child.TakesKeyFrom is { } before && _runs.GiveUpKey(result.Key.Value, before)) result = _runs.Create(child);
        if (result.Verdict == Verdict.Committed) return;
        if (result.Run == child.Id) throw new WriteRefused(MemoryContent.ChildIdTaken(child));
        if (child.WhenKeyTaken is not { } mail) throw new WriteRefused(MemoryContent.ChildKeyTaken(child));
        _mail.Post(parent, mail, out told);
        _runs.Owe(parent);
    }

    Verdict Check(long epoch, RunKey key, long? revision, out RunHead head)
    {
        head = default;
        if (epoch != _epoch) return Verdict.Stale;
        if (_runs.Find(key) is not { } found) return Verdict.UnknownRun;
        head = found;
        if (revision is { } expected && found.Revision != expected) return Verdict.Stale;
        return found.IsFinished ? Verdict.Finished : Verdict.Committed;
    }
}
