namespace Holdfast.Storage;

/// <summary>One run in memory. Its byte arrays are copies that nobody writes to, so that readers may share them.</summary>
sealed class MemoryRun
{
    const int TrimRows = 64;

    long _journalSequence;

    public required NewRun Info { get; set; }

    public required RunKey Key { get; init; }

    public RunStatus Status { get; set; }

    public long Revision { get; set; }

    public DateTimeOffset UpdatedUtc { get; set; }

    public DateTimeOffset? WakeUtc { get; set; }

    public bool Owed { get; set; }

    public ReadOnlyMemory<byte> State { get; set; }

    public ReadOnlyMemory<byte> Snapshot { get; set; }

    public RunOutcome? Outcome { get; set; }

    public List<StoredResult> Results { get; } = [];

    public SortedDictionary<long, StoredMail> Mail { get; } = [];

    public Dictionary<string, (long Sequence, string Name)> DedupKeys { get; } = [];

    public Dictionary<long, ReadOnlyMemory<byte>> Answers { get; } = [];

    public List<DeadLetter> Dead { get; } = [];

    /// <summary>Dead letters that were put back, by the place that they had: a second order to do so is told from one for a letter that never was.</summary>
    public HashSet<long> Redelivered { get; } = [];

    public Dictionary<BlobHash, ReadOnlyMemory<byte>> Blobs { get; } = [];

    public List<JournalRow> Journal { get; } = [];

    public bool IsFinished => Outcome is not null;

    public void Record(DateTimeOffset utc, ReadOnlyMemory<byte> entries, int keep)
    {
        if (entries.IsEmpty) return;
        Journal.Add(new(++_journalSequence, utc, entries.ToArray()));
        // In blocks, so that a long journal is not moved for each entry.
        if (keep > 0 && Journal.Count > keep + TrimRows) Journal.RemoveRange(0, Journal.Count - keep);
    }

    public StoredRun ToStored() => new()
    {
        Run = Info with { State = State },
        Key = Key,
        Status = Status,
        Revision = Revision,
        UpdatedUtc = UpdatedUtc,
        WakeUtc = WakeUtc,
        Owed = Owed,
        Snapshot = Snapshot,
        Results = [.. Results],
        Mail = [.. Mail.Values],
        Outcome = Outcome,
    };

    public RunRow ToRow() => new(
        Info.Id, Info.Workflow, Info.Version, Info.Key, Info.Parent, Status, Info.CreatedUtc, UpdatedUtc, WakeUtc, Revision, State, Outcome)
    {
        StoredResults = [.. Results.Select(static result => result.Op).Order()],
    };
}
