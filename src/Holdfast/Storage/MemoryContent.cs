namespace Holdfast.Storage;

/// <summary>What the handles of one <see cref="MemoryStore"/> share, and what each write does to it. Guarded by <see cref="Gate"/>.</summary>
sealed class MemoryContent
{
    readonly Dictionary<RunId, MemoryRun> _byId = [];
    long _lastKey;
    long _mailSequence;

    public Lock Gate { get; } = new();

    public long Epoch { get; set; }

    /// <summary>By key, and so in order of creation.</summary>
    public SortedDictionary<long, MemoryRun> Runs { get; } = [];

    /// <summary>Ended runs of each workflow, in the order in which they ended.</summary>
    public Dictionary<string, Queue<MemoryRun>> Ended { get; } = [];

    public Dictionary<(string Workflow, string Key), MemoryRun> ByName { get; } = [];

    public Dictionary<CodeId, ReadOnlyMemory<byte>> Code { get; } = [];

    public SortedSet<long> Owed { get; } = [];

    public SortedSet<(DateTimeOffset Utc, long Key)> Wakes { get; } = [];

    public MemoryRun? Find(RunId id) => _byId.GetValueOrDefault(id);

    public MemoryRun? Find(RunKey key) => Runs.GetValueOrDefault(key.Value);

    public WriteResult Apply(StoreWrite write) => write switch
    {
        CreateRun create => create.Epoch is { } epoch && epoch != Epoch ? new(Verdict.Stale, create.Run.Id) : Create(create.Run),
        PostMail post => post.Epoch is { } epoch && epoch != Epoch ? new(Verdict.Stale, post.Run) : Post(post),
        RedeliverMail again => again.Epoch == Epoch ? Redeliver(again) : new(Verdict.Stale, again.Run),
        Transition transition => Advance(transition),
        ResultOnly result => Keep(result),
        PruneRuns prune => Prune(prune),
        ClientTransaction => new(Verdict.Refused, Reason: "A transaction needs a database to run in, and the memory store has none. Use the SQLite store."),
        TransactionStep step => new(Verdict.Refused, step.Run, step.Key,
            Reason: "A transaction step needs a database to run in, and the memory store has none. Use the SQLite store, or an ordinary step."),
        _ => throw new ArgumentException($"The store does not know the write {write?.GetType().Name ?? "null"}."),
    };

    WriteResult Create(NewRun run)
    {
        if (run.Key is { } key && ByName.TryGetValue((run.Workflow, key), out var there)) return new(Verdict.Duplicate, there.Info.Id, there.Key);
        if (Find(run.Id) is { } same)
            return same.Info.Workflow == run.Workflow && same.Info.Key == run.Key
                ? new(Verdict.Duplicate, same.Info.Id, same.Key)
                : new(Verdict.Refused, run.Id, Reason: $"Run {run.Id} exists already, as '{same.Info.Workflow}' with another key.");
        return new(Verdict.Committed, run.Id, Add(run).Key);
    }

    MemoryRun Add(NewRun run)
    {
        var added = new MemoryRun
        {
            Info = run with { Input = run.Input.ToArray(), State = default, WhenKeyTaken = null, TakesKeyFrom = null },
            Key = new(++_lastKey),
            Status = RunStatus.Running,
            UpdatedUtc = run.CreatedUtc,
            State = run.State.ToArray(),
        };
        Runs.Add(added.Key.Value, added);
        _byId.Add(run.Id, added);
        if (run.Key is { } key) ByName.Add((run.Workflow, key), added);
        SetOwed(added, true);
        return added;
    }

    WriteResult Post(PostMail post)
    {
        if (Find(post.Run) is not { } run) return new(Verdict.UnknownRun, post.Run);
        var mail = post.Mail;
        // A message that was kept is known, also when the run has ended since: whoever sends it again must not hear that it came to nothing.
        if (mail.DedupKey is { } dedup && run.DedupKeys.TryGetValue(dedup, out var known)) return new(Verdict.Duplicate, post.Run, run.Key, known.Sequence, KnownName: known.Name);
        if (run.IsFinished) return new(Verdict.Finished, post.Run, run.Key);
        var sequence = ++_mailSequence;
        if (mail.DedupKey is { } fresh) run.DedupKeys.Add(fresh, (sequence, mail.Name));
        run.Mail.Add(sequence, new(sequence, mail.Kind, mail.Name, mail.Payload.ToArray(), mail.Utc));
        SetOwed(run, true);
        return new(Verdict.Committed, post.Run, run.Key, sequence);
    }

    WriteResult Redeliver(RedeliverMail again)
    {
        if (Find(again.Run) is not { } run) return new(Verdict.UnknownRun, again.Run);
        if (run.IsFinished) return new(Verdict.Finished, again.Run, run.Key);
        if (run.Redelivered.Contains(again.Sequence)) return new(Verdict.Duplicate, again.Run, run.Key);
        if (run.Dead.Find(letter => letter.Mail.Sequence == again.Sequence) is not { } dead) return new(Verdict.UnknownMail, again.Run, run.Key);
        var sequence = ++_mailSequence;
        run.Dead.Remove(dead);
        run.Redelivered.Add(again.Sequence);
        foreach (var (key, known) in run.DedupKeys.Where(known => known.Value.Sequence == again.Sequence).ToList()) run.DedupKeys[key] = known with { Sequence = sequence };
        run.Mail.Add(sequence, dead.Mail with { Sequence = sequence, Utc = again.Utc });
        SetOwed(run, true);
        return new(Verdict.Committed, again.Run, run.Key, sequence);
    }

    WriteResult Advance(Transition next)
    {
        var (run, refusal) = Check(next.Run, next.Key, next.Epoch, next.Revision);
        if (run is null) return refusal;
        if (TakenChild(next.Children) is { } reason) return new(Verdict.Refused, next.Run, next.Key, Reason: reason);

        foreach (var sequence in next.ConsumedMail) run.Mail.Remove(sequence);
        foreach (var answer in next.Answers)
            if (run.DedupKeys.Values.Any(known => known.Sequence == answer.Sequence)) run.Answers[answer.Sequence] = answer.Answer.ToArray();
        foreach (var dead in next.DeadMail)
            if (run.Mail.Remove(dead.Sequence, out var mail)) run.Dead.Add(new(next.Run, mail, dead.Reason));
        var told = 0L;
        foreach (var child in next.Children)
        {
            if (IsKeyFree(child)) Add(child);
            else told = Post(new(run.Info.Id, child.WhenKeyTaken!)).MailSequence;
        }
        if (next.SignalsTo is { } heir) MoveSignals(run, Find(heir)!);
        foreach (var post in next.Outgoing) Post(post);
        foreach (var op in next.FoldedResults) run.Results.RemoveAll(result => result.Op == op);
        foreach (var blob in next.Blobs) run.Blobs.TryAdd(blob.Hash, blob.Data.ToArray());
        foreach (var hash in next.DroppedBlobs) run.Blobs.Remove(hash);
        foreach (var code in next.Code) Code.TryAdd(code.Id, code.Description.ToArray());
        run.Revision++;
        run.UpdatedUtc = next.Utc;
        run.State = next.State.ToArray();
        if (next.Snapshot is { } snapshot) run.Snapshot = snapshot.ToArray();
        run.Record(next.Utc, next.Journal, next.JournalKeep);
        if (next.Outcome is { } outcome) Finish(run, outcome);
        else if (next.IndexChanged)
        {
            run.Status = next.Status;
            SetWake(run, next.WakeUtc);
            SetOwed(run, next.Owed || run.Mail.Keys.Any(sequence => sequence > next.MailSeen));
        }
        return new(Verdict.Committed, next.Run, next.Key, told);
    }

    /// <summary>Whether a child may have its key, which another one gives up for it if it must.</summary>
    bool IsKeyFree(NewRun child)
    {
        if (child.Key is not { } key || !ByName.TryGetValue((child.Workflow, key), out var holder)) return true;
        if (child.TakesKeyFrom is not { } before || !IsBelow(holder, before)) return false;
        ByName.Remove((child.Workflow, key));
        holder.Info = holder.Info with { Key = null };
        return true;
    }

    bool IsBelow(MemoryRun run, RunId top)
    {
        for (var up = run.Info.Parent; up is { } parent; up = Find(parent)?.Info.Parent)
            if (parent == top) return true;
        return false;
    }

    void MoveSignals(MemoryRun run, MemoryRun heir)
    {
        var dead = run.Dead.Where(static letter => letter.Mail.Kind == MailKind.Signal).ToList();
        var letters = dead.ToDictionary(static letter => letter.Mail.Sequence);
        foreach (var mail in run.Mail.Values.Concat(dead.Select(static letter => letter.Mail)).Where(static mail => mail.Kind == MailKind.Signal).OrderBy(static mail => mail.Sequence).ToList())
        {
            var moved = mail with { Sequence = ++_mailSequence };
            foreach (var (key, known) in run.DedupKeys.Where(known => known.Value.Sequence == mail.Sequence)) heir.DedupKeys.Add(key, known with { Sequence = moved.Sequence });
            if (letters.TryGetValue(mail.Sequence, out var letter)) heir.Dead.Add(new(heir.Info.Id, moved, letter.Reason));
            else heir.Mail.Add(moved.Sequence, moved);
            run.Mail.Remove(mail.Sequence);
        }
        run.Dead.RemoveAll(letter => letters.ContainsKey(letter.Mail.Sequence));
    }

    WriteResult Keep(ResultOnly result)
    {
        var (run, refusal) = Check(result.Run, result.Key, result.Epoch, revision: null);
        if (run is null) return refusal;
        if (run.Results.Exists(each => each.Op == result.Op)) return new(Verdict.Duplicate, result.Run, result.Key);
        run.Results.Add(new(result.Op, result.Outcome.ToArray()));
        run.UpdatedUtc = result.Utc;
        run.Record(result.Utc, result.Journal, result.JournalKeep);
        return new(Verdict.Committed, result.Run, result.Key);
    }

    (MemoryRun? Run, WriteResult Refusal) Check(RunId id, RunKey key, long epoch, long? revision)
    {
        if (epoch != Epoch) return (null, new(Verdict.Stale, id, key));
        if (Find(key) is not { } run || run.Info.Id != id) return (null, new(Verdict.UnknownRun, id, key));
        if (revision is { } expected && run.Revision != expected) return (null, new(Verdict.Stale, id, key));
        return run.IsFinished ? (null, new(Verdict.Finished, id, key)) : (run, default);
    }

    string? TakenChild(IReadOnlyList<NewRun> children)
    {
        for (var i = 0; i < children.Count; i++)
        {
            var child = children[i];
            if (Find(child.Id) is not null || children.Take(i).Any(other => other.Id == child.Id)) return ChildIdTaken(child);
            if (child.Key is null || child.WhenKeyTaken is not null) continue;
            if (ByName.ContainsKey((child.Workflow, child.Key)) || children.Take(i).Any(other => (other.Workflow, other.Key) == (child.Workflow, child.Key)))
                return ChildKeyTaken(child);
        }
        return null;
    }

    /// <summary>The reason of a transition that is refused because of a child's id; the stores word it alike.</summary>
    public static string ChildIdTaken(NewRun child) => $"The child run {child.Id} of workflow '{child.Workflow}' exists already.";

    /// <summary>The reason of a transition that is refused because of a child's key; the stores word it alike.</summary>
    public static string ChildKeyTaken(NewRun child) => $"The key '{child.Key}' of the child run {child.Id} is taken by another run of workflow '{child.Workflow}'.";

    void Finish(MemoryRun run, RunOutcome outcome)
    {
        run.Status = outcome.Status;
        run.Outcome = outcome with { Result = outcome.Result.ToArray(), Error = outcome.Error.ToArray() };
        run.Snapshot = default;
        run.Results.Clear();
        run.Blobs.Clear();
        SetWake(run, null);
        SetOwed(run, false);
        if (!Ended.TryGetValue(run.Info.Workflow, out var ended)) Ended.Add(run.Info.Workflow, ended = new());
        ended.Enqueue(run);
    }

    WriteResult Prune(PruneRuns prune)
    {
        if (prune.Epoch != Epoch) return new(Verdict.Stale);
        var (runs, rows) = (0, 0);
        foreach (var (workflow, ended) in Ended)
        {
            var rule = prune.RuleOf(workflow);
            while (ended.TryPeek(out var run) && (ended.Count > rule.KeepMax || run.UpdatedUtc < rule.EndedBeforeUtc))
            {
                if (rows >= prune.RowsMax) return new(Verdict.Committed, Pruned: new(runs, rows, IsDone: false));
                ended.Dequeue();
                Remove(run);
                runs++;
                rows += 1 + run.Journal.Count + run.Mail.Count + run.DedupKeys.Count + run.Dead.Count + run.Redelivered.Count;
            }
        }
        return new(Verdict.Committed, Pruned: new(runs, rows, IsDone: true));
    }

    void Remove(MemoryRun run)
    {
        Runs.Remove(run.Key.Value);
        _byId.Remove(run.Info.Id);
        if (run.Info.Key is { } key) ByName.Remove((run.Info.Workflow, key));
    }

    void SetWake(MemoryRun run, DateTimeOffset? wakeUtc)
    {
        if (run.WakeUtc is { } before) Wakes.Remove((before, run.Key.Value));
        if (wakeUtc is { } after) Wakes.Add((after, run.Key.Value));
        run.WakeUtc = wakeUtc;
    }

    void SetOwed(MemoryRun run, bool owed)
    {
        run.Owed = owed;
        if (owed) Owed.Add(run.Key.Value);
        else Owed.Remove(run.Key.Value);
    }
}
