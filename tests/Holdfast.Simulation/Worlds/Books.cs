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
                continue;
            }
            if (writes[i] is Transition or ResultOnly or TransactionStep && process.Epoch != world.Epoch)
                world.Complain($"{process.Name} of epoch {process.Epoch} was replaced by epoch {world.Epoch}, and its {writes[i].GetType().Name} was kept");
            switch (writes[i])
            {
                case CreateRun create: BookOf(create.Run.Id); break;
                case Transition transition: Advanced(transition); break;
                case ResultOnly result: BookOf(result.Run).Settled.Add(result.Op); break;
                case TransactionStep step: BookOf(step.Run).Settled.Add(step.Op); break;
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
        foreach (var child in transition.Children) BookOf(child.Id);
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

        /// <summary>Steps that something durable has asked for.</summary>
        public HashSet<long> Asked { get; } = [];

        /// <summary>Steps whose result is durable.</summary>
        public HashSet<long> Settled { get; } = [];
    }
}
