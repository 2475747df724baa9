using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>
/// What the store has said of each run, by its answers to writes and by what it gave to readers; and what must hold between one and the next.
/// </summary>
sealed class Books(World world)
{
    readonly Dictionary<RunId, RunBook> _runs = [];

    /// <summary>How many commits were answered; while it grows, something goes on.</summary>
    public int Commits { get; private set; }

    /// <summary>The same for another world, which goes on by itself from here.</summary>
    public Books CopyFor(World other)
    {
        var copy = new Books(other);
        foreach (var (run, book) in _runs) copy._runs.Add(run, book.Copy());
        return copy;
    }

    /// <summary>A batch is about to be appended: whether it was is not always answered.</summary>
    public void Offered(IReadOnlyList<StoreWrite> writes)
    {
        foreach (var write in writes)
            if (write is Transition { Outcome: not null } end) BookOf(end.Run).Ends.Add(end.Utc);
    }

    /// <summary>Whether retention may have removed the run by now.</summary>
    public bool MayBeGone(RunId run) => world.Settings.RetentionSeconds is { } seconds && BookOf(run).EndUtc is { } end && end + TimeSpan.FromSeconds(seconds) <= world.Clock.LatestUtc;

    /// <summary>Whoever is not there any more must have ended, and its time must be over.</summary>
    public void CheckGone(Predicate<RunId> isThere)
    {
        foreach (var (run, book) in _runs)
        {
            if (!book.Exists || book.IsGone || isThere(run)) continue;
            book.IsGone = true;
            if (book.EndUtc is not { } end) world.Complain($"{world.NameOf(run)} was removed, and had not ended");
            else if (!MayBeGone(run)) world.Complain($"{world.NameOf(run)} ended at {end:HH:mm:ss} and was removed at {world.Clock.UtcNow:HH:mm:ss}, though kept for {world.Settings.RetentionSeconds?.ToString() ?? "no"} s");
        }
    }

    /// <summary>A batch was appended and answered.</summary>
    public void Appended(SimulatedProcess process, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
    {
        Commits++;
        for (var i = 0; i < writes.Count; i++)
        {
            world.Note(process.Name, "wrote", (long)results[i].Verdict);
            if (results[i].Verdict != Verdict.Committed)
            {
                // A successor that died while it took over may have done so all the same.
                if (results[i].Verdict == Verdict.Stale && process.Epoch == world.Epoch && !world.Chaos.HadTakeOver)
                    world.Complain($"{process.Name} owns the store, and its {writes[i].GetType().Name} was refused as stale");
                if (writes[i] is Transition { Outcome: not null } end) BookOf(end.Run).Ends.Remove(end.Utc);
                continue;
            }
            if (writes[i] is Transition or ResultOnly or TransactionStep && process.Epoch != world.Epoch)
                world.Complain($"{process.Name} of epoch {process.Epoch} was replaced by epoch {world.Epoch}, and its {writes[i].GetType().Name} was kept");
            switch (writes[i])
            {
                case CreateRun create: BookOf(create.Run.Id).Exists = true; break;
                case Transition transition: Advanced(transition); break;
                case ResultOnly result: BookOf(result.Run).Settled.Add(result.Op); break;
                case TransactionStep { SettlesOp: true } step: BookOf(step.Run).Settled.Add(step.Op); break;
                case PruneRuns when results[i].Pruned is { Runs: > 0 }: CheckGone(process.Has); break;
            }
        }
    }

    /// <summary>A run was read.</summary>
    public void Loaded(StoredRun stored)
    {
        var book = BookOf(stored.Run.Id);
        if (stored.Revision < book.Revision)
            world.Complain($"{world.NameOf(stored.Run.Id)} was committed up to revision {book.Revision}, and {stored.Revision} was read");
        (book.Revision, book.Exists) = (stored.Revision, true);
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
        foreach (var child in transition.Children) BookOf(child.Id).Exists = true;
        if (StateBytes.TryRead(transition.State, out _) is { } state) Open(book, state);
        foreach (var entry in JournalCodec.Decode(transition.Journal.Span))
            if (entry.Kind is JournalKind.StepSucceeded or JournalKind.StepFailed) book.Settled.Add(entry.Op);
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

    sealed class RunBook
    {
        public long Revision { get; set; }

        /// <summary>Whether the store has said that it is there.</summary>
        public bool Exists { get; set; }

        /// <summary>When it ended, as far as somebody has tried to write and was not refused: a process that dies hears no answer, and two may try.</summary>
        public List<DateTimeOffset> Ends { get; } = [];

        public DateTimeOffset? EndUtc => Ends.Count == 0 ? null : Ends.Min();

        public bool IsGone { get; set; }

        /// <summary>Steps that something durable has asked for.</summary>
        public HashSet<long> Asked { get; } = [];

        /// <summary>Steps whose result is durable.</summary>
        public HashSet<long> Settled { get; } = [];

        public RunBook Copy()
        {
            var copy = new RunBook { Revision = Revision, Exists = Exists, IsGone = IsGone };
            copy.Ends.AddRange(Ends);
            copy.Asked.UnionWith(Asked);
            copy.Settled.UnionWith(Settled);
            return copy;
        }
    }
}
