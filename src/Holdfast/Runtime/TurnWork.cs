using Holdfast.Kernel;
using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Why a turn is thrown away: the run is parked, or ended, with this reason.</summary>
sealed record DiscardReason(string Text, bool Terminates)
{
    /// <summary>The saved code or data does not fit what is loaded here: the text is still to be made of this.</summary>
    public HoldfastException? Mismatch { get; init; }
}

/// <summary>What a turn has computed, on its way into the store.</summary>
sealed class TurnWork
{
    public DiscardReason? Discarded { get; set; }

    /// <summary>Nothing changed that is worth a commit.</summary>
    public bool IsNothing { get; set; }

    /// <summary>Only results came in, and no code could run on them yet: they are stored beside the state.</summary>
    public bool IsBeside { get; set; }

    /// <summary>Whether the run was not parked when the turn began.</summary>
    public bool WasRunning { get; set; }

    public bool MailLookedAt { get; set; }

    public bool GraphChanged { get; set; }

    public bool FramesRan { get; set; }

    public IReadOnlyList<Delivery> Deliveries { get; private set; } = [];

    public ReadOnlyMemory<byte> State { get; set; }

    public ReadOnlyMemory<byte>? Snapshot { get; set; }

    public IReadOnlyList<Blob> NewBlobs { get; set; } = [];

    public IReadOnlyList<BlobHash>? SnapshotBlobs { get; set; }

    public ReadOnlyMemory<byte> Journal { get; set; }

    /// <summary>Forgets the turn before.</summary>
    public TurnWork Begin(bool mailLookedAt, IReadOnlyList<Delivery> deliveries, bool graphChanged)
    {
        (MailLookedAt, Deliveries, GraphChanged) = (mailLookedAt, deliveries, graphChanged);
        Discarded = null;
        IsNothing = IsBeside = FramesRan = false;
        State = Journal = default;
        Snapshot = null;
        NewBlobs = [];
        SnapshotBlobs = null;
        return this;
    }

    /// <summary>Whether the turn took attempts' results and did nothing else at all.</summary>
    public bool FitsBeside(List<RunEvent> events, Decision decision)
    {
        if (FramesRan || !GraphChanged || Deliveries.Count != events.Count || decision.Outcome is not null) return false;
        if (decision.Journal.Count != events.Count || decision.Effects.Count + decision.ConsumedMail.Count + decision.DeadMail.Count + decision.Outgoing.Count + decision.Children.Count > 0)
            return false;
        return events.TrueForAll(static e => e is RunEvent.AttemptEnded);
    }

    public Transition ToTransition(LiveRun run, RunMemory memory, Decision decision, DateTimeOffset now, long epoch)
    {
        var state = memory.State;
        var wake = RunKernel.WakeUtc(state);
        var owed = RunKernel.IsOwed(state);
        var finished = RunKernel.IsFinished(state.Status);
        var (added, dropped) = finished ? ([], []) : Blobs(memory);
        return new()
        {
            Run = run.Id,
            Key = memory.Key,
            Revision = memory.Revision,
            Epoch = epoch,
            Utc = now,
            Status = state.Status,
            WakeUtc = wake,
            Owed = owed,
            MailSeen = state.MailSeen,
            // A message marks the run owed in the store without our doing, so looking at one always writes the mark anew.
            IndexChanged = MailLookedAt || wake != memory.StoredWake || owed != memory.StoredOwed || state.Status != memory.StoredStatus,
            State = State,
            Snapshot = Snapshot,
            FoldedResults = Snapshot is null || memory.Unfolded.Count == 0 ? [] : memory.Unfolded.ConvertAll(static result => result.Op),
            ConsumedMail = decision.ConsumedMail.Count == 0 ? [] : [.. decision.ConsumedMail],
            Answers = decision.Answers ?? (IReadOnlyList<MailAnswer>)[],
            DeadMail = decision.DeadMail.Count == 0 ? [] : [.. decision.DeadMail],
            Outgoing = decision.Outgoing.Count == 0 ? [] : [.. decision.Outgoing],
            Children = decision.Children.Count == 0 ? [] : [.. decision.Children],
            SignalsTo = decision.SignalsTo,
            Blobs = added,
            DroppedBlobs = dropped,
            Code = GraphChanged ? run.Engine.Codec.Catalog.NewCode.Items : [],
            Journal = Journal,
            JournalKeep = run.Engine.Options.JournalKeep,
            Outcome = decision.Outcome,
        };
    }

    /// <summary>Takes over what is durable now.</summary>
    public void Remember(RunMemory memory, Transition committed)
    {
        memory.Revision++;
        memory.StateBytes = State;
        memory.StoredStatus = committed.Status;
        memory.StoredWake = committed.WakeUtc;
        memory.StoredOwed = committed.Owed;
        if (committed.Snapshot is { } snapshot)
        {
            memory.Snapshot = snapshot;
            memory.Unfolded.Clear();
            memory.SnapshotBlobs = SnapshotBlobs ?? [];
        }
        foreach (var blob in committed.Blobs) memory.Blobs.Add(blob.Hash);
        foreach (var hash in committed.DroppedBlobs) memory.Blobs.Remove(hash);
        memory.Graph?.NewBlobs.Clear();
    }

    (IReadOnlyList<Blob> Added, IReadOnlyList<BlobHash> Dropped) Blobs(RunMemory memory)
    {
        if (NewBlobs.Count == 0 && memory.Blobs.Count == 0) return ([], []);
        var needed = new HashSet<BlobHash>(SnapshotBlobs ?? memory.SnapshotBlobs);
        foreach (var op in memory.State.Ops)
            if (op is StepOp step) needed.UnionWith(step.IntentBlobs);
        return (
            [.. NewBlobs.Where(b => needed.Contains(b.Hash) && !memory.Blobs.Contains(b.Hash)).DistinctBy(static b => b.Hash)],
            [.. memory.Blobs.Where(h => !needed.Contains(h))]);
    }
}
