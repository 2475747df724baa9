using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>
/// What the store has said of each run, by its answers to writes and by what it gave to readers; and what must hold between one and the next.
/// </summary>
sealed class Books(World world)
{
    readonly Dictionary<RunId, RunBook> _runs = [];
    readonly List<Allowed> _allowed = [new(world.Settings.Retention, null)];

    /// <summary>What was appended or read since the last sync, and is not certain yet.</summary>
    readonly List<(SimulatedProcess By, Action Note)> _unsynced = [];
    bool _isUnsynced;
    int _ends;

    /// <summary>How many commits were answered; while it grows, something goes on.</summary>
    public int Commits { get; private set; }

    /// <summary>The same for another world, which goes on by itself from here.</summary>
    public Books CopyFor(World other)
    {
        var copy = new Books(other) { _ends = _ends };
        foreach (var (run, book) in _runs) copy._runs.Add(run, book.Copy());
        copy._allowed.AddRange(_allowed.Skip(1));
        return copy;
    }

    /// <summary>A batch is about to be appended: whether it was is not always answered.</summary>
    public void Offered(IReadOnlyList<StoreWrite> writes)
    {
        foreach (var write in writes)
            if (write is Transition { Outcome: not null } end) BookOf(end.Run).Ends.Add((end.Utc, ++_ends));
    }

    /// <summary>Ended runs may be removed by this rule as well, until it is forbidden again.</summary>
    public object Allow(Retention retention, string? workflow)
    {
        _allowed.Add(new(retention, workflow));
        return _allowed[^1];
    }

    public void Forbid(object allowed) => _allowed.Remove((Allowed)allowed);

    /// <summary>Whether retention may have removed the run by now.</summary>
    public bool MayBeGone(RunId run)
    {
        var book = BookOf(run);
        return book.IsGone || (book.EndUtc is { } end && _allowed.Exists(a => MayGo(a, book, end)));
    }

    bool MayGo(Allowed allowed, RunBook book, DateTimeOffset end)
    {
        if (allowed.Workflow is not null && !book.IsOf(allowed.Workflow)) return false;
        if (allowed.Retention.Age is { } age && end + age <= world.Clock.LatestUtc) return true;
        // Kept are those that ended last. Of some nobody has heard when, or of which workflow they are.
        var first = book.Ends.Min(static e => e.Number);
        return allowed.Retention.CountMax is { } count && _runs.Values.Count(other => other != book && other.IsOf(book.Workflow) && other.Ends.Exists(e => e.Number > first)) >= count;
    }

    /// <summary>Whoever had ended before this time, as was committed and answered, was to be removed, and is gone. Runs of a workflow go in the order in which they ended, whatever the clock said.</summary>
    public void CheckPruned(DateTimeOffset cutoff, string? workflow, Predicate<RunId> isThere)
    {
        foreach (var runs in _runs.Where(r => !r.Value.IsGone && r.Value.Ends.Count > 0 && (workflow is null || r.Value.Workflow == workflow)).GroupBy(static r => r.Value.Workflow))
            foreach (var (run, book) in runs.OrderBy(static r => r.Value.Ends.Min(static e => e.Number)).TakeWhile(r => r.Value.EndedUtc < cutoff))
                if (isThere(run)) world.Complain($"{world.NameOf(run)} ended at {book.EndedUtc:HH:mm:ss}, was to be removed by hand, and is still there");
    }

    /// <summary>Whoever is not there any more must have ended, and its time must be over.</summary>
    public void CheckGone(Predicate<RunId> isThere)
    {
        foreach (var (run, book) in _runs)
        {
            if (!book.Exists || book.IsGone || isThere(run)) continue;
            var mayBeGone = MayBeGone(run);
            book.IsGone = true;
            if (book.EndUtc is not { } end) world.Complain($"{world.NameOf(run)} was removed, and had not ended");
            else if (!mayBeGone) world.Complain($"{world.NameOf(run)} ended at {end:HH:mm:ss} and was removed at {world.Clock.UtcNow:HH:mm:ss}, though kept by {string.Join(" or ", _allowed)}");
        }
    }

    /// <summary>A batch was appended: nobody has heard of it yet.</summary>
    public void Appended(SimulatedProcess process, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        Commits++;
        _isUnsynced = true;
        for (var i = 0; i < writes.Count; i++)
        {
            world.Note(process.Name, "wrote", (long)results[i].Verdict);
            if (results[i].Verdict != Verdict.Committed)
            {
                // A successor that died while it took over may have done so all the same.
                if (results[i].Verdict == Verdict.Stale && process.Epoch == world.Epoch && !world.Chaos.HadTakeOver)
                    world.Complain($"{process.Name} owns the store, and its {writes[i].GetType().Name} was refused as stale");
                if (writes[i] is Transition { Outcome: not null } end) BookOf(end.Run).Ends.RemoveAll(e => e.Utc == end.Utc);
                continue;
            }
            if (writes[i] is Transition or ResultOnly or TransactionStep && process.Epoch != world.Epoch)
                world.Complain($"{process.Name} of epoch {process.Epoch} was replaced by epoch {world.Epoch}, and its {writes[i].GetType().Name} was kept");
        }
    }

    /// <summary>Writes down what a process appended or read once it is durable: at once, if all is. What a process that was replaced reads of its successor's it never syncs, and nobody goes by it.</summary>
    public void OnceSynced(SimulatedProcess by, Action note)
    {
        if (!_isUnsynced) note();
        else if (by.Epoch == world.Epoch) _unsynced.Add((by, note));
    }

    /// <summary>A process has synced what it appended; or whoever takes over, all that he has found.</summary>
    public void HaveSynced(SimulatedProcess? by)
    {
        foreach (var (process, note) in _unsynced)
            if (by is null || process == by) note();
        _unsynced.RemoveAll(n => by is null || n.By == by);
        _isUnsynced = by is not null && by.Epoch != world.Epoch && _isUnsynced;
    }

    /// <summary>What was not synced may be lost.</summary>
    public void MayHaveLost()
    {
        _isUnsynced = false;
        _unsynced.Clear();
    }

    /// <summary>It is durable, and about to be answered.</summary>
    public void Synced(SimulatedProcess process, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        for (var i = 0; i < writes.Count; i++)
        {
            if (results[i].Verdict != Verdict.Committed) continue;
            switch (writes[i])
            {
                case CreateRun create: Created(create.Run); break;
                case Transition transition: Advanced(transition); break;
                case ResultOnly result: BookOf(result.Run).Settled.Add(result.Op); break;
                case TransactionStep { SettlesOp: true } step: BookOf(step.Run).Settled.Add(step.Op); break;
                case PruneRuns when results[i].Pruned is { Runs: > 0 } && !process.IsDead: CheckGone(process.Has); break;
            }
        }
    }

    /// <summary>A run was read.</summary>
    public void Loaded(StoredRun stored)
    {
        var book = BookOf(stored.Run.Id);
        if (stored.Revision < book.Revision)
            world.Complain($"{world.NameOf(stored.Run.Id)} was committed up to revision {book.Revision}, and {stored.Revision} was read");
        book.Revision = stored.Revision;
        Created(stored.Run);
        if (StateBytes.TryRead(stored.Run.State, out _) is { } state) Open(book, state);
        foreach (var result in stored.Results) book.Settled.Add(result.Op);
    }

    /// <summary>An attempt begins: is what it was asked for durable, and is it still wanted?</summary>
    public void CheckStep(SimulatedProcess process, RunId run, long op, string name)
    {
        var book = BookOf(run);
        if (!book.Asked.Contains(op)) world.Complain($"{name} has begun, and nothing durable asks for it");
        // Whoever was replaced cannot know what his successor has done.
        if (process.Epoch == world.Epoch && book.Settled.Contains(op)) world.Complain($"{name} has begun, and its result was committed before");
    }

    void Advanced(Transition transition)
    {
        var book = BookOf(transition.Run);
        if (transition.Revision < book.Revision) world.Complain($"{world.NameOf(transition.Run)} is at revision {book.Revision}, and a turn from {transition.Revision} was kept");
        book.Revision = transition.Revision + 1;
        foreach (var child in transition.Children) Created(child);
        if (transition.Outcome is not null) book.EndedUtc = transition.Utc;
        if (StateBytes.TryRead(transition.State, out _) is { } state) Open(book, state);
        foreach (var entry in JournalCodec.Decode(transition.Journal.Span))
            if (entry.Kind is JournalKind.StepSucceeded or JournalKind.StepFailed) book.Settled.Add(entry.Op);
    }

    void Created(NewRun run)
    {
        var book = BookOf(run.Id);
        (book.Exists, book.Workflow) = (true, run.Workflow);
    }

    static void Open(RunBook book, RunState state)
    {
        foreach (var op in state.Ops)
            if (op is StepOp) book.Asked.Add(op.Id);
    }

    RunBook BookOf(RunId run)
    {
        if (!_runs.TryGetValue(run, out var book)) _runs.Add(run, book = new());
        return book;
    }

    /// <summary>A rule by which ended runs may be removed; of one workflow, or of all.</summary>
    sealed record Allowed(Retention Retention, string? Workflow)
    {
        public override string ToString() => $"{Retention.Age} {Retention.CountMax} {Workflow}";
    }

    sealed class RunBook
    {
        /// <summary>Its workflow's name, once the store has said that it is there.</summary>
        public string? Workflow { get; set; }

        /// <summary>When it ended, where that was committed and answered.</summary>
        public DateTimeOffset? EndedUtc { get; set; }

        public bool IsOf(string? workflow) => workflow is null || Workflow is null || Workflow == workflow;

        public long Revision { get; set; }

        /// <summary>Whether the store has said that it is there.</summary>
        public bool Exists { get; set; }

        /// <summary>When it ended, as far as somebody has tried to write and was not refused: a process that dies hears no answer, and two may try. The numbers are their order, also where the clock was set back.</summary>
        public List<(DateTimeOffset Utc, int Number)> Ends { get; } = [];

        public DateTimeOffset? EndUtc => Ends.Count == 0 ? null : Ends.Min(static e => e.Utc);

        public bool IsGone { get; set; }

        /// <summary>Steps that something durable has asked for.</summary>
        public HashSet<long> Asked { get; } = [];

        /// <summary>Steps whose result is durable.</summary>
        public HashSet<long> Settled { get; } = [];

        public RunBook Copy()
        {
            var copy = new RunBook { Workflow = Workflow, EndedUtc = EndedUtc, Revision = Revision, Exists = Exists, IsGone = IsGone };
            copy.Ends.AddRange(Ends);
            copy.Asked.UnionWith(Asked);
            copy.Settled.UnionWith(Settled);
            return copy;
        }
    }
}
